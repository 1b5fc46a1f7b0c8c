import { elementCount } from "@dl/backend";
import { takeApart } from "../coordinates.ts";
import { declareFinish } from "../epilogue.ts";
import { KernelBuilder } from "../kernel-builder.ts";
import { splitAtAxis } from "./axis-split.ts";
import { finishElements } from "./element-kernel.ts";
import { finishOf, type RoutineImplementation } from "./routine.ts";

/** Each result walks through its taps, which lie in a buffer of the program's own. */
export const resample: RoutineImplementation<"resample"> = (device, program) => {
  const { axis, positions, weights } = program.settings;
  const { outer, size, inner } = splitAtAxis(program.inputs[0]!.layout.shape, axis);
  const kernel = new KernelBuilder();
  const tableAt = program.inputs.length + program.outputs.length;
  const x = kernel.read(0, "f32");
  const table = kernel.read(tableAt, "u32");
  const { lines } = takeApart(kernel, "index", [outer, positions.length, inner], "c");
  declareFinish(kernel, finishOf(program));
  const [rows, columns] = [kernel.fixed(size), kernel.fixed(inner)];
  const source = finishElements(kernel, elementCount(program.result.shape), [
    ...lines,
    `let taps = ${kernel.offset(tableAt)};`,
    `let first = taps + ${table}[taps + c1];`,
    `let end = taps + ${table}[taps + c1 + 1u];`,
    "var value = 0.0f;",
    "for (var at = first; at < end; at += 2u) {",
    `let term = bitcast<f32>(${table}[at + 1u]) * ${x}[${kernel.offset(0)} + (c0 * ${rows} + ${table}[at]) * ${columns} + c2];`,
    // Not from 0, which would make 0 of −0.
    "value = select(value + term, term, at == first);",
    "}",
    "finish(index, value);",
  ]);
  const made = device.kernel(source, program);
  const words = tapWords(positions, weights);
  const taps = { block: device.takeBlock(words.byteLength), offset: 0 };
  device.write(taps.block, 0, new Uint8Array(words.buffer));
  return (operands, scalars) => device.run(made, [...operands, taps], scalars);
};

/** Where each result's taps begin and all end, then positions and weights in turn. */
function tapWords(
  positions: readonly (readonly number[])[],
  weights: readonly (readonly number[])[],
): Uint32Array<ArrayBuffer> {
  const starts = [positions.length + 1];
  for (const row of positions) starts.push(starts.at(-1)! + 2 * row.length);
  const words = new Uint32Array(starts.at(-1)!);
  const floats = new Float32Array(words.buffer);
  words.set(starts);
  positions.forEach((row, i) =>
    row.forEach((position, tap) => {
      words[starts[i]! + 2 * tap] = position;
      floats[starts[i]! + 2 * tap + 1] = weights[i]![tap]!;
    }),
  );
  return words;
}
