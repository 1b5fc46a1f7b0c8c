import { crossEntropy, Dropout, huberLoss, smoothL1Loss, SpatialDropout } from "@dl/nn";
import {
  amax,
  amin,
  clamp,
  cumprod,
  gather,
  maskedFill,
  max,
  nanSum,
  norm,
  scatter,
  sort,
  tensor,
  tril,
  triu,
  where,
  type Tensor,
} from "@dl/tensor";

/** An operation that lets some of its input through and shuts out the rest. */
export interface Gate {
  readonly name: string;
  readonly f: (x: Tensor) => Tensor;
  readonly x: readonly number[];
  /** What becomes of a gradient g at each place: g times this; 0 where it is shut. */
  readonly slopes: readonly number[];
}

const gate = (
  name: string,
  f: (x: Tensor) => Tensor,
  x: readonly number[],
  slopes: readonly number[],
): Gate => ({ name, f, x, slopes });

const like = (x: Tensor, values: readonly number[]): Tensor =>
  tensor(values, { dtype: x.dtype, backend: x.backend });
const mask = (x: Tensor, values: readonly boolean[]): Tensor =>
  tensor(values, { backend: x.backend });
const index = (x: Tensor, values: readonly number[]): Tensor =>
  tensor(values, { dtype: "int32", backend: x.backend });
const square = (x: Tensor): Tensor => x.reshape([2, 2]);

/** Every gate there is, by what shuts it: the element's size, another operand, a mask, its place. */
export const gates: readonly Gate[] = [
  gate("relu", (x) => x.relu(), [-1, 0, 2], [0, 0, 1]),
  gate("relu6", (x) => x.relu6(), [-1, 2, 7], [0, 1, 0]),
  gate("leakyRelu(0)", (x) => x.leakyRelu(0), [-1, 2], [0, 1]),
  gate("elu(0)", (x) => x.elu(0), [-1, 2], [0, 1]),
  gate("clamp", (x) => clamp(x, -1, 1), [-2, 0.5, 2], [0, 1, 0]),
  gate("clamp from below", (x) => clamp(x, 0), [-2, 2], [0, 1]),
  gate("clamp from above", (x) => clamp(x, undefined, 0), [-2, 2], [1, 0]),
  gate("clamp by tensors", (x) => clamp(x, like(x, [0, 0]), like(x, [1, 1])), [-2, 0.5], [0, 1]),
  gate("hardtanh", (x) => x.hardtanh(), [-2, 0.5, 2], [0, 1, 0]),
  gate("hardsigmoid", (x) => x.hardsigmoid(), [-4, 0, 4], [0, 1 / 6, 0]),
  gate("hardswish", (x) => x.hardswish(), [-4, 4], [0, 1]),
  gate("hardshrink", (x) => x.hardshrink(), [-0.2, 2], [0, 1]),
  gate("softshrink", (x) => x.softshrink(), [-0.2, 2], [0, 1]),
  gate("threshold", (x) => x.threshold(1, 7), [0, 2], [0, 1]),
  gate("maximum", (x) => x.maximum(0), [-1, 2], [0, 1]),
  gate("minimum", (x) => x.minimum(0), [-1, 2], [1, 0]),
  gate("maximum, second operand", (x) => like(x, [0, 0]).maximum(x), [-1, 2], [0, 1]),
  gate("fmax", (x) => x.fmax(0), [-1, 2, NaN], [0, 1, 0]),
  gate("fmin", (x) => x.fmin(0), [-1, 2, NaN], [1, 0, 0]),
  gate("abs", (x) => x.abs(), [0, -1, 2], [0, -1, 1]),
  gate("nanToNum", (x) => x.nanToNum(), [NaN, Infinity, -Infinity, 1], [0, 0, 0, 1]),
  gate("pow(0)", (x) => x.pow(0), [-1, 0, 2], [0, 0, 0]),
  gate("pow of 0 by exponents", (x) => x.pow(like(x, [0, 0])), [2, -1], [0, 0]),
  gate("xlogy of 0", (x) => like(x, [0, 0]).xlogy(x), [2, 0], [0, 0]),
  gate("hypot at the origin", (x) => x.hypot(like(x, [0])), [0], [0]),
  gate("where", (x) => where(mask(x, [true, false]), x, 1), [3, 3], [1, 0]),
  gate("where, second", (x) => where(mask(x, [true, false]), 1, x), [3, 3], [0, 1]),
  gate("maskedFill", (x) => maskedFill(x, mask(x, [true, false]), 1), [3, 3], [0, 1]),
  gate("tril", (x) => tril(square(x)), [1, 2, 3, 4], [1, 0, 1, 1]),
  gate("triu", (x) => triu(square(x)), [1, 2, 3, 4], [1, 1, 0, 1]),
  gate("amax", (x) => amax(x), [1, 3, 2], [0, 1, 0]),
  gate("amin", (x) => amin(x), [1, 3, 1], [0.5, 0, 0.5]),
  gate("amax of NaN", (x) => amax(x), [1, NaN, 2], [0, 1, 0]),
  gate("max along an axis", (x) => max(x, 0).values, [1, 3, 2], [0, 1, 0]),
  gate("norm(Infinity)", (x) => norm(x, Infinity), [1, -3, 2], [0, -1, 0]),
  gate("norm of zeros", (x) => norm(x), [0, 0], [0, 0]),
  gate("norm(3) of a zero", (x) => norm(x, 3), [0, 2], [0, 1]),
  gate("nanSum", (x) => nanSum(x), [NaN, 1], [0, 1]),
  gate("least of sort", (x) => sort(x).values.narrow(0, 0, 1), [3, 1], [0, 1]),
  gate("gather", (x) => gather(x, 0, index(x, [1])), [3, 1], [0, 1]),
  gate(
    "gather of a row",
    (x) => gather(square(x), 1, index(x, [1, 0]).unsqueeze(1)),
    [1, 2, 3, 4],
    [0, 1, 1, 0],
  ),
  gate("scatter over it", (x) => scatter(x, 0, index(x, [0]), like(x, [9])), [1, 2], [0, 1]),
  gate("scatter of it", (x) => scatter(like(x, [0]), 0, index(x, [0, 0]), x), [1, 2], [0, 1]),
  gate("slice", (x) => x.slice([[1, null]]), [1, 2], [0, 1]),
  gate(
    "last of cumprod, exclusive of later ones",
    (x) => cumprod(x, 0).narrow(0, 0, 1),
    [2, 3],
    [1, 0],
  ),
  gate("dropout", (x) => new Dropout(1).forward(x), [1, 2], [0, 0]),
  gate(
    "dropout of channels",
    (x) => new SpatialDropout(1).forward(x.reshape([1, 2, 1])),
    [1, 2],
    [0, 0],
  ),
  gate(
    "huberLoss",
    (x) => huberLoss(x, like(x, [0, 0]), { reduction: "sum" }),
    [Infinity, -Infinity],
    [1, -1],
  ),
  gate(
    "smoothL1Loss",
    (x) => smoothL1Loss(x, like(x, [0, 0]), { reduction: "sum" }),
    [Infinity, -Infinity],
    [1, -1],
  ),
  gate(
    "crossEntropy of an ignored label",
    (x) => crossEntropy(square(x), index(x, [5, 5]), { ignoreIndex: 5 }),
    [1, 2, 3, 4],
    [0, 0, 0, 0],
  ),
];
