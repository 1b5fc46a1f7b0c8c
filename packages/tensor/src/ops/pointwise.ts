import { broadcastShapes, scalar, type DType, type Shape } from "@dl/backend";
import { alias } from "../core/alias.ts";
import { promoteDTypes, promoteWithNumber } from "../core/dtype-promotion.ts";
import { asElement, checkFits } from "../core/number-operand.ts";
import { PointwiseOp } from "../core/pointwise-op.ts";
import { applyOne, type Operand } from "../core/primitives.ts";
import { Tensor } from "../core/tensor.ts";
import {
  checkDTypeName,
  checkDTypeSupported,
  checkTensor,
  commonBackend,
} from "./check-operands.ts";

const castOps: { readonly [Name in DType]: PointwiseOp } = {
  float32: new PointwiseOp("cast", (x) => scalar.cast(x, "float32")),
  float64: new PointwiseOp("cast", (x) => scalar.cast(x, "float64")),
  int32: new PointwiseOp("cast", (x) => scalar.cast(x, "int32")),
  uint32: new PointwiseOp("cast", (x) => scalar.cast(x, "uint32")),
  bool: new PointwiseOp("cast", (x) => scalar.cast(x, "bool")),
};

/**
 * Elements converted to another type. Float to integer drops the fraction and saturates, and NaN gives
 * 0; int32 and uint32 keep each other's 32 bits; float64 beyond float32 becomes infinite; anything to
 * bool is "not zero".
 *
 * @example
 * await cast(tensor([1.7, -1.7]), "int32").toArray(); // => [1, -1]
 */
export function cast(x: Tensor, dtype: DType): Tensor {
  checkTensor("cast", x);
  if (x.dtype === dtype) return alias(x);
  checkDTypeName("cast", dtype);
  checkDTypeSupported(x.backend, dtype);
  return applyOne("pointwise", [x], { op: castOps[dtype] });
}

/** {@link cast}, but `x` itself where it has that type. */
export function castTo(x: Tensor, dtype: DType): Tensor {
  return x.dtype === dtype ? x : cast(x, dtype);
}

/**
 * `x` stretched to `shape`. Shapes must be compatible.
 *
 * @example
 * await broadcastTo(tensor([1, 2]), [2, 2]).toArray(); // => [[1, 2], [1, 2]]
 */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  return x.shape === shape ? alias(x) : stretchTo(x, shape);
}

/** {@link broadcastTo}, but `x` itself where it has that shape. */
function stretchTo(x: Tensor, shape: Shape): Tensor {
  return x.shape === shape ? x : applyOne("expand", [x], { shape });
}

/** Common type of tensors and numbers. @throws {DTypeError} for int32 beside uint32. */
export function commonDType(op: string, operands: readonly (Tensor | number)[]): DType {
  let dtype: DType | undefined;
  for (const operand of operands)
    if (operand instanceof Tensor)
      dtype = dtype === undefined ? operand.dtype : promoteDTypes(op, dtype, operand.dtype);
  for (const operand of operands)
    if (typeof operand === "number") dtype = promoteWithNumber(dtype!, operand);
  return dtype!;
}

/**
 * `op` over tensors and numbers, at least one of them a tensor: cast to `dtype` and broadcast.
 *
 * @throws {ShapeError} if shapes do not broadcast.
 * @throws {ArgumentError} if tensors live on different backends, or a type cannot hold its number.
 */
export function applyPointwise(
  op: PointwiseOp,
  operands: readonly (Tensor | number)[],
  dtype: DType | readonly DType[],
): Tensor {
  const tensors = operands.filter((operand) => operand instanceof Tensor);
  commonBackend(op.name, tensors);
  let shape = tensors[0]!.shape;
  for (const tensor of tensors) shape = broadcastShapes(shape, tensor.shape, op.name);
  const inputs = operands.map((operand, i): Operand => {
    const target = typeof dtype === "string" ? dtype : dtype[i]!;
    if (operand instanceof Tensor) return stretchTo(castTo(operand, target), shape);
    checkFits(op.name, operand, target);
    return { number: asElement(operand, target), dtype: target };
  });
  return applyOne("pointwise", inputs, { op });
}
