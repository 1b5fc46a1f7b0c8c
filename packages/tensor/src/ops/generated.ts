import { index, scalar, type Backend, type DType, type Shape } from "@dl/backend";
import { PointwiseOp } from "../core/pointwise-op.ts";
import { applyOne } from "../core/primitives.ts";
import type { Tensor } from "../core/tensor.ts";

const positionsOp = new PointwiseOp("positions", () => scalar.cast(index(), "int32"));
const filledOp = new PointwiseOp("filled", (value) => value);

/** 0, 1, ... count - 1 as int32. */
export function positions(count: number, backend: Backend): Tensor {
  return applyOne("generate", [], { op: positionsOp, shape: [count], backend });
}

/** One number everywhere. */
export function filled(value: number, shape: Shape, dtype: DType, backend: Backend): Tensor {
  return applyOne("generate", [{ number: value, dtype }], { op: filledOp, shape, backend });
}
