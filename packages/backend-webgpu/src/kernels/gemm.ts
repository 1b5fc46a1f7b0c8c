import { declareFinish, type Finish } from "../epilogue.ts";
import type { WebgpuDevice } from "../gpu-device.ts";
import { KernelBuilder, type KernelSource } from "../kernel-builder.ts";
import type { Program } from "@dl/backend";
import type { Runner } from "../runner.ts";

/** Sizes of a matrix product: `batch` products of [m, k] by [k, n]. */
export interface GemmSize {
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/**
 * A matrix product over operands that a caller says how to read: plain matrices, or a convolution's
 * tensors seen as matrices.
 */
export interface GemmDescription {
  readonly size: GemmSize;
  /** Declares `load_a(batch, row, depth) -> f32` and `load_b(batch, depth, column) -> f32`. */
  declareLoads(kernel: KernelBuilder): void;
  /** Expression for the output index of `batch`, `row`, `column`. */
  outputIndex(kernel: KernelBuilder): string;
  /** Whether neighbours in memory are neighbours in depth, for a and for b. */
  readonly isDepthInner: { readonly a: boolean; readonly b: boolean };
  readonly finish: Finish;
  /** Operands of the program; scratch comes after them. */
  readonly operandCount: number;
}

/** Outputs of a workgroup and of an invocation, and depth taken at a time. */
interface Tile {
  readonly rows: number;
  readonly columns: number;
  readonly threadRows: number;
  readonly threadColumns: number;
  readonly depth: number;
}

const largeTile: Tile = { rows: 128, columns: 128, threadRows: 8, threadColumns: 8, depth: 8 };
const mediumTile: Tile = { rows: 64, columns: 64, threadRows: 4, threadColumns: 4, depth: 16 };
const smallTile: Tile = { rows: 32, columns: 32, threadRows: 2, threadColumns: 4, depth: 16 };
const thinTile: Tile = { rows: 8, columns: 64, threadRows: 1, threadColumns: 4, depth: 16 };
const tallTile: Tile = { rows: 64, columns: 16, threadRows: 2, threadColumns: 4, depth: 16 };

/** Workgroups that keep any device busy. */
const enoughGroups = 128;

const tilesOf = ({ batch, m, n }: GemmSize, tile: Tile): number =>
  batch * Math.ceil(m / tile.rows) * Math.ceil(n / tile.columns);

function chooseTile(size: GemmSize): Tile {
  if (size.m <= 8) return thinTile;
  if (size.n <= 16) return tallTile;
  if (size.m >= 128 && size.n >= 128 && tilesOf(size, largeTile) >= enoughGroups) return largeTile;
  return tilesOf(size, mediumTile) >= enoughGroups / 2 ? mediumTile : smallTile;
}

/** Parts into which the depth is cut where there are too few tiles to fill a device. */
function chooseParts(size: GemmSize, tile: Tile): number {
  const tiles = tilesOf(size, tile);
  if (tiles >= enoughGroups / 2 || size.k < 512) return 1;
  return Math.max(1, Math.min(Math.ceil(enoughGroups / tiles), Math.floor(size.k / 256)));
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
export function gemmKernels(description: GemmDescription): {
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
  kernel.declare(`var<workgroup> tile_a: array<f32, ${tile.depth * tile.rows}>;`);
  kernel.declare(`var<workgroup> tile_b: array<f32, ${tile.depth * tile.columns}>;`);
  const [m, n, k] = [kernel.fixed(size.m), kernel.fixed(size.n), kernel.fixed(size.k)];
  description.declareLoads(kernel);
  const index = description.outputIndex(kernel);
  const store = declareStore();
  const rows = range(tile.threadRows);
  const columnQuads = range(quads);
  const [columnTilesWord, rowTilesWord] = [kernel.fixed(columnTiles), kernel.fixed(rowTiles)];
  const body = [
    `let first_column = (group % ${columnTilesWord}) * ${tile.columns}u;`,
    `let first_row = ((group / ${columnTilesWord}) % ${rowTilesWord}) * ${tile.rows}u;`,
    `let layer = group / (${columnTilesWord} * ${rowTilesWord});`,
    `let batch = layer / ${parts === 1 ? "1u" : kernel.fixed(parts)};`,
    `let part = layer - batch * ${parts === 1 ? "1u" : kernel.fixed(parts)};`,
    `let depth_start = part * ${kernel.fixed(partDepth)};`,
    `let depth_end = min(${k}, depth_start + ${kernel.fixed(partDepth)});`,
    `let across = (local % ${threadsAcross}u) * 4u;`,
    `let down = (local / ${threadsAcross}u) * ${tile.threadRows}u;`,
    ...rows.flatMap((i) => columnQuads.map((q) => `var sum_${i}_${q} = vec4<f32>();`)),
    `for (var start = depth_start; start < depth_end; start += ${tile.depth}u) {`,
    ...fillTile("a", tile.rows, tile.depth, threads, description.isDepthInner.a, m),
    ...fillTile("b", tile.columns, tile.depth, threads, description.isDepthInner.b, n),
    "workgroupBarrier();",
    `for (var d = 0u; d < ${tile.depth}u; d++) {`,
    ...columnQuads.map((q) => {
      const lanes = range(4).map(
        (lane) => `tile_b[d * ${tile.columns}u + ${q * threadsAcross * 4}u + across + ${lane}u]`,
      );
      return `let b${q} = vec4<f32>(${lanes.join(", ")});`;
    }),
    ...rows.flatMap((i) => [
      `let a${i} = tile_a[d * ${tile.rows}u + down + ${i}u];`,
      ...columnQuads.map((q) => `sum_${i}_${q} += a${i} * b${q};`),
    ]),
    "}",
    "workgroupBarrier();",
    "}",
    ...rows.flatMap((i) =>
      columnQuads.flatMap((q) =>
        range(4).flatMap((lane) => [
          "{",
          `let row = first_row + down + ${i}u;`,
          `let column = first_column + ${q * threadsAcross * 4}u + across + ${lane}u;`,
          `if (row < ${m} && column < ${n}) { ${store(index, `sum_${i}_${q}.${"xyzw"[lane]!}`)} }`,
          "}",
        ]),
      ),
    ),
  ].join("\n");
  return kernel.finish(threads, columnTiles * rowTiles * size.batch * parts, body);
}

/** All invocations together copy a slice; zeros stand for what lies outside. */
function fillTile(
  operand: "a" | "b",
  width: number,
  depth: number,
  threads: number,
  isDepthInner: boolean,
  limit: string,
): string[] {
  const total = width * depth;
  const [along, d] = isDepthInner
    ? [`(at / ${depth}u)`, `(at % ${depth}u)`]
    : [`(at % ${width}u)`, `(at / ${width}u)`];
  const first = operand === "a" ? "first_row" : "first_column";
  const load =
    operand === "a" ? "load_a(batch, position, depth)" : "load_b(batch, depth, position)";
  return [
    `for (var at = local; at < ${total}u; at += ${threads}u) {`,
    `let position = ${first} + ${along};`,
    `let depth = start + ${d};`,
    "var value = 0.0f;",
    `if (position < ${limit} && depth < depth_end) { value = ${load}; }`,
    `tile_${operand}[${d} * ${width}u + ${along}] = value;`,
    "}",
  ];
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
