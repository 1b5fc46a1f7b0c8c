import { Tensor } from "./core/tensor.ts";
import { cast } from "./ops/pointwise.ts";
import { expand, flatten, reshape, squeeze, unflatten, unsqueeze } from "./ops/views.ts";
import { matrixTranspose, moveAxis, permute, transpose } from "./ops/permute.ts";
import { flip, narrow, roll, select, slice } from "./ops/slice.ts";
import { repeatInterleave, tile } from "./ops/join.ts";
import { gather, indexAdd, indexSelect, scatter, scatterAdd, take } from "./ops/gather.ts";
import { dot, matmul, outer, tensordot } from "./ops/matmul.ts";
import { pad } from "./ops/pad.ts";
import { chunk, split, unbind } from "./ops/split.ts";
import { maskedFill, maskedSelect, nonzero, oneHot } from "./ops/mask.ts";
import { diagonal, diagonalMatrix, trace, tril, triu } from "./ops/triangle.ts";
import { max, min, type ValuesAndIndices } from "./ops/reduce-positions.ts";
import { argmax, argmin } from "./ops/reduce-positions.ts";
import {
  all,
  amax,
  amin,
  any,
  countNonzero,
  mean,
  prod,
  sum,
  variance,
  type ReduceOptions,
} from "./ops/reduce.ts";
import { norm, std } from "./ops/norm.ts";
import { logSoftmax, logsumexp, softmax } from "./ops/softmax.ts";
import { cumprod, cumsum, logcumsumexp } from "./ops/scan.ts";
import { argsort, sort, topk } from "./ops/sort.ts";
import { clamp, where } from "./ops/where.ts";
import { clone, item, to, toArray } from "./ops/reads.ts";
import type { NestedNumbers } from "./core/tensor.ts";
import { format } from "./ops/format.ts";
import { pointwiseFunctions, type TensorPointwiseMethods } from "./pointwise-functions.ts";

/** Functions whose first argument is a tensor, offered as methods under the same names. */
const methods = {
  cast,
  expand,
  flatten,
  reshape,
  squeeze,
  unflatten,
  unsqueeze,
  matrixTranspose,
  moveAxis,
  permute,
  transpose,
  flip,
  narrow,
  roll,
  select,
  slice,
  repeatInterleave,
  tile,
  gather,
  indexAdd,
  indexSelect,
  scatter,
  scatterAdd,
  take,
  dot,
  matmul,
  outer,
  tensordot,
  pad,
  chunk,
  split,
  unbind,
  maskedFill,
  maskedSelect,
  nonzero,
  oneHot,
  diagonal,
  diagonalMatrix,
  trace,
  tril,
  triu,
  sum,
  mean,
  prod,
  var: variance,
  std,
  norm,
  amax,
  amin,
  argmax,
  argmin,
  any,
  all,
  countNonzero,
  logsumexp,
  softmax,
  logSoftmax,
  cumsum,
  cumprod,
  logcumsumexp,
  sort,
  argsort,
  topk,
  clamp,
  clone,
  format,
  item,
  to,
  where: (a: Tensor, condition: Tensor, b: Tensor | number): Tensor => where(condition, a, b),
};

/** Methods with overloads or type parameters, which a mapped type would lose. */
const typedByHand = { max, min, toArray };

interface TensorMethodsTypedByHand {
  /** Largest element of the whole tensor; ties share the gradient. */
  max(): Tensor;
  /** Largest elements along an axis and their positions; the first wins a tie. */
  max(axis: number, options?: ReduceOptions): ValuesAndIndices;
  /** Smallest element of the whole tensor; ties share the gradient. */
  min(): Tensor;
  /** Smallest elements along an axis and their positions; the first wins a tie. */
  min(axis: number, options?: ReduceOptions): ValuesAndIndices;
  /** All elements as nested lists; bool gives booleans. */
  toArray<Nested extends NestedNumbers = NestedNumbers>(): Promise<Nested>;
}

type AsMethod<F> = F extends (x: Tensor, ...args: infer Args) => infer Result
  ? (...args: Args) => Result
  : never;
type TensorMethods = { [Name in keyof typeof methods]: AsMethod<(typeof methods)[Name]> };

/** Everything installed below; `Tensor` declares that it has it. */
export interface InstalledMethods
  extends TensorPointwiseMethods, TensorMethods, TensorMethodsTypedByHand {}

const pointwise = Object.entries(pointwiseFunctions).map(([name, { apply }]) => [name, apply]);
const installed = { ...Object.fromEntries(pointwise), ...methods, ...typedByHand };
for (const [name, method] of Object.entries(installed))
  Object.defineProperty(Tensor.prototype, name, {
    value: function (this: Tensor, ...args: unknown[]): unknown {
      return (method as (x: Tensor, ...rest: unknown[]) => unknown)(this, ...args);
    },
    writable: true,
    configurable: true,
  });
