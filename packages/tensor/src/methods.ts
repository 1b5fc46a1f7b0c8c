import { Tensor } from "./core/tensor.ts";
import { cast } from "./ops/pointwise.ts";
import { expand, flatten, reshape, squeeze, unflatten, unsqueeze } from "./ops/views.ts";
import { matrixTranspose, moveAxis, permute, transpose } from "./ops/permute.ts";
import { flip, narrow, roll, select, slice } from "./ops/slice.ts";
import { repeatInterleave, tile } from "./ops/join.ts";
import { gather, indexAdd, indexSelect, scatter, scatterAdd, take } from "./ops/gather.ts";
import { dot, matmul, outer, tensordot } from "./ops/matmul.ts";
import { installPointwiseMethods, type TensorPointwiseMethods } from "./pointwise-functions.ts";

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
};

type AsMethod<F> = F extends (x: Tensor, ...args: infer Args) => infer Result
  ? (...args: Args) => Result
  : never;
type TensorMethods = { [Name in keyof typeof methods]: AsMethod<(typeof methods)[Name]> };

declare module "./core/tensor.ts" {
  interface Tensor extends TensorPointwiseMethods, TensorMethods {}
}

installPointwiseMethods(Tensor.prototype);
for (const [name, method] of Object.entries(methods))
  Object.defineProperty(Tensor.prototype, name, {
    value: function (this: Tensor, ...args: unknown[]): unknown {
      return (method as (x: Tensor, ...rest: unknown[]) => unknown)(this, ...args);
    },
    writable: true,
    configurable: true,
  });
