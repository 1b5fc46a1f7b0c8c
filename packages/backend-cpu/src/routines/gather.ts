import { elementCount, type Shape } from "@dl/backend";
import { runIndexed } from "./indexed-kernel.ts";
import { indexedRows } from "./indexed-rows.ts";
import type { RoutineImplementation } from "./routine.ts";

export const gather: RoutineImplementation<"gather"> = (device) => (program) => {
  const [x, indices] = program.inputs.map(({ layout }) => layout.shape) as [Shape, Shape];
  const rows = indexedRows(x, indices, program.settings.axis);
  const count = elementCount(x);
  return (inputs, outputs) =>
    runIndexed(
      device,
      "gather",
      rows,
      count,
      device.bindingAddress(inputs[0]!),
      device.bindingAddress(inputs[1]!),
      device.address(outputs[0]!),
    );
};
