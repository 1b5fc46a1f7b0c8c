import { elementCount, type Shape } from "@dl/backend";
import { splitAtAxis } from "./axis-split.ts";
import { checkIndices } from "./check-indices.ts";
import type { RoutineImplementation } from "./routine.ts";

export const indexAdd: RoutineImplementation<"indexAdd"> = (device) => (program) => {
  const [x, indices] = program.inputs.map(({ layout }) => layout.shape) as [Shape, Shape];
  const { outer, size, inner } = splitAtAxis(x, program.settings.axis);
  const count = indices[0]!;
  const xCount = elementCount(x);
  const { dtype } = program.result;
  return (inputs, outputs) => {
    checkIndices(device, "indexAdd", device.bindingAddress(inputs[1]!), count, size);
    const { i32, f32 } = device.memory;
    const from = device.bindingAddress(inputs[0]!) / 4;
    const at = device.bindingAddress(inputs[1]!) / 4;
    let source = device.bindingAddress(inputs[2]!) / 4;
    const to = device.address(outputs[0]!) / 4;
    i32.copyWithin(to, from, from + xCount);
    for (let o = 0; o < outer; o++)
      for (let i = 0; i < count; i++) {
        const target = to + (o * size + i32[at + i]!) * inner;
        if (dtype === "float32")
          for (let j = 0; j < inner; j++) f32[target + j] = f32[target + j]! + f32[source + j]!;
        else if (dtype === "bool")
          for (let j = 0; j < inner; j++) i32[target + j] = i32[target + j]! | i32[source + j]!;
        else for (let j = 0; j < inner; j++) i32[target + j] = i32[target + j]! + i32[source + j]!;
        source += inner;
      }
  };
};
