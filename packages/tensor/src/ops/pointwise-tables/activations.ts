import { scalar, withPartials, type Scalar } from "@dl/backend";
import { unary, unaryWithNumber } from "../pointwise-definition.ts";

const { add, div, exp, less, max, mul, neg, select, sub } = scalar;

/** Derivative 1 where the output is above 0: only the output must be kept. */
const reluPartials = (_args: readonly Scalar[], y: Scalar): readonly Scalar[] => [
  scalar.cast(less(0, y), y.dtype),
];
/** y (1 - y) stays finite where exp(-x) overflows. */
const sigmoidPartials = (_args: readonly Scalar[], y: Scalar): readonly Scalar[] => [
  mul(y, sub(1, y)),
];
const sigmoid = (x: Scalar): Scalar =>
  withPartials(div(1, add(1, exp(neg(x)))), [x], sigmoidPartials);

/** The pointwise forms of activation functions. */
export const activations = {
  /** max(x, 0); the derivative at 0 is 0. */
  relu: unary((x) => withPartials(max(x, 0), [x], reluPartials), {
    reference: (x) => Math.max(x, 0),
  }),
  /** 1 / (1 + exp(-x)). */
  sigmoid: unary(sigmoid, { reference: (x) => 1 / (1 + Math.exp(-x)) }),
  /** x where positive, else slope · x. */
  leakyRelu: unaryWithNumber((x, slope) => select(less(0, x), x, mul(slope, x)), 0.01, {
    reference: (x, slope) => (x > 0 ? x : slope * x),
  }),
  /** x · sigmoid(x). */
  silu: unary((x) => mul(x, sigmoid(x)), { reference: (x) => x / (1 + Math.exp(-x)) }),
};
