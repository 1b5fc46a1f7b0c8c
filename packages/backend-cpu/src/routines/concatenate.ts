import { splitAtAxis } from "./axis-split.ts";
import { copyWords } from "./copy-words.ts";
import type { RoutineImplementation } from "./routine.ts";

export const concatenate: RoutineImplementation<"concatenate"> = (device) => (program) => {
  const { axis } = program.settings;
  const splits = program.inputs
    .slice(0, program.routineInputs)
    .map(({ layout }) => splitAtAxis(layout.shape, axis));
  const outer = splits[0]!.outer;
  const runs = splits.map(({ size, inner }) => size * inner);
  const rowLength = runs.reduce((sum, run) => sum + run, 0);
  return (inputs, outputs) => {
    const { i32 } = device.memory;
    let start = device.address(outputs[0]!) / 4;
    runs.forEach((run, i) => {
      const from = device.bindingAddress(inputs[i]!) / 4;
      for (let o = 0; o < outer; o++) copyWords(i32, from + o * run, start + o * rowLength, run);
      start += run;
    });
  };
};
