import { elementCount, type DType, type Shape } from "@dl/backend";
import { checkIndices } from "./check-indices.ts";
import { runIndexed, type IndexedOp } from "./indexed-kernel.ts";
import { indexedRows } from "./indexed-rows.ts";
import type { RoutineImplementation } from "./routine.ts";

/** The sum of bools is "any". */
const additions: { readonly [Name in DType]: IndexedOp } = {
  float32: "addFloat",
  float64: "addFloat",
  int32: "addInteger",
  uint32: "addInteger",
  bool: "either",
};

export const scatter: RoutineImplementation<"scatter"> = (device) => (program) => {
  const [x, indices] = program.inputs.map(({ layout }) => layout.shape) as [Shape, Shape];
  const { axis, mode } = program.settings;
  const rows = indexedRows(x, indices, axis);
  const count = elementCount(x);
  const indexCount = elementCount(indices);
  const op = mode === "replace" ? "replace" : additions[program.result.dtype];
  return (inputs, outputs) => {
    const at = device.bindingAddress(inputs[1]!);
    checkIndices(device, "scatter", at, indexCount, x[axis]!);
    const from = device.bindingAddress(inputs[0]!) / 4;
    const to = device.address(outputs[0]!);
    device.memory.i32.copyWithin(to / 4, from, from + count);
    runIndexed(device, op, rows, to, at, device.bindingAddress(inputs[2]!));
  };
};
