import { contiguousLayout, internShape, type HostOperand } from "@dl/backend";
import {
  computeStacked,
  type MatrixMethod,
  type MatrixSize,
} from "../linear-algebra/matrix-method.ts";
import { stepRecorder } from "./step-recorder.ts";
import { Stored } from "./storage.ts";
import { newStorage, store } from "./store.ts";
import { TensorValue } from "./tensor-value.ts";

/** What a method makes of stacks of matrices, which must be contiguous; computed at once. */
export function matrixValue(method: MatrixMethod, operands: readonly TensorValue[]): TensorValue {
  const { backend, dtype, shape: first } = operands[0]!;
  const sizes = operands.map(({ shape }): MatrixSize => {
    const [rows, columns] = shape.slice(-2) as [number, number];
    return { rows, columns };
  });
  const size = method.resultSize(sizes);
  const shape = internShape([...first.slice(0, -2), size.rows, size.columns]);
  const layout = contiguousLayout(shape);
  const storage = newStorage(backend, dtype, shape);
  const inputs = operands.map((operand): HostOperand => {
    const { buffer, offset } = store(operand);
    return { buffer, offset, dtype, elementCount: operand.elementCount };
  });
  stepRecorder()?.refuse("linear algebra was done on the host");
  const { elementCount } = layout;
  if (elementCount > 0)
    backend.computeOnHost(
      (elements, result) => computeStacked(method, sizes, elements, result),
      inputs,
      { buffer: storage.buffer, offset: 0, dtype, elementCount },
    );
  return new TensorValue(backend, dtype, shape, new Stored(storage, layout, 0));
}
