import type { Shape } from "@dl/backend";
import { splitAtAxis } from "./axis-split.ts";
import { checkIndices } from "./check-indices.ts";
import { copyWords } from "./copy-words.ts";
import type { RoutineImplementation } from "./routine.ts";

export const indexSelect: RoutineImplementation<"indexSelect"> = (device) => (program) => {
  const [x, indices] = program.inputs.map(({ layout }) => layout.shape) as [Shape, Shape];
  const { outer, size, inner } = splitAtAxis(x, program.settings.axis);
  const count = indices[0]!;
  return (inputs, outputs) => {
    checkIndices(device, "indexSelect", device.bindingAddress(inputs[1]!), count, size);
    const { i32 } = device.memory;
    const from = device.bindingAddress(inputs[0]!) / 4;
    const at = device.bindingAddress(inputs[1]!) / 4;
    let to = device.address(outputs[0]!) / 4;
    for (let o = 0; o < outer; o++)
      for (let i = 0; i < count; i++) {
        copyWords(i32, from + (o * size + i32[at + i]!) * inner, to, inner);
        to += inner;
      }
  };
};
