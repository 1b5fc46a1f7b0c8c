import { constantLike, withPartials, type Partials, type Scalar } from "@dl/backend";
import { lowerBound, upperBound } from "../../core/number-operand.ts";
import {
  abs,
  add,
  and,
  cast,
  div,
  erf,
  expm1,
  less,
  lessEqual,
  max,
  min,
  mul,
  neg,
  select,
  sub,
  tanh,
} from "../../scalar-functions.ts";
import { unary, unaryWithNumber, unaryWithNumbers } from "../pointwise-definition.ts";
import { sigmoid, softplus } from "./exponential.ts";

/** Derivative 1 where the output is above 0: only the output must be kept. */
const reluPartials: Partials = (_args, y) => [cast(less(0, y), y.dtype)];
const relu6Partials: Partials = (_args, y) => [cast(and(less(0, y), less(y, 6)), y.dtype)];

/** Flat at and beyond both bounds. */
const hardtanhPartials: Partials = ([x, low, high]) => [
  cast(and(less(low!, x!), less(x!, high!)), x!.dtype),
  cast(lessEqual(x!, low!), x!.dtype),
  cast(lessEqual(high!, x!), x!.dtype),
];
const hardsigmoidPartials: Partials = ([x]) => [
  select(and(less(-3, x!), less(x!, 3)), constantLike(1 / 6, x!), 0),
];

const relu = (x: Scalar): Scalar => withPartials(max(x, 0), [x], reluPartials);
/** A slope of 0 lets nothing through, however large. */
const flatIsRelu = new Map([[0, relu]]);

const elu = (x: Scalar, alpha: Scalar | number): Scalar =>
  select(less(0, x), x, mul(alpha, expm1(x)));

/** Constants to double precision. Source: Klambauer et al. 2017, arXiv:1706.02515, eq. 14. */
const seluAlpha = 1.6732632423543772;
const seluScale = 1.0507009873554805;

const tanhGeluScale = Math.sqrt(2 / Math.PI);
const tanhGeluCubic = 0.044715;
const geluTanhInner = (x: Scalar): Scalar =>
  mul(tanhGeluScale, mul(x, add(1, mul(tanhGeluCubic, mul(x, x)))));
/** x² bounded: from there on 1 - t² is 0, and 0 · Inf would be NaN. */
const tanhOfInnerPartials: Partials = ([x], t) => {
  const square = min(mul(x!, x!), 1e4);
  const slope = mul(tanhGeluScale, add(1, mul(3 * tanhGeluCubic, square)));
  return [mul(sub(1, mul(t, t)), slope)];
};
const tanhOfInner = (x: Scalar): Scalar =>
  withPartials(tanh(geluTanhInner(x)), [x], tanhOfInnerPartials);
const geluTanhPartials: Partials = ([x]) => {
  const t = tanhOfInner(x!);
  const bounded = max(min(x!, 100), -100);
  return [add(mul(0.5, add(1, t)), mul(mul(0.5, bounded), tanhOfInnerPartials([x!], t)[0]!))];
};

const softsignPartials: Partials = ([x]) => {
  const share = div(1, add(1, abs(x!)));
  return [mul(share, share)];
};

const softshrink = (x: Scalar, bound: Scalar): Scalar =>
  select(less(bound, x), sub(x, bound), select(less(x, neg(bound)), add(x, bound), mul(x, 0)));

/** The pointwise forms of activation functions. Kinks follow PyTorch. */
export const activations = {
  /**
   * max(x, 0); the derivative at 0 is 0.
   *
   * @example
   * await tensor([-1, 2]).relu().toArray(); // => [0, 2]
   */
  relu: unary(relu, { types: "numeric" }),
  /**
   * min(max(x, 0), 6).
   *
   * @example
   * await tensor([-1, 2, 8]).relu6().toArray(); // => [0, 2, 6]
   */
  relu6: unary((x) => withPartials(min(max(x, 0), 6), [x], relu6Partials)),
  /**
   * x where positive, else slope · x.
   *
   * @example
   * await tensor([-10, 2]).leakyRelu(0.1).toArray(); // => [-1, 2]
   */
  leakyRelu: unaryWithNumber((x, slope) => select(less(0, x), x, mul(slope, x)), 0.01, {
    numberForms: flatIsRelu,
  }),
  /**
   * x where positive, else alpha · (exp(x) - 1).
   *
   * @example
   * await tensor([-1, 2]).elu().toArray(); // => [-0.632121, 2]
   */
  elu: unaryWithNumber(elu, 1, { numberForms: flatIsRelu }),
  /**
   * The elu whose outputs keep mean 0 and variance 1.
   *
   * @example
   * await tensor([-1, 1]).selu().toArray(); // => [-1.11133, 1.0507]
   */
  selu: unary((x) => mul(seluScale, elu(x, seluAlpha))),
  /**
   * elu with a continuous derivative for every alpha.
   *
   * @example
   * await tensor([-1, 2]).celu(2).toArray(); // => [-0.786939, 2]
   */
  celu: unaryWithNumber((x, alpha) => select(less(0, x), x, mul(alpha, expm1(div(x, alpha)))), 1),
  /**
   * x Φ(x), with the exact normal distribution.
   *
   * @example
   * await tensor([-1, 1]).gelu().toArray(); // => [-0.158655, 0.841345]
   */
  gelu: unary((x) => mul(mul(0.5, x), add(1, erf(mul(x, Math.SQRT1_2))))),
  /**
   * The tanh approximation of gelu, as GPT-2 uses it.
   *
   * @example
   * await tensor([1]).geluTanh().toArray(); // => [0.841192]
   */
  geluTanh: unary((x) =>
    withPartials(mul(mul(0.5, x), add(1, tanh(geluTanhInner(x)))), [x], geluTanhPartials),
  ),
  /**
   * x · sigmoid(x).
   *
   * @example
   * await tensor([-1, 1]).silu().toArray(); // => [-0.268941, 0.731059]
   */
  silu: unary((x) => mul(x, sigmoid(x))),
  /**
   * x · tanh(softplus(x)).
   *
   * @example
   * await tensor([1]).mish().toArray(); // => [0.865098]
   */
  mish: unary((x) => mul(x, tanh(softplus(x)))),
  /**
   * x / (1 + |x|).
   *
   * @example
   * await tensor([-1, 3]).softsign().toArray(); // => [-0.5, 0.75]
   */
  softsign: unary((x) => withPartials(div(x, add(1, abs(x))), [x], softsignPartials)),
  /**
   * x held between two bounds.
   *
   * @example
   * await tensor([-2, 0.5, 2]).hardtanh().toArray(); // => [-1, 0.5, 1]
   */
  hardtanh: unaryWithNumbers(
    (x, low, high) => withPartials(min(max(x, low), high), [x, low, high], hardtanhPartials),
    [-1, 1],
    { numberRules: [lowerBound, upperBound] },
  ),
  /**
   * x / 6 + 1/2, held between 0 and 1.
   *
   * @example
   * await tensor([-4, 0, 1.5]).hardsigmoid().toArray(); // => [0, 0.5, 0.75]
   */
  hardsigmoid: unary((x) =>
    withPartials(mul(min(max(add(x, 3), 0), 6), 1 / 6), [x], hardsigmoidPartials),
  ),
  /**
   * x · hardsigmoid(x).
   *
   * @example
   * await tensor([-4, 1.5, 4]).hardswish().toArray(); // => [0, 1.125, 4]
   */
  hardswish: unary((x) =>
    select(less(x, -3), 0, select(less(3, x), x, mul(x, mul(add(x, 3), 1 / 6)))),
  ),
  /**
   * x where above the threshold, else the value.
   *
   * @example
   * await tensor([0.5, 2]).threshold(1, 7).toArray(); // => [7, 2]
   */
  threshold: unaryWithNumbers(
    (x, threshold, value) => select(less(threshold, x), x, value),
    [0, 0],
  ),
  /**
   * x - tanh(x).
   *
   * @example
   * await tensor([1]).tanhshrink().toArray(); // => [0.238406]
   */
  tanhshrink: unary((x) => sub(x, tanh(x))),
  /**
   * x, and 0 between -bound and bound.
   *
   * @example
   * await tensor([-1, 0.4, 1]).hardshrink().toArray(); // => [-1, 0, 1]
   */
  hardshrink: unaryWithNumber((x, bound) => select(lessEqual(abs(x), bound), 0, x), 0.5),
  /**
   * x moved towards 0 by the bound, no further than 0.
   *
   * @example
   * await tensor([-1, 0.4, 1]).softshrink().toArray(); // => [-0.5, 0, 0.5]
   */
  softshrink: unaryWithNumber(softshrink, 0.5),
};
