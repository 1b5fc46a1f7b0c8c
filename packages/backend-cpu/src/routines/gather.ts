import { elementCount, type Shape } from "@dl/backend";
import { checkIndices } from "./check-indices.ts";
import { runIndexed } from "./indexed-kernel.ts";
import { indexedRows } from "./indexed-rows.ts";
import type { RoutineImplementation } from "./routine.ts";

export const gather: RoutineImplementation<"gather"> = (device) => (program) => {
  const [x, indices] = program.inputs.map(({ layout }) => layout.shape) as [Shape, Shape];
  const rows = indexedRows(x, indices, program.settings.axis);
  const count = elementCount(indices);
  const size = x[program.settings.axis]!;
  return (inputs, outputs) => {
    const at = device.bindingAddress(inputs[1]!);
    checkIndices(device, "gather", at, count, size);
    const from = device.bindingAddress(inputs[0]!);
    runIndexed(device, "gather", rows, from, at, device.address(outputs[0]!));
  };
};
