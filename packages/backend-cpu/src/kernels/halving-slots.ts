import { ArgumentReader } from "../argument-block.ts";
import type { FunctionBuilder, Local } from "../wasm/function-builder.ts";
import type { ModuleBuilder } from "../wasm/module-builder.ts";
import type { AxisKernel } from "./halving-axis.ts";
import { interleavePlanes, LANE_PIXEL_BYTES, separatePlanes } from "./lane-planes.ts";
import { panelKernel, TILE_COLUMNS } from "./micro-kernel.ts";
import { integers, parametersOf } from "./winograd-tiles.ts";

/**
 * Planes of images, channels or filters, and their slots: for each kind of product a matrix of lanes and
 * depths. Four lanes, which may be images or channels, go through a map at once.
 */
export interface SlotLayout {
  /** Planes: how many for each lane, and where they lie. */
  readonly depths: number;
  readonly depthBytes: number;
  readonly laneBytes: number;
  readonly rowBytes: number;
  readonly rows: number;
  readonly width: number;
  /** Four interleaved planes with their padding, and where the planes begin in there. */
  readonly gridRowBytes: number;
  readonly gridStart: number;
  readonly gridRows: number;
  /** 2 where even and odd pixels are apart; the first pixel of a line, and from one to the next. */
  readonly phases: 1 | 2;
  readonly first: number;
  readonly step: number;
  /** Products along a row, and tiles along both axes. */
  readonly columnSlots: number;
  readonly columnThirds: number;
  readonly columnRest: number;
  readonly rowThirds: number;
  readonly rowRest: number;
  readonly edges: 0 | 1;
  /** Slots: from one to the next, and within: from phase to phase, depth to depth, four lanes to four. */
  readonly slotBytes: number;
  readonly phaseBytes: number;
  readonly slotDepthBytes: number;
  readonly quadBytes: number;
}

const layoutFields = [
  "depths",
  "depthBytes",
  "laneBytes",
  "rowBytes",
  "rows",
  "width",
  "gridRowBytes",
  "gridStart",
  "gridRows",
  "phases",
  "first",
  "step",
  "columnSlots",
  "columnThirds",
  "columnRest",
  "rowThirds",
  "rowRest",
  "edges",
  "slotBytes",
  "phaseBytes",
  "slotDepthBytes",
  "quadBytes",
] as const satisfies readonly (keyof SlotLayout)[];

export const layoutWords = (layout: SlotLayout): Int32Array =>
  Int32Array.from(layoutFields, (field) => layout[field]);

/** Of a grid, and of its lines after one of both maps. */
export const gridBytes = ({ gridRowBytes, gridRows }: SlotLayout): number =>
  gridRowBytes * gridRows;
export const lineBytes = ({ phases, columnSlots, gridRows }: SlotLayout): number =>
  gridRows * phases * columnSlots * LANE_PIXEL_BYTES;

interface Walk {
  readonly layout: Readonly<Record<keyof SlotLayout, Local>>;
  readonly lanes: readonly Local[];
  /** The slots' address of four lanes at a depth. */
  readonly slots: Local;
  readonly grid: Local;
  readonly lines: Local;
  readonly lineRowBytes: Local;
}

/**
 * An export (words, planes, lanes, slots, grid): runs `emit` for every four lanes and every depth. Lanes past
 * the last repeat it, so that what is stored for them is right as well.
 */
function exportWalk(
  module: ModuleBuilder,
  name: string,
  emit: (body: FunctionBuilder, walk: Walk) => void,
): void {
  module.exported(name, Array<"i32">(5).fill("i32"), [], (body) => {
    const [words, planes, laneCount, slots, grid] = parametersOf(body);
    const reader = new ArgumentReader(body, words);
    const fields = layoutFields.map((field) => [field, reader.integer()] as const);
    const layout = Object.fromEntries(fields) as Walk["layout"];
    const [depth, lane, block, at, last, lines, lineRowBytes] = integers(body, 7);
    const lanes = integers(body, 4).slice(0, 4);
    body.op("i32.mul", layout.gridRowBytes, layout.gridRows).op("i32.add", grid).set(lines);
    body.op("i32.mul", layout.phases, layout.columnSlots).op("i32.shl", 4).set(lineRowBytes);
    body.op("i32.sub", laneCount, 1).set(last);
    body.countUp(depth, layout.depths, 1, () => {
      body.get(slots).set(block);
      body.get(0).set(lane);
      body.countUp(lane, laneCount, 4, () => {
        lanes.forEach((address, i) => {
          body.op("i32.add", lane, i).tee(at).get(last).op("i32.lt_u", at, last).select();
          body.op("i32.mul", layout.laneBytes).op("i32.add", planes).set(address);
        });
        emit(body, { layout, lanes, slots: block, grid, lines, lineRowBytes });
        body.op("i32.add", block, layout.quadBytes).set(block);
      });
      body.op("i32.add", planes, layout.depthBytes).set(planes);
      body.op("i32.add", slots, layout.slotDepthBytes).set(slots);
    });
  });
}

/** Runs `emit` for every phase along x: the first pixel of its rows, and where its lines begin. */
function eachPhase(
  body: FunctionBuilder,
  { layout, grid, lines }: Walk,
  emit: (pixels: Local, line: Local) => void,
): void {
  const [phase, pixels, line] = integers(body, 3);
  body.get(grid).set(pixels).get(lines).set(line);
  body.get(0).set(phase);
  body.countUp(phase, layout.phases, 1, () => {
    emit(pixels, line);
    body.op("i32.add", pixels, LANE_PIXEL_BYTES).set(pixels);
    body.op("i32.shl", layout.columnSlots, 4).op("i32.add", line).set(line);
  });
}

/** Runs `emit` for every phase of rows and columns: the first of its lines, and its slots. */
function eachPhasePair(
  body: FunctionBuilder,
  walk: Walk,
  emit: (line: Local, slots: Local) => void,
): void {
  const { layout, slots, lineRowBytes } = walk;
  const [row, first, block] = integers(body, 3);
  body.get(slots).set(block);
  body.get(0).set(row);
  body.countUp(row, layout.phases, 1, () => {
    eachPhase(body, walk, (_pixels, line) => {
      body.op("i32.mul", row, lineRowBytes).op("i32.add", line).set(first);
      emit(first, block);
      body.op("i32.add", block, layout.phaseBytes).set(block);
    });
  });
}

/** Exports `name`(words, planes, lanes, slots, grid): planes to slots, along rows, then along columns. */
export function emitToSlots(module: ModuleBuilder, name: string, axis: AxisKernel): void {
  const interleave = interleavePlanes(module);
  const map = axis(module);
  exportWalk(module, name, (body, walk) => {
    const { layout, lanes, grid, lineRowBytes } = walk;
    body.get(...lanes, layout.rowBytes, layout.rows, layout.width);
    body.op("i32.add", grid, layout.gridStart).get(layout.gridRowBytes).call(interleave);
    eachPhase(body, walk, (pixels, line) => {
      body.op("i32.shl", layout.first, 4).op("i32.add", pixels).op("i32.shl", layout.step, 4);
      body.get(line, LANE_PIXEL_BYTES, layout.columnThirds, layout.columnRest, layout.edges);
      body.get(layout.gridRows, layout.gridRowBytes, lineRowBytes).call(map);
    });
    eachPhasePair(body, walk, (line, slots) => {
      body.op("i32.mul", layout.first, lineRowBytes).op("i32.add", line);
      body.op("i32.mul", layout.step, lineRowBytes).get(slots);
      body.op("i32.mul", layout.columnSlots, layout.slotBytes);
      body.get(layout.rowThirds, layout.rowRest, layout.edges);
      body.get(layout.columnSlots, LANE_PIXEL_BYTES, layout.slotBytes).call(map);
    });
  });
}

/** Exports `name`(words, planes, lanes, slots, grid): slots to planes, along columns, then along rows. */
export function emitFromSlots(module: ModuleBuilder, name: string, axis: AxisKernel): void {
  const separate = separatePlanes(module);
  const map = axis(module);
  exportWalk(module, name, (body, walk) => {
    const { layout, lanes, grid, lineRowBytes } = walk;
    eachPhasePair(body, walk, (line, slots) => {
      body.get(slots).op("i32.mul", layout.columnSlots, layout.slotBytes);
      body.get(line).op("i32.mul", layout.step, lineRowBytes);
      body.get(layout.rowThirds, layout.rowRest, layout.edges);
      body.get(layout.columnSlots, layout.slotBytes, LANE_PIXEL_BYTES).call(map);
    });
    eachPhase(body, walk, (pixels, line) => {
      body.get(line, LANE_PIXEL_BYTES, pixels).op("i32.shl", layout.step, 4);
      body.get(layout.columnThirds, layout.columnRest, layout.edges);
      body.get(layout.gridRows, lineRowBytes, layout.gridRowBytes).call(map);
    });
    body.get(...lanes, layout.rowBytes, layout.rows, layout.width);
    body.op("i32.add", grid, layout.gridStart).get(layout.gridRowBytes).call(separate);
  });
}

/**
 * Exports `multiplySlots(products, count, a, b, c, aBytes, bBytes, cBytes, rows, depth, accumulate)`: for every
 * product, three words that number its matrices, C = or += A · B: A in panels of 4 rows, B a panel of 8
 * columns, C [rows, 8].
 */
export function emitMultiplySlots(module: ModuleBuilder): void {
  const panel = panelKernel(module);
  module.exported("multiplySlots", Array<"i32">(11).fill("i32"), [], (body) => {
    const [product, count, a, b, c, aBytes, bBytes, cBytes, rows, depth] = parametersOf(body);
    const accumulate = body.parameters[10]!;
    const [i] = integers(body, 1);
    body.countUp(i, count, 1, () => {
      const matrices = [
        [a, aBytes],
        [b, bBytes],
        [c, cBytes],
      ] as const;
      matrices.forEach(([first, bytes], word) =>
        body
          .load("i32.load", product, 4 * word)
          .op("i32.mul", bytes)
          .op("i32.add", first),
      );
      body.get(4 * TILE_COLUMNS, rows, TILE_COLUMNS, depth, accumulate);
      // Rows and columns are whole tiles, so the scratch for corners is not used.
      body.get(0).call(panel);
      body.op("i32.add", product, 12).set(product);
    });
  });
}
