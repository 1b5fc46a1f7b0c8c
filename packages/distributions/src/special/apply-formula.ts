import { broadcastShapes, DTypeError, isFloat, type DType } from "@dl/backend";
import {
  applyOne,
  broadcastTo,
  checkTensor,
  type Operand,
  type PointwiseOp,
  Tensor,
} from "@dl/tensor";

/**
 * A pointwise operation over float tensors and numbers, at least one of them a tensor; shapes are
 * broadcast, and float32 beside float64 becomes float64.
 *
 * @throws {ArgumentError | DTypeError | ShapeError} for anything else, and for shapes that do not broadcast.
 */
export function applyFormula(op: PointwiseOp, ...operands: readonly (Tensor | number)[]): Tensor {
  const tensors = operands.filter((operand) => typeof operand !== "number");
  let dtype: DType = "float32";
  let [shape] = [[] as readonly number[]];
  for (const tensor of tensors) {
    checkTensor(op.name, tensor);
    if (!isFloat(tensor.dtype))
      throw new DTypeError(
        op.name,
        `needs a float tensor, got ${tensor.dtype}. Convert with x.cast("float32").`,
        { received: tensor.dtype },
      );
    if (tensor.dtype === "float64") dtype = "float64";
    shape = broadcastShapes(shape, tensor.shape, op.name);
  }
  return applyOne(
    "pointwise",
    operands.map((operand): Operand =>
      operand instanceof Tensor
        ? broadcastTo(operand.cast(dtype), shape)
        : { number: operand, dtype },
    ),
    { op },
  );
}
