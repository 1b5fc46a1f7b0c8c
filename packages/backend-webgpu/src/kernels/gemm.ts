import { declareFinish, type Finish } from "../epilogue.ts";
import type { WebgpuDevice } from "../gpu-device.ts";
import { KernelBuilder, type KernelSource } from "../kernel-builder.ts";
import type { Program } from "@dl/backend";
import { chooseParts, chooseTile, type GemmSize, type Tile } from "./gemm-tile.ts";
import type { Runner } from "../runner.ts";

/**
 * A matrix product over operands that a caller says how to read: plain matrices, or a convolution's
 * tensors seen as matrices.
 */
export interface GemmDescription {
  readonly size: GemmSize;
  /**
   * Declares, for a and for b, `place_a(batch, row) -> P`, `step_a(batch, depth) -> S` and
   * `load_a(P, S) -> f32`: the place is found once for each row or column an invocation copies, the
   * step once for four loads. Where b has padding, also `reaches_b(P, S) -> bool`; a load from
   * where nothing is reached gives 0.
   */
  declareLoads(kernel: KernelBuilder): void;
  /** Whether some loads of b may reach nothing. */
  readonly hasPadding: boolean;
  /** Expression for the output index of `batch`, `row`, `column`. */
  outputIndex(kernel: KernelBuilder): string;
  /** Whether neighbours in memory are neighbours in depth, for a and for b. */
  readonly isDepthInner: { readonly a: boolean; readonly b: boolean };
  readonly finish: Finish;
  /** Operands of the program; scratch comes after them. */
  readonly operandCount: number;
}

export function compileGemm(
  device: WebgpuDevice,
  program: Program,
  description: GemmDescription,
): Runner {
  const { first, second, scratchBytes } = gemmKernels(description);
  const kernel = device.kernel(first, program);
  if (second === undefined) return (operands, scalars) => device.run(kernel, operands, scalars);
  const join = device.kernel(second, program);
  return (operands, scalars) => {
    const block = device.takeBlock(scratchBytes);
    const all = [...operands, { block, offset: 0 }];
    device.run(kernel, all, scalars);
    device.run(join, all, scalars);
    device.giveBlock(block);
  };
}

/** The product, and where the depth is cut a second kernel that adds the parts. */
function gemmKernels(description: GemmDescription): {
  first: KernelSource;
  second: KernelSource | undefined;
  scratchBytes: number;
} {
  const { size, operandCount, finish } = description;
  const tile = chooseTile(size);
  const parts = chooseParts(size, tile);
  const kernel = new KernelBuilder();
  if (parts === 1) {
    const first = emitProduct(kernel, description, tile, 1, () => {
      declareFinish(kernel, finish);
      return (index, value) => `finish(${index}, ${value});`;
    });
    return { first, second: undefined, scratchBytes: 0 };
  }
  const total = size.batch * size.m * size.n;
  const partial = kernel.write(operandCount, "f32");
  const totalWord = kernel.fixed(total);
  const first = emitProduct(
    kernel,
    description,
    tile,
    parts,
    () => (index, value) => `${partial}[part * ${totalWord} + ${index}] = ${value};`,
  );
  const joiner = new KernelBuilder();
  const source = joiner.read(operandCount, "f32");
  declareFinish(joiner, finish);
  const count = joiner.fixed(total);
  const body = [
    "let index = group * 256u + local;",
    `if (index >= ${count}) { return; }`,
    "var sum = 0.0f;",
    `for (var part = 0u; part < ${joiner.fixed(parts)}; part++) { sum += ${source}[part * ${count} + index]; }`,
    "finish(index, sum);",
  ].join("\n");
  return {
    first,
    second: joiner.finish(256, Math.ceil(total / 256), body),
    scratchBytes: parts * total * 4,
  };
}

type Store = (index: string, value: string) => string;

/** Products added up before their sum is added to that of the blocks before, as in backend-cpu: rounding errors stay small. */
const blockDepth = 256;

/**
 * Each workgroup multiplies a tile: slices of both operands go through workgroup memory, and each
 * invocation keeps its block of the result in registers.
 */
function emitProduct(
  kernel: KernelBuilder,
  description: GemmDescription,
  tile: Tile,
  parts: number,
  declareStore: () => Store,
): KernelSource {
  const { size } = description;
  const [rowTiles, columnTiles] = [Math.ceil(size.m / tile.rows), Math.ceil(size.n / tile.columns)];
  const threadsAcross = tile.columns / tile.threadColumns;
  const threads = threadsAcross * (tile.rows / tile.threadRows);
  const quads = tile.threadColumns / 4;
  const partDepth = Math.ceil(Math.ceil(size.k / parts) / tile.depth) * tile.depth;
  kernel.declare(`var<workgroup> tile_a: array<vec4<f32>, ${(tile.depth * tile.rows) / 4}>;`);
  kernel.declare(`var<workgroup> tile_b: array<vec4<f32>, ${(tile.depth * tile.columns) / 4}>;`);
  const [m, n, k] = [kernel.fixed(size.m), kernel.fixed(size.n), kernel.fixed(size.k)];
  description.declareLoads(kernel);
  const index = description.outputIndex(kernel);
  const store = declareStore();
  if (description.hasPadding) declareLeavingOut(kernel);
  const rows = range(tile.threadRows);
  const rowQuads = range(tile.threadRows / 4);
  const threadsDown = tile.rows / tile.threadRows;
  const isDepthInner = (operand: "a" | "b"): string =>
    kernel.fixed(Number(description.isDepthInner[operand]));
  const fillA = fillTile("a", tile.rows, tile.depth, threads, isDepthInner("a"), m);
  const fillB = fillTile("b", tile.columns, tile.depth, threads, isDepthInner("b"), n);
  const columnQuads = range(quads);
  const names = rows.flatMap((i) => columnQuads.map((q) => `sum_${i}_${q}`));
  const own = `totals[i * ${quads}u + j / 4u][j % 4u]`;
  const eachResult = (line: string): readonly string[] => [
    `for (var i = 0u; i < ${tile.threadRows}u; i++) {`,
    `let row = first_row + (i / 4u) * ${threadsDown * 4}u + i % 4u + down * 4u;`,
    `if (row >= ${m}) { continue; }`,
    `for (var j = 0u; j < ${tile.threadColumns}u; j++) {`,
    `let column = first_column + (j / 4u) * ${threadsAcross * 4}u + j % 4u + across * 4u;`,
    `if (column >= ${n}) { continue; }`,
    line,
    "}",
    "}",
  ];
  const [columnTilesWord, rowTilesWord] = [kernel.fixed(columnTiles), kernel.fixed(rowTiles)];
  const body = [
    `let first_column = (group % ${columnTilesWord}) * ${tile.columns}u;`,
    `let first_row = ((group / ${columnTilesWord}) % ${rowTilesWord}) * ${tile.rows}u;`,
    `let layer = group / (${columnTilesWord} * ${rowTilesWord});`,
    `let batch = layer / ${parts === 1 ? "1u" : kernel.fixed(parts)};`,
    `let part = layer - batch * ${parts === 1 ? "1u" : kernel.fixed(parts)};`,
    `let depth_start = part * ${kernel.fixed(partDepth)};`,
    `let depth_end = min(${k}, depth_start + ${kernel.fixed(partDepth)});`,
    `let across = local % ${threadsAcross}u;`,
    `let down = local / ${threadsAcross}u;`,
    ...fillA.before,
    ...fillB.before,
    `var totals = array<vec4<f32>, ${names.length}>();`,
    `for (var block = depth_start; block < depth_end; block += ${blockDepth}u) {`,
    `let block_end = min(depth_end, block + ${blockDepth}u);`,
    ...names.map((name) => `var ${name} = vec4<f32>();`),
    `for (var start = block; start < block_end; start += ${tile.depth}u) {`,
    ...fillA.inside,
    ...fillB.inside,
    "workgroupBarrier();",
    `for (var d = 0u; d < ${tile.depth}u; d++) {`,
    ...columnQuads.map(
      (q) => `let b${q} = tile_b[d * ${tile.columns / 4}u + ${q * threadsAcross}u + across];`,
    ),
    ...rowQuads.map(
      (p) => `let a${p} = tile_a[d * ${tile.rows / 4}u + ${p * threadsDown}u + down];`,
    ),
    ...rows.flatMap((i) =>
      columnQuads.map((q) => `sum_${i}_${q} += a${Math.floor(i / 4)}.${lanes[i % 4]!} * b${q};`),
    ),
    "}",
    "workgroupBarrier();",
    "}",
    `let sums = array<vec4<f32>, ${names.length}>(${names.join(", ")});`,
    `for (var i = 0u; i < ${names.length}u; i++) { totals[i] += sums[i]; }`,
    "}",
    ...(description.hasPadding
      ? [
          "var has_nan = false;",
          `for (var i = 0u; i < ${names.length}u; i++) { has_nan = has_nan || any((bitcast<vec4<u32>>(totals[i]) & vec4<u32>(0x7fffffffu)) > vec4<u32>(0x7f800000u)); }`,
          "if (has_nan) {",
          ...eachResult(
            `if (${kernel.use("isNaN")}(${own})) { ${own} = leaving_out(batch, row, column, depth_start, depth_end); }`,
          ),
          "}",
        ]
      : []),
    // One copy of the store, and of the epilogue in it, for all of an invocation's results.
    ...eachResult(store(index, own)),
  ].join("\n");
  return kernel.finish(threads, columnTiles * rowTiles * size.batch * parts, body);
}

/**
 * Declares `leaving_out(batch, row, column, first, end)`: a sum without the products that padding
 * has a part in. In a tile padding is 0, and times a weight that is not finite that is NaN; so sums
 * that are NaN are taken again, and all others cost nothing.
 */
function declareLeavingOut(kernel: KernelBuilder): void {
  kernel.declare(`fn leaving_out(batch: u32, row: u32, column: u32, first: u32, end: u32) -> f32 {
let a = place_a(batch, row);
let b = place_b(batch, column);
var total = 0.0f;
for (var block = first; block < end; block += ${blockDepth}u) {
var sum = 0.0f;
for (var depth = block; depth < min(end, block + ${blockDepth}u); depth++) {
let step = step_b(batch, depth);
if (reaches_b(b, step)) { sum += load_a(a, step_a(batch, depth)) * load_b(b, step); }
}
total += sum;
}
return total;
}`);
}

const lanes = ["x", "y", "z", "w"];

/**
 * All invocations together copy a slice, four neighbours each at one depth; zeros stand for what
 * lies outside: see {@link declareLeavingOut}. `before` finds the places, `inside` loads at each step. Every tile is a whole number of
 * such copies. `isDepthInner` is a word: whether neighbours copy neighbours in depth.
 */
function fillTile(
  operand: "a" | "b",
  width: number,
  depth: number,
  threads: number,
  isDepthInner: string,
  limit: string,
): { before: string[]; inside: string[] } {
  const quads = width / 4;
  const first = operand === "a" ? "first_row" : "first_column";
  const before: string[] = [];
  const inside: string[] = [];
  for (const slot of range((quads * depth) / threads)) {
    const at = `(local + ${slot * threads}u)`;
    const name = `${operand}_${slot}`;
    const either = (outer: string, inner: string): string =>
      `select(${at} ${outer}, ${at} ${inner}, ${isDepthInner} == 1u)`;
    before.push(
      `let ${name}_quad = ${either(`% ${quads}u`, `/ ${depth}u`)};`,
      `let ${name}_depth = ${either(`/ ${quads}u`, `% ${depth}u`)};`,
    );
    before.push(`let ${name}_first = ${first} + ${name}_quad * 4u;`);
    inside.push(`let ${name}_at = start + ${name}_depth;`, `var ${name} = vec4<f32>();`);
    const loads: string[] = [];
    range(4).forEach((lane) => {
      const position = `${name}_first + ${lane}u`;
      before.push(
        `let ${name}_place${lane} = place_${operand}(batch, min(${position}, ${limit} - 1u));`,
      );
      loads.push(
        `if (${position} < ${limit}) { ${name}.${lanes[lane]!} = load_${operand}(${name}_place${lane}, ${name}_step); }`,
      );
    });
    inside.push(
      `if (${name}_at < depth_end) {`,
      `let ${name}_step = step_${operand}(batch, ${name}_at);`,
      ...loads,
      "}",
      `tile_${operand}[${name}_depth * ${quads}u + ${name}_quad] = ${name};`,
    );
  }
  return { before, inside };
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
