import { takeApart } from "../coordinates.ts";
import { elementType, KernelBuilder } from "../kernel-builder.ts";
import { splitAtAxis } from "./axis-split.ts";
import { declareIsInside } from "./check-index.ts";
import { finishElements } from "./element-kernel.ts";
import type { RoutineImplementation } from "./routine.ts";
import { withSeparateEpilogue } from "./separate-epilogue.ts";

/** Marks the end of a chain, and an index that is not the first of its value. */
const none = "0xffffffffu";

/**
 * WGSL has no atomic addition of floats, and its order would change from run to run. Instead equal
 * indices are chained in order, and the first of each chain adds up the whole chain.
 */
export const indexAdd: RoutineImplementation<"indexAdd"> = (device, program) => {
  const { shape, dtype } = program.result;
  const { outer, size, inner } = splitAtAxis(shape, program.settings.axis);
  const count = program.inputs[1]!.layout.shape[0]!;
  const element = elementType(dtype);
  const output = program.inputs.length;
  const scratch = output + 1;
  const total = outer * size * inner;

  const chain = new KernelBuilder();
  const [copyTo, copyFrom] = [chain.write(output, element), chain.read(0, element)];
  const [links, values] = [chain.write(scratch, "u32"), chain.read(1, "i32")];
  const n = chain.fixed(count);
  const first = finishElements(chain, Math.max(total, count), [
    `if (index < ${chain.fixed(total)}) { ${copyTo}[index] = ${copyFrom}[${chain.offset(0)} + index]; }`,
    `if (index >= ${n}) { return; }`,
    `let start = ${chain.offset(1)};`,
    `let own = ${values}[start + index];`,
    "var is_first = 1u;",
    `for (var i = 0u; i < index; i++) { if (${values}[start + i] == own) { is_first = 0u; break; } }`,
    `var next = ${none};`,
    `for (var i = index + 1u; i < ${n}; i++) { if (${values}[start + i] == own) { next = i; break; } }`,
    `${links}[index] = next;`,
    `${links}[${n} + index] = is_first;`,
  ]);

  const adder = new KernelBuilder();
  const [to, from] = [adder.write(output, element), adder.read(2, element)];
  const [chains, indices] = [adder.read(scratch, "u32"), adder.read(1, "i32")];
  const apart = takeApart(adder, "index", [outer, count, inner], "c");
  declareIsInside(adder, "indexAdd", size);
  const [countWord, innerWord] = [adder.fixed(count), adder.fixed(inner)];
  const second = finishElements(adder, outer * count * inner, [
    ...apart.lines,
    `if (${chains}[${countWord} + c1] == 0u) { return; }`,
    `let chosen = ${indices}[${adder.offset(1)} + c1];`,
    "if (!is_inside(chosen)) { return; }",
    `let place = (c0 * ${adder.fixed(size)} + u32(chosen)) * ${innerWord} + c2;`,
    `var sum = ${to}[place];`,
    "var link = c1;",
    `while (link != ${none}) {`,
    `sum ${dtype === "bool" ? "|=" : "+="} ${from}[${adder.offset(2)} + (c0 * ${countWord} + link) * ${innerWord} + c2];`,
    `link = ${chains}[link];`,
    "}",
    `${to}[place] = sum;`,
  ]);

  const [chainKernel, addKernel] = [device.kernel(first, program), device.kernel(second, program)];
  return withSeparateEpilogue(device, program, (operands, scalars) => {
    const block = device.takeBlock(Math.max(8 * count, 4));
    const all = [...operands, { block, offset: 0 }];
    device.run(chainKernel, all, scalars);
    device.run(addKernel, all, scalars);
    device.giveBlock(block);
  });
};
