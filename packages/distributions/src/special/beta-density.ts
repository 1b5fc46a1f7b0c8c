import { scalar, vanishingWhere, withPartials, type Partials, type Scalar } from "@dl/backend";
import { isLarge, logUnlessLevel } from "./gamma-density.ts";
import { digammaDifferenceOf, logBetaOf } from "./log-beta.ts";
import { halfLogTwoPi, stirlingRest, stirlingRestSlope } from "./log-gamma.ts";

const { add, and, div, equal, lessEqual, log, log1p, mul, neg, or, select, sub } = scalar;

const densityPartials: Partials = ([x, a, b]) => {
  const isPossible = and(lessEqual(0, x!), lessEqual(x!, 1));
  const rest = sub(1, x!);
  // At a concentration of 1 the density is level at that end, but not for one beside it.
  const fromZero = vanishingWhere(equal(a!, 1), div(sub(a!, 1), x!));
  const fromOne = vanishingWhere(equal(b!, 1), div(sub(b!, 1), rest));
  return [
    select(isPossible, sub(fromZero, fromOne), 0),
    select(isPossible, sub(logUnlessLevel(x!, a!), digammaDifferenceOf(a!, b!)), 0),
    select(isPossible, sub(logUnlessLevel(rest, b!), digammaDifferenceOf(b!, a!)), 0),
  ];
};

/** a ln(y / mean) less its tangent: how unlikely a share y is beside its mean. */
const deviation = (a: Scalar, difference: Scalar, mean: Scalar): Scalar => {
  const relative = div(difference, mean);
  return mul(a, sub(log1p(relative), relative));
};

/** ½ ln(a / n) + ½ ln(b / n) + ½ ln n: what is left of ln B by Stirling's formula, n = a + b. */
const halfLogs = (a: Scalar, b: Scalar, n: Scalar): Scalar =>
  mul(0.5, sub(log(n), add(log1p(div(b, a)), log1p(div(a, b)))));

const rests = (a: Scalar, b: Scalar, n: Scalar): Scalar =>
  add(halfLogTwoPi, sub(add(stirlingRest(a), stirlingRest(b)), stirlingRest(n)));

/**
 * ln of the beta density at x: (a - 1) ln x + (b - 1) ln(1 - x) - ln B(a, b).
 *
 * For large a and b these are large numbers with a small sum; then it is written with differences from
 * the mean, whose tangents cancel on paper.
 */
export function betaLogDensityOf(x: Scalar, a: Scalar, b: Scalar): Scalar {
  const n = add(a, b);
  const mean = div(a, n);
  const difference = sub(x, mean);
  const large = sub(
    add(deviation(a, difference, mean), deviation(b, neg(difference), div(b, n))),
    sub(rests(a, b, n), sub(halfLogs(a, b, n), add(log(x), log1p(neg(x))))),
  );
  const left = select(equal(a, 1), 0, mul(sub(a, 1), log(x)));
  const right = select(equal(b, 1), 0, mul(sub(b, 1), log1p(neg(x))));
  const small = sub(add(left, right), logBetaOf(a, b));
  const isInside = and(scalar.less(0, x), scalar.less(x, 1));
  const formula = select(and(isInside, and(isLarge(a), isLarge(b))), large, small);
  const isPossible = or(and(lessEqual(0, x), lessEqual(x, 1)), scalar.isNaN(x));
  return withPartials(select(isPossible, formula, -Infinity), [x, a, b], densityPartials);
}

/** (a - 1) (½ / a - ½ / n - rest'(a) + rest'(n)): what ψ(a) - ψ(n) has beyond ln(a / n), weighted. */
function weightedRest(a: Scalar, n: Scalar): Scalar {
  const [inverse, whole] = [div(1, a), div(1, n)];
  const slopes = sub(
    stirlingRestSlope(mul(whole, whole)),
    stirlingRestSlope(mul(inverse, inverse)),
  );
  return mul(sub(a, 1), add(mul(0.5, sub(inverse, whole)), slopes));
}

/** ln B - (a - 1) (ψ(a) - ψ(a + b)) - (b - 1) (ψ(b) - ψ(a + b)), without its large parts where they are. */
export function betaEntropyOf(a: Scalar, b: Scalar): Scalar {
  const n = add(a, b);
  const large = add(
    sub(add(halfLogs(a, b, n), rests(a, b, n)), log(n)),
    add(weightedRest(a, n), weightedRest(b, n)),
  );
  const small = sub(
    logBetaOf(a, b),
    add(mul(sub(a, 1), digammaDifferenceOf(a, b)), mul(sub(b, 1), digammaDifferenceOf(b, a))),
  );
  return select(and(isLarge(a), isLarge(b)), large, small);
}
