import { scalar, vanishingWhere, withPartials, type Partials, type Scalar } from "@dl/backend";
import {
  digammaOf,
  gammaPrecision,
  halfLogTwoPi,
  lgammaOf,
  stirlingRest,
  stirlingRestSlope,
} from "./log-gamma.ts";

const { abs, add, and, div, equal, less, lessEqual, log, log1p, mul, round, select, sub } = scalar;

/** ln u, exact near 1 where u - 1 is. */
const logNearOne = (u: Scalar, fromOne: Scalar): Scalar =>
  select(less(abs(fromOne), 0.5), log1p(fromOne), log(u));

/** Whether Stirling's formula holds as it stands. */
export const isLarge = (x: Scalar): Scalar => lessEqual(gammaPrecision(x).shift, x);

/** ln x as the slope of (a - 1) ln x in a; 0 at the edge where the density is level, as in PyTorch. */
export const logUnlessLevel = (x: Scalar, a: Scalar): Scalar =>
  select(and(equal(x, 0), equal(a, 1)), 0, log(x));

const gammaPartials: Partials = ([x, a, b]) => {
  const isPossible = lessEqual(0, x!);
  // At a = 1 the density does not fall at 0, but it does for a beside it.
  const fall = vanishingWhere(equal(a!, 1), div(sub(a!, 1), x!));
  return [
    select(isPossible, sub(fall, b!), 0),
    select(isPossible, sub(add(log(b!), logUnlessLevel(x!, a!)), digammaOf(a!)), 0),
    select(isPossible, sub(div(a!, b!), x!), 0),
  ];
};

/**
 * ln of the gamma density at x: a ln b + (a - 1) ln x - b x - ln Γ(a).
 *
 * For large a these are large numbers with a small sum. With u = b x / a it is
 * (a - 1) ln u - a (u - 1) + ln b - ½ ln 2πa less the rest of Stirling's formula, where none is.
 *
 * Source: Loader 2000, "Fast and accurate computation of binomial probabilities" (the idea).
 */
export function gammaLogDensityOf(x: Scalar, a: Scalar, b: Scalar): Scalar {
  const u = div(mul(b, x), a);
  const fromOne = sub(u, 1);
  const deviation = sub(mul(sub(a, 1), logNearOne(u, fromOne)), mul(a, fromOne));
  const large = sub(
    add(deviation, sub(log(b), mul(0.5, log(a)))),
    add(halfLogTwoPi, stirlingRest(a)),
  );
  const power = select(equal(a, 1), 0, mul(sub(a, 1), log(x)));
  const small = sub(add(power, mul(a, log(b))), add(mul(b, x), lgammaOf(a)));
  const formula = select(isLarge(a), large, small);
  const isImpossible = scalar.or(less(x, 0), equal(x, Infinity));
  return withPartials(select(isImpossible, -Infinity, formula), [x, a, b], gammaPartials);
}

/** Entropy of the gamma distribution of rate 1: a + ln Γ(a) + (1 - a) ψ(a), without its large parts. */
export function gammaEntropyOf(a: Scalar): Scalar {
  const inverse = div(1, a);
  const slope = stirlingRestSlope(mul(inverse, inverse));
  const large = add(
    add(mul(0.5, log(a)), add(halfLogTwoPi, stirlingRest(a))),
    add(sub(0.5, mul(0.5, inverse)), mul(sub(1, a), slope)),
  );
  const small = add(add(a, lgammaOf(a)), mul(sub(1, a), digammaOf(a)));
  return select(isLarge(a), large, small);
}

const isCount = (k: Scalar): Scalar => and(lessEqual(0, k), equal(round(k), k));

const poissonPartials: Partials = ([k, rate]) => {
  const isPossible = isCount(k!);
  const share = vanishingWhere(equal(k!, 0), div(k!, rate!));
  return [
    select(isPossible, sub(log(rate!), digammaOf(add(k!, 1))), 0),
    select(isPossible, sub(share, 1), 0),
  ];
};

/** ln of the Poisson probability of k: k ln rate - rate - ln k!, by the same two ways. */
export function poissonLogProbabilityOf(k: Scalar, rate: Scalar): Scalar {
  const u = div(rate, k);
  const fromOne = sub(u, 1);
  const large = sub(
    sub(mul(k, sub(logNearOne(u, fromOne), fromOne)), mul(0.5, log(k))),
    add(halfLogTwoPi, stirlingRest(k)),
  );
  const power = select(equal(k, 0), 0, mul(k, log(rate)));
  const small = sub(power, add(rate, lgammaOf(add(k, 1))));
  const formula = select(isLarge(k), large, small);
  return withPartials(select(isCount(k), formula, -Infinity), [k, rate], poissonPartials);
}
