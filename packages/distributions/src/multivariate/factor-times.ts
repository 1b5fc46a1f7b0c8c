import { broadcastShapes, elementCount, type Shape } from "@dl/backend";
import { hostFunction, matmul, matrixTranspose, type HostFunction, type Tensor } from "@dl/tensor";
import { asColumns, fromColumns } from "./columns.ts";

/** A X of stacks of matrices, summed in one order. */
const product: HostFunction = {
  name: "factorTimes",
  isStackable: true,
  compute([a, x], result, { shapes: [left, right] }) {
    const [rows, inner] = left!.slice(-2) as [number, number];
    const columns = right!.at(-1)!;
    const count = elementCount(left!.slice(0, -2));
    for (let matrix = 0; matrix < count; matrix++)
      for (let i = 0; i < rows; i++) {
        const target = (matrix * rows + i) * columns;
        for (let k = 0; k < inner; k++) {
          const factor = a![(matrix * rows + i) * inner + k]!;
          // Half of a triangular factor.
          if (factor === 0) continue;
          const source = (matrix * inner + k) * columns;
          for (let j = 0; j < columns; j++) result[target + j]! += factor * x![source + j]!;
        }
      }
  },
};

/**
 * A x of each vector of noise, on the host: the products of devices add up in orders of their own, and
 * samples must have the same bits everywhere.
 *
 * Shape: A [...batch, m, n], x [...lead, ...batch, n] → [...lead, ...batch, m].
 */
export function factorTimes(factor: Tensor, noise: Tensor): Tensor {
  const batchAxes = factor.ndim - 2;
  const lead = noise.shape.slice(0, noise.ndim - 1 - batchAxes);
  const columns = asColumns(noise, batchAxes);
  const batch = broadcastShapes(factor.shape.slice(0, -2), columns.shape.slice(0, -2), "sample");
  const whole = factor.expand([...batch, ...factor.shape.slice(-2)]);
  const shape: Shape = [...batch, factor.shape.at(-2)!, columns.shape.at(-1)!];
  const result = hostFunction(product, [whole, columns], {
    shape,
    dtype: factor.dtype,
    gradient: (dy, [a, x]) => [matmul(dy, matrixTranspose(x!)), matmul(matrixTranspose(a!), dy)],
  });
  return fromColumns(result, lead);
}
