import {
  contiguousLayout,
  internShape,
  type Backend,
  type Binding,
  type BufferHandle,
  type DType,
  type HostOperand,
  type Shape,
  type StorageArray,
} from "@dl/backend";
import type { HostFunction } from "./host-function.ts";
import type { PrimitiveParameters } from "./primitives.ts";
import { stepRecorder, type HostExecutable } from "./step-recorder.ts";
import { Stored } from "./storage.ts";
import { newStorage, store } from "./store.ts";
import { TensorValue } from "./tensor-value.ts";

interface Operand {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly elementCount: number;
}

/** A host function for operands of these types and shapes: one object, as programs are. */
class HostProgram implements HostExecutable {
  private readonly op: HostFunction;
  private readonly inputs: readonly Operand[];
  private readonly output: Operand;
  private readonly shapes: readonly Shape[];

  constructor(op: HostFunction, inputs: readonly Operand[], output: Operand) {
    this.op = op;
    this.inputs = inputs;
    this.output = output;
    this.shapes = inputs.map(({ shape }) => shape);
  }

  get name(): string {
    return this.op.name;
  }

  run(
    backend: Backend,
    inputs: readonly Binding[],
    [target]: readonly BufferHandle[],
    numbers: readonly number[],
  ): void {
    const { op, shapes, output } = this;
    const call = { shapes, shape: output.shape, numbers };
    backend.computeOnHost(
      (elements, result) =>
        inFloat64(elements, result, (floats, floatResult) => op.compute(floats, floatResult, call)),
      inputs.map(({ buffer, offset }, i) => operandAt(this.inputs[i]!, buffer, offset)),
      operandAt(output, target!, 0),
    );
  }
}

/** What a host function makes of operands that are contiguous; computed at once. */
export function hostValue(
  operands: readonly TensorValue[],
  { op, shape: sizes, dtype, numbers }: PrimitiveParameters["hostFunction"],
): TensorValue {
  const { backend } = operands[0]!;
  const shape = internShape(sizes);
  const layout = contiguousLayout(shape);
  const storage = newStorage(backend, dtype, shape);
  const inputs = operands.map(store);
  const { elementCount } = layout;
  if (elementCount > 0) {
    const executable = programOf(op, operands, { dtype, shape, elementCount });
    executable.run(backend, inputs, [storage.buffer], numbers);
    stepRecorder()?.ran({
      executable,
      inputs,
      outputs: [storage],
      numbers: numbers.map((number) => ({ number, dtype: "float64" })),
    });
  }
  return new TensorValue(backend, dtype, shape, new Stored(storage, layout, 0));
}

const programs = /* @__PURE__ */ new WeakMap<HostFunction, Map<string, HostProgram>>();

function programOf(
  op: HostFunction,
  operands: readonly TensorValue[],
  output: Operand,
): HostProgram {
  let known = programs.get(op);
  if (known === undefined) programs.set(op, (known = new Map()));
  const key = [output, ...operands].map(({ dtype, shape }) => `${dtype} ${shape.join()}`).join(";");
  let program = known.get(key);
  if (program === undefined) {
    const inputs = operands.map(({ dtype, shape, elementCount }) => ({
      dtype,
      shape,
      elementCount,
    }));
    known.set(key, (program = new HostProgram(op, inputs, output)));
  }
  return program;
}

/** So many elements are converted in memory that is used again; 1 MiB. */
const reusedLength = 2 ** 17;
/** `undefined` while in use. */
let reused: Float64Array | undefined;

/** Has `work` done with copies of the elements, and its result, zeros at first, copied back. */
function inFloat64(
  elements: readonly StorageArray[],
  result: StorageArray,
  work: (elements: readonly Float64Array[], result: Float64Array) => void,
): void {
  const length = elements.reduce((sum, part) => sum + part.length, result.length);
  const room =
    length > reusedLength ? new Float64Array(length) : (reused ?? new Float64Array(reusedLength));
  reused = undefined;
  let end = result.length;
  const floatResult = room.subarray(0, end).fill(0);
  const floats = elements.map((part) => {
    const copy = room.subarray(end, (end += part.length));
    if (part instanceof Float32Array) widen(part, copy);
    else copy.set(part);
    return copy;
  });
  try {
    work(floats, floatResult);
    if (result instanceof Float32Array) round(floatResult, result);
    else result.set(floatResult);
  } finally {
    if (length <= reusedLength) reused = room;
  }
}

// Loops over arrays of one type each: `set` takes up to three times as long in shared memory.
function widen(from: Float32Array, to: Float64Array): void {
  for (let i = 0; i < from.length; i++) to[i] = from[i]!;
}

function round(from: Float64Array, to: Float32Array): void {
  for (let i = 0; i < to.length; i++) to[i] = from[i]!;
}

function operandAt(
  { dtype, elementCount }: Operand,
  buffer: BufferHandle,
  offset: number,
): HostOperand {
  return { buffer, offset, dtype, elementCount };
}
