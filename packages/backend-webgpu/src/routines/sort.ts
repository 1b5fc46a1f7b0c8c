import type { DType } from "@dl/backend";
import type { Kernel } from "../pipelines.ts";
import { elementType, KernelBuilder, type KernelSource } from "../kernel-builder.ts";
import { splitAtAxis, type AxisSplit } from "./axis-split.ts";
import { finishElements } from "./element-kernel.ts";
import type { RoutineImplementation } from "./routine.ts";

const workgroupSize = 256;
/** Pairs that a workgroup sorts in its own memory: 16 KiB, what every device has. */
const blockSize = 2048;

/**
 * Bitonic sort (Batcher 1968) of pairs of a key and a position: the position makes the order
 * total, and so the sort stable. Lines are filled up to a power of two with pairs that come last.
 */
export const sort: RoutineImplementation<"sort"> = (device, program) => {
  const { axis, descending } = program.settings;
  const { dtype, shape } = program.result;
  const split = splitAtAxis(shape, axis);
  const padded = 2 ** Math.ceil(Math.log2(Math.max(split.size, 2)));
  const plan: SortPlan = { ...split, padded, dtype, descending, lines: split.outer * split.inner };
  if (padded <= blockSize) {
    const kernel = device.kernel(sortInOneBlock(plan), program);
    return (operands, scalars) => device.run(kernel, operands, scalars);
  }
  const kernels: Kernel[] = [device.kernel(sortBlocks(plan), program)];
  for (let run = 2 * blockSize; run <= padded; run *= 2) {
    for (let reach = run / 2; reach >= blockSize; reach /= 2)
      kernels.push(device.kernel(exchange(plan, run, reach), program));
    kernels.push(device.kernel(mergeBlocks(plan, run), program));
  }
  kernels.push(device.kernel(writeSorted(plan), program));
  return (operands, scalars) => {
    const block = device.takeBlock(plan.lines * padded * 8);
    const all = [...operands, { block, offset: 0 }];
    for (const kernel of kernels) device.run(kernel, all, scalars);
    device.giveBlock(block);
  };
};

interface SortPlan extends AxisSplit {
  readonly lines: number;
  /** Size of a line with what fills it up. */
  readonly padded: number;
  readonly dtype: DType;
  readonly descending: boolean;
}

// Operands of the program, and scratch: keys, then positions, of all lines.
const [input, values, positions, scratch] = [0, 1, 2, 3];

/** Declares `key_of(element)`: unsigned integers in the order wanted, NaN as the largest number. */
function declareKey(kernel: KernelBuilder, { dtype, descending }: SortPlan): void {
  const element = elementType(dtype);
  const flip = descending ? "~" : "";
  const lines = {
    f32: [
      "let bits = bitcast<u32>(x);",
      `if ((bits & 0x7fffffffu) > 0x7f800000u) { return ${flip}0xffffffffu; }`,
      `if ((bits << 1u) == 0u) { return ${flip}0x80000000u; }`,
      `return ${flip}select(bits | 0x80000000u, ~bits, bits >= 0x80000000u);`,
    ],
    i32: [`return ${flip}(bitcast<u32>(x) ^ 0x80000000u);`],
    u32: [`return ${flip}x;`],
  };
  kernel.declare([`fn key_of(x: ${element}) -> u32 {`, ...lines[element], "}"].join("\n"));
}

/** Where the elements of `line` stand in the input and the results. */
const lineBase = (kernel: KernelBuilder, { size, inner }: SortPlan): string =>
  `let base = (line / ${kernel.fixed(inner)}) * ${kernel.fixed(size * inner)} + line % ${kernel.fixed(inner)};`;

function declareBlock(kernel: KernelBuilder, size: number): void {
  kernel.declare(`var<workgroup> keys: array<u32, ${size}>;`);
  kernel.declare(`var<workgroup> places: array<u32, ${size}>;`);
}

/** Statements that put a line's pair number `at` into workgroup memory at `to`. */
function loadPair(kernel: KernelBuilder, plan: SortPlan): string[] {
  const x = kernel.read(input, elementType(plan.dtype));
  return [
    "keys[to] = 0xffffffffu;",
    "places[to] = at;",
    `if (at < ${kernel.fixed(plan.size)}) { keys[to] = key_of(${x}[${kernel.offset(input)} + base + at * ${kernel.fixed(plan.inner)}]); }`,
  ];
}

/** Orders pairs at `low` and `high` of workgroup memory. */
const orderPair = (ascending: string): string[] => [
  "let is_after = keys[low] > keys[high] || (keys[low] == keys[high] && places[low] > places[high]);",
  `if (is_after == (${ascending})) {`,
  "let key = keys[low]; keys[low] = keys[high]; keys[high] = key;",
  "let place = places[low]; places[low] = places[high]; places[high] = place;",
  "}",
];

/** Steps of reach `from`, from / 2, ..., 1 over a block in workgroup memory. */
function blockSteps(size: number, from: string, ascending: string): string[] {
  return [
    `for (var reach = ${from}; reach > 0u; reach /= 2u) {`,
    `for (var pair = local; pair < ${size / 2}u; pair += ${workgroupSize}u) {`,
    "let low = 2u * reach * (pair / reach) + pair % reach;",
    "let high = low + reach;",
    ...orderPair(ascending),
    "}",
    "workgroupBarrier();",
    "}",
  ];
}

function sortInOneBlock(plan: SortPlan): KernelSource {
  const { size, inner, padded, lines } = plan;
  const kernel = new KernelBuilder();
  declareKey(kernel, plan);
  declareBlock(kernel, padded);
  const x = kernel.read(input, elementType(plan.dtype));
  const sorted = kernel.write(values, elementType(plan.dtype));
  const found = kernel.write(positions, "i32");
  const body = [
    "let line = group;",
    lineBase(kernel, plan),
    `for (var at = local; at < ${padded}u; at += ${workgroupSize}u) {`,
    "let to = at;",
    ...loadPair(kernel, plan),
    "}",
    "workgroupBarrier();",
    `for (var run = 2u; run <= ${padded}u; run *= 2u) {`,
    ...blockSteps(padded, "run / 2u", "(low & run) == 0u"),
    "}",
    `for (var at = local; at < ${kernel.fixed(size)}; at += ${workgroupSize}u) {`,
    `let to = base + at * ${kernel.fixed(inner)};`,
    `${found}[to] = i32(places[at]);`,
    `${sorted}[to] = ${x}[${kernel.offset(input)} + base + places[at] * ${kernel.fixed(inner)}];`,
    "}",
  ].join("\n");
  return kernel.finish(workgroupSize, lines, body);
}

/** Copies a block between workgroup memory and scratch, where it starts at `start`. */
function storeBlock(kernel: KernelBuilder, { lines, padded }: SortPlan): string[] {
  const pairs = kernel.write(scratch, "u32");
  return [
    `for (var to = local; to < ${blockSize}u; to += ${workgroupSize}u) {`,
    `${pairs}[start + to] = keys[to];`,
    `${pairs}[${kernel.fixed(lines * padded)} + start + to] = places[to];`,
    "}",
  ];
}

/** First kernel: blocks of every line sorted, up and down in turn. */
function sortBlocks(plan: SortPlan): KernelSource {
  const kernel = new KernelBuilder();
  declareKey(kernel, plan);
  declareBlock(kernel, blockSize);
  const blocks = plan.padded / blockSize;
  const blocksWord = kernel.fixed(blocks);
  const body = [
    `let line = group / ${blocksWord};`,
    lineBase(kernel, plan),
    `let first = (group % ${blocksWord}) * ${blockSize}u;`,
    `let start = group * ${blockSize}u;`,
    `for (var to = local; to < ${blockSize}u; to += ${workgroupSize}u) {`,
    "let at = first + to;",
    ...loadPair(kernel, plan),
    "}",
    "workgroupBarrier();",
    `for (var run = 2u; run <= ${blockSize}u; run *= 2u) {`,
    ...blockSteps(blockSize, "run / 2u", "((first + low) & run) == 0u"),
    "}",
    ...storeBlock(kernel, plan),
  ].join("\n");
  return kernel.finish(workgroupSize, plan.lines * blocks, body);
}

/** One step whose reach leaves a block. */
function exchange({ lines, padded }: SortPlan, run: number, reach: number): KernelSource {
  const kernel = new KernelBuilder();
  const pairs = kernel.write(scratch, "u32");
  const [reachWord, half] = [kernel.fixed(reach), kernel.fixed(padded / 2)];
  const shift = kernel.fixed(lines * padded);
  return finishElements(kernel, (lines * padded) / 2, [
    `let pair = index % ${half};`,
    `let inside = 2u * ${reachWord} * (pair / ${reachWord}) + pair % ${reachWord};`,
    `let low = (index / ${half}) * 2u * ${half} + inside;`,
    `let high = low + ${reachWord};`,
    `let low_key = ${pairs}[low]; let high_key = ${pairs}[high];`,
    `let low_place = ${pairs}[${shift} + low]; let high_place = ${pairs}[${shift} + high];`,
    "let is_after = low_key > high_key || (low_key == high_key && low_place > high_place);",
    `if (is_after == ((inside & ${kernel.fixed(run)}) == 0u)) {`,
    `${pairs}[low] = high_key; ${pairs}[high] = low_key;`,
    `${pairs}[${shift} + low] = high_place; ${pairs}[${shift} + high] = low_place;`,
    "}",
  ]);
}

/** The steps after `exchange`, whose reach stays inside a block. */
function mergeBlocks(plan: SortPlan, run: number): KernelSource {
  const kernel = new KernelBuilder();
  declareBlock(kernel, blockSize);
  const pairs = kernel.write(scratch, "u32");
  const blocks = plan.padded / blockSize;
  const body = [
    `let first = (group % ${kernel.fixed(blocks)}) * ${blockSize}u;`,
    `let start = group * ${blockSize}u;`,
    `for (var to = local; to < ${blockSize}u; to += ${workgroupSize}u) {`,
    `keys[to] = ${pairs}[start + to];`,
    `places[to] = ${pairs}[${kernel.fixed(plan.lines * plan.padded)} + start + to];`,
    "}",
    "workgroupBarrier();",
    ...blockSteps(blockSize, `${blockSize / 2}u`, `((first + low) & ${kernel.fixed(run)}) == 0u`),
    ...storeBlock(kernel, plan),
  ].join("\n");
  return kernel.finish(workgroupSize, plan.lines * blocks, body);
}

function writeSorted(plan: SortPlan): KernelSource {
  const { size, inner, padded, lines } = plan;
  const kernel = new KernelBuilder();
  const x = kernel.read(input, elementType(plan.dtype));
  const pairs = kernel.read(scratch, "u32");
  const sorted = kernel.write(values, elementType(plan.dtype));
  const found = kernel.write(positions, "i32");
  const [sizeWord, innerWord] = [kernel.fixed(size), kernel.fixed(inner)];
  return finishElements(kernel, lines * size, [
    `let line = index / ${sizeWord};`,
    `let at = index % ${sizeWord};`,
    lineBase(kernel, plan),
    `let place = ${pairs}[${kernel.fixed(lines * padded)} + line * ${kernel.fixed(padded)} + at];`,
    `let to = base + at * ${innerWord};`,
    `${found}[to] = i32(place);`,
    `${sorted}[to] = ${x}[${kernel.offset(input)} + base + place * ${innerWord}];`,
  ]);
}
