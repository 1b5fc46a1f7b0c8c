import { contiguousLayout, formatShape, ShapeError, wrongType, type Backend } from "@dl/backend";
import { alias } from "../core/alias.ts";
import { uploadedValue } from "../core/make-value.ts";
import { PointwiseOp } from "../core/pointwise-op.ts";
import { applyOne } from "../core/primitives.ts";
import { Tensor, type NestedNumbers, type TensorData } from "../core/tensor.ts";
import { checkDTypeSupported, checkTensor } from "./check-operands.ts";

/**
 * The one element as a number; bool gives 0 or 1.
 *
 * @throws {ShapeError} if the tensor has more or fewer than one element.
 * @example
 * await item(tensor([1, 2]).sum()); // => 3
 */
export async function item(x: Tensor): Promise<number> {
  checkTensor("item", x);
  if (x.elementCount !== 1)
    throw new ShapeError(
      "item",
      `needs a tensor of one element, got shape ${formatShape(x.shape)}. Reduce it, e.g. with mean(), or read it with toArray().`,
      { received: x.shape },
    );
  return (await x.data())[0]!;
}

/**
 * All elements as nested lists; bool gives booleans, a scalar a single value.
 *
 * The type can be narrowed where it is known: `await x.toArray<number[][]>()`.
 *
 * @example
 * await toArray(tensor([[1, 2], [3, 4]])); // => [[1, 2], [3, 4]]
 */
export async function toArray<Nested extends NestedNumbers = NestedNumbers>(
  x: Tensor,
): Promise<Nested> {
  checkTensor("toArray", x);
  const data = await x.data();
  const read = (position: number): number | boolean =>
    x.dtype === "bool" ? data[position] === 1 : data[position]!;
  const { strides } = contiguousLayout(x.shape);
  const nest = (axis: number, offset: number): NestedNumbers =>
    axis === x.ndim
      ? read(offset)
      : Array.from({ length: x.shape[axis]! }, (_, i) =>
          nest(axis + 1, offset + i * strides[axis]!),
        );
  return nest(0, 0) as Nested;
}

/**
 * The elements on another backend, without a copy where they are there already. Gradients do not
 * follow to another one.
 *
 * @throws {UnsupportedError} if the other backend lacks the type.
 * @throws {ArgumentError} if it is no backend.
 * @example
 * (await to(tensor([1, 2]), reference())).backend.name; // => "reference"
 */
export async function to(x: Tensor, backend: Backend): Promise<Tensor> {
  checkTensor("to", x);
  if (x.backend === backend) return alias(x);
  if (typeof backend?.dispatch !== "function")
    throw wrongType("to", "needs a backend", backend, "Make one, e.g. with await cpu().");
  checkDTypeSupported(backend, x.dtype);
  const data: TensorData = await x.data();
  const stored = x.dtype === "bool" ? Uint32Array.from(data) : data;
  const bytes = new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
  return new Tensor(uploadedValue(bytes, x.dtype, x.shape, backend));
}

const cloneOp = new PointwiseOp("clone", (x) => x);

/**
 * A copy with a buffer of its own; gradients pass through.
 *
 * @example
 * clone(zeros([2, 3]).matrixTranspose()).shape; // => [3, 2]
 */
export function clone(x: Tensor): Tensor {
  checkTensor("clone", x);
  return applyOne("pointwise", [x], { op: cloneOp });
}
