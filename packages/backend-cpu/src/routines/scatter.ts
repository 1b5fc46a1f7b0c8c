import { elementCount, type Shape } from "@dl/backend";
import { indexedRows, type IndexedRows } from "./indexed-rows.ts";
import type { RoutineImplementation } from "./routine.ts";

export const scatter: RoutineImplementation<"scatter"> = (device) => (program) => {
  const [x, indices] = program.inputs.map(({ layout }) => layout.shape) as [Shape, Shape];
  const { axis, mode } = program.settings;
  const rows = indexedRows(x, indices, axis);
  const [xCount, indexCount] = [elementCount(x), elementCount(indices)];
  const isFloat = program.result.dtype === "float32";
  const isBool = program.result.dtype === "bool";
  return (inputs, outputs) => {
    const { i32, f32 } = device.memory;
    const from = device.bindingAddress(inputs[0]!) / 4;
    const at = device.bindingAddress(inputs[1]!) / 4;
    const source = device.bindingAddress(inputs[2]!) / 4;
    const to = device.address(outputs[0]!) / 4;
    i32.copyWithin(to, from, from + xCount);
    const positions = i32.subarray(at, at + indexCount);
    if (mode === "replace" || isBool) {
      const [result, values] = [i32.subarray(to, to + xCount), i32.subarray(source)];
      if (mode === "replace") replace(rows, positions, result, values);
      else either(rows, positions, result, values);
    } else if (isFloat)
      addFloats(rows, positions, f32.subarray(to, to + xCount), f32.subarray(source));
    else addIntegers(rows, positions, i32.subarray(to, to + xCount), i32.subarray(source));
  };
};

// One loop for each type, so that the engine sees one kind of array in each. Writing outside a
// view does nothing: an index out of range harms no other tensor.

function addFloats(
  { starts, rowLength, axisStride, step }: IndexedRows,
  positions: Int32Array,
  result: Float32Array,
  source: Float32Array,
): void {
  let k = 0;
  for (let row = 0; row < starts.length; row++) {
    const start = starts[row]!;
    for (let j = 0; j < rowLength; j++, k++) {
      const place = start + positions[k]! * axisStride + j * step;
      result[place] = result[place]! + source[k]!;
    }
  }
}

function addIntegers(
  { starts, rowLength, axisStride, step }: IndexedRows,
  positions: Int32Array,
  result: Int32Array,
  source: Int32Array,
): void {
  let k = 0;
  for (let row = 0; row < starts.length; row++) {
    const start = starts[row]!;
    for (let j = 0; j < rowLength; j++, k++) {
      const place = start + positions[k]! * axisStride + j * step;
      result[place] = (result[place]! + source[k]!) | 0;
    }
  }
}

/** The sum of bools is "any". */
function either(
  { starts, rowLength, axisStride, step }: IndexedRows,
  positions: Int32Array,
  result: Int32Array,
  source: Int32Array,
): void {
  let k = 0;
  for (let row = 0; row < starts.length; row++)
    for (let j = 0; j < rowLength; j++, k++) {
      const place = starts[row]! + positions[k]! * axisStride + j * step;
      result[place] = result[place]! | source[k]!;
    }
}

function replace(
  { starts, rowLength, axisStride, step }: IndexedRows,
  positions: Int32Array,
  result: Int32Array,
  source: Int32Array,
): void {
  let k = 0;
  for (let row = 0; row < starts.length; row++)
    for (let j = 0; j < rowLength; j++, k++)
      result[starts[row]! + positions[k]! * axisStride + j * step] = source[k]!;
}
