import { ArgumentReader } from "../argument-block.ts";
import type { FunctionBuilder, Local } from "../wasm/function-builder.ts";
import type { ModuleBuilder } from "../wasm/module-builder.ts";
import type { AxisKernel } from "./halving-axis.ts";
import { interleavePlanes, LANE_PIXEL_BYTES, separatePlanes } from "./lane-planes.ts";
import { panelKernel, TILE_COLUMNS } from "./micro-kernel.ts";

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

const integer = (body: FunctionBuilder): Local => body.local("i32");

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
    const [words, planes, laneCount, slots, grid] = body.parameters as unknown as readonly [
      Local,
      Local,
      Local,
      Local,
      Local,
    ];
    const reader = new ArgumentReader(body, words);
    const fields = layoutFields.map((field) => [field, reader.integer()] as const);
    const layout = Object.fromEntries(fields) as Walk["layout"];
    const [depth, lane, block, at, last, lines, lineRowBytes] = Array.from({ length: 7 }, () =>
      integer(body),
    ) as [Local, Local, Local, Local, Local, Local, Local];
    const lanes = [0, 1, 2, 3].map(() => integer(body));
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

/** Runs `emit` for every row of the grid and every phase of its columns. */
function eachRow(
  body: FunctionBuilder,
  { layout, grid, lines }: Walk,
  emit: (phase: Local, gridRow: Local, line: Local) => void,
): void {
  const [row, phase, gridRow, line] = Array.from({ length: 4 }, () => integer(body)) as [
    Local,
    Local,
    Local,
    Local,
  ];
  body.get(grid).set(gridRow);
  body.get(lines).set(line);
  body.get(0).set(row);
  body.countUp(row, layout.gridRows, 1, () => {
    body.get(0).set(phase);
    body.countUp(phase, layout.phases, 1, () => {
      emit(phase, gridRow, line);
      body.op("i32.shl", layout.columnSlots, 4).op("i32.add", line).set(line);
    });
    body.op("i32.add", gridRow, layout.gridRowBytes).set(gridRow);
  });
}

/** Runs `emit` for every phase of rows and columns and every column of the lines. */
function eachColumn(
  body: FunctionBuilder,
  { layout, slots, lines }: Walk,
  emit: (rowPhase: Local, column: Local, slot: Local) => void,
): void {
  const [rowPhase, phase, x, column, block, slot] = Array.from({ length: 6 }, () =>
    integer(body),
  ) as [Local, Local, Local, Local, Local, Local];
  body.get(slots).set(block);
  body.get(0).set(rowPhase);
  body.countUp(rowPhase, layout.phases, 1, () => {
    body.get(lines).set(column);
    body.get(0).set(phase);
    body.countUp(phase, layout.phases, 1, () => {
      body.get(block).set(slot);
      body.get(0).set(x);
      body.countUp(x, layout.columnSlots, 1, () => {
        emit(rowPhase, column, slot);
        body.op("i32.add", column, LANE_PIXEL_BYTES).set(column);
        body.op("i32.add", slot, layout.slotBytes).set(slot);
      });
      body.op("i32.add", block, layout.phaseBytes).set(block);
    });
  });
}

/** Exports `name`(words, planes, lanes, slots, grid): planes to slots, along rows, then along columns. */
export function emitToSlots(module: ModuleBuilder, name: string, axis: AxisKernel): void {
  const interleave = interleavePlanes(module);
  const line = axis(module);
  exportWalk(module, name, (body, walk) => {
    const { layout, lanes, grid, lineRowBytes } = walk;
    body.get(...lanes, layout.rowBytes, layout.rows, layout.width);
    body.op("i32.add", grid, layout.gridStart).get(layout.gridRowBytes).call(interleave);
    eachRow(body, walk, (phase, gridRow, target) => {
      body.op("i32.add", layout.first, phase).op("i32.shl", 4).op("i32.add", gridRow);
      body.op("i32.shl", layout.step, 4).get(target, LANE_PIXEL_BYTES);
      body.get(layout.columnThirds, layout.columnRest, layout.edges).call(line);
    });
    eachColumn(body, walk, (rowPhase, column, slot) => {
      body.op("i32.add", layout.first, rowPhase).op("i32.mul", lineRowBytes);
      body.op("i32.add", column).op("i32.mul", layout.step, lineRowBytes).get(slot);
      body.op("i32.mul", layout.columnSlots, layout.slotBytes);
      body.get(layout.rowThirds, layout.rowRest, layout.edges).call(line);
    });
  });
}

/** Exports `name`(words, planes, lanes, slots, grid): slots to planes, along columns, then along rows. */
export function emitFromSlots(module: ModuleBuilder, name: string, axis: AxisKernel): void {
  const separate = separatePlanes(module);
  const line = axis(module);
  exportWalk(module, name, (body, walk) => {
    const { layout, lanes, grid, lineRowBytes } = walk;
    eachColumn(body, walk, (rowPhase, column, slot) => {
      body.get(slot).op("i32.mul", layout.columnSlots, layout.slotBytes);
      body.op("i32.mul", rowPhase, lineRowBytes).op("i32.add", column);
      body.op("i32.mul", layout.step, lineRowBytes);
      body.get(layout.rowThirds, layout.rowRest, layout.edges).call(line);
    });
    eachRow(body, walk, (phase, gridRow, source) => {
      body.get(source, LANE_PIXEL_BYTES).op("i32.shl", phase, 4).op("i32.add", gridRow);
      body.op("i32.shl", layout.step, 4);
      body.get(layout.columnThirds, layout.columnRest, layout.edges).call(line);
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
    const [product, count, a, b, c, aBytes, bBytes, cBytes, rows, depth, accumulate] =
      body.parameters as unknown as readonly [
        Local,
        Local,
        Local,
        Local,
        Local,
        Local,
        Local,
        Local,
        Local,
        Local,
        Local,
      ];
    const i = integer(body);
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
