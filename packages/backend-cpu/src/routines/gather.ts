import { elementCount, type Shape } from "@dl/backend";
import { indexedRows } from "./indexed-rows.ts";
import type { RoutineImplementation } from "./routine.ts";

export const gather: RoutineImplementation<"gather"> = (device) => (program) => {
  const [x, indices] = program.inputs.map(({ layout }) => layout.shape) as [Shape, Shape];
  const { starts, rowLength, axisStride, step } = indexedRows(x, indices, program.settings.axis);
  const xCount = elementCount(x);
  return (inputs, outputs) => {
    const { i32 } = device.memory;
    const from = device.bindingAddress(inputs[0]!) / 4;
    // A view of x alone: an index out of range reads nothing of another tensor.
    const elements = i32.subarray(from, from + xCount);
    let at = device.bindingAddress(inputs[1]!) / 4;
    let to = device.address(outputs[0]!) / 4;
    for (let row = 0; row < starts.length; row++) {
      const start = starts[row]!;
      for (let j = 0; j < rowLength; j++)
        i32[to++] = elements[start + i32[at++]! * axisStride + j * step]!;
    }
  };
};
