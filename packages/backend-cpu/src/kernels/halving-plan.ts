import { outputSize, ScratchLayout, type Conv2dShape } from "./conv2d-plan.ts";
import { BINS, halvingAxis, type HalvingAxis } from "./halving-axis.ts";
import { gridBytes, layoutWords, lineBytes, type SlotLayout } from "./halving-slots.ts";
import { LANE_PIXEL_BYTES } from "./lane-planes.ts";
import { TILE_COLUMNS, TILE_ROWS } from "./micro-kernel.ts";

const TAPS = 4;
/** Even and odd rows, and columns. */
const PHASES = 4;
const FILTER_BYTES = 4 * TAPS * TAPS;

/** Images or channels side by side in a panel of right matrices. */
export const PANEL_LANES: number = TILE_COLUMNS;
const PANEL_ROW_BYTES = 4 * TILE_COLUMNS;
/** In a panel of left matrices. */
export const QUAD_LANES: number = TILE_ROWS;
const QUAD_BYTES = 4 * TILE_ROWS;

/** Slots would lie powers of two apart, in the same few sets of a cache. */
const SLOT_PADDING_BYTES = 64;

type Size = readonly [number, number];
type Axes = readonly [rows: HalvingAxis, columns: HalvingAxis];

const slotCount = ([rows, columns]: Axes): number => rows.bins.length * columns.bins.length;

const axisFields = ([rows, columns]: Axes) => ({
  columnSlots: columns.bins.length,
  columnThirds: columns.thirds,
  columnRest: columns.rest,
  rowThirds: rows.thirds,
  rowRest: rows.rest,
  edges: rows.edges ? (1 as const) : (0 as const),
});

/** A grid of so many pixels, and where a plane begins in it. */
const gridFields = ([rows, columns]: Size, top: number, left: number) => ({
  gridRowBytes: LANE_PIXEL_BYTES * columns,
  gridStart: LANE_PIXEL_BYTES * (top * columns + left),
  gridRows: rows,
});

const planeFields = ([height, width]: Size) => ({ rowBytes: 4 * width, rows: height, width });

/** Planes of a tensor [batch, channels, height, width], image beside image or channel beside channel. */
const imageLanes = (channels: number, size: Size) => ({
  ...planeFields(size),
  depths: channels,
  depthBytes: 4 * size[0] * size[1],
  laneBytes: 4 * channels * size[0] * size[1],
});
const channelLanes = (batch: number, channels: number, size: Size) => ({
  ...planeFields(size),
  depths: batch,
  depthBytes: 4 * channels * size[0] * size[1],
  laneBytes: 4 * size[0] * size[1],
});

const halves = { phases: 2, first: 0, step: 2 } as const;
const whole = { phases: 1, first: 0, step: 1 } as const;

/** A filter, and the bins of its halves. */
const filterFields = () =>
  ({
    ...planeFields([TAPS, TAPS]),
    ...gridFields([TAPS, TAPS], 0, 0),
    columnSlots: BINS,
    columnThirds: 0,
    columnRest: 1,
    rowThirds: 0,
    rowRest: 1,
    edges: 0,
  }) as const;

/** What the windows cover: the input with its padding. */
const coveredGrid = ({ padding }: Conv2dShape, [height, width]: Size) =>
  gridFields([2 * height + 2, 2 * width + 2], padding[0], padding[2]);

/**
 * Which matrices each product multiplies, and adds to: three numbers each. Those of one bin follow each
 * other, so that what they share stays in a cache.
 */
function productTable(
  [rows, columns]: Axes,
  operands: (slot: number, bin: number) => readonly [a: number, b: number, c: number],
): Int32Array {
  const bins = rows.bins.flatMap((row) => columns.bins.map((column) => row * BINS + column));
  const slots = bins.map((bin, slot) => ({ bin, slot })).toSorted((a, b) => a.bin - b.bin);
  return Int32Array.from(slots.flatMap(({ slot, bin }) => operands(slot, bin)));
}

/** Layouts and products as the words that kernels read, and where in scratch each begins. */
function tablesOf<Name extends string>(
  layouts: Readonly<Record<Name, SlotLayout>>,
  products: Int32Array,
) {
  const entries = Object.entries(layouts) as [Name, SlotLayout][];
  const words: number[] = [];
  const offsets: Partial<Record<Name | "products", number>> = {};
  for (const [name, layout] of entries) {
    offsets[name] = 4 * words.length;
    words.push(...layoutWords(layout));
  }
  offsets["products"] = 4 * words.length;
  words.push(...products);
  return {
    tables: Int32Array.from(words),
    offsets: offsets as Readonly<Record<Name | "products", number>>,
  };
}

const walkBytes = (...layouts: readonly SlotLayout[]): number =>
  Math.max(...layouts.map((layout) => gridBytes(layout) + lineBytes(layout)));

/** What the plans share: how many products there are, how long, and what a part keeps where. */
interface HalvingPlan<Table extends string> {
  readonly slots: number;
  readonly depth: number;
  readonly tables: Int32Array;
  readonly offsets: Readonly<Record<Table | "products", number>>;
  readonly places: Readonly<Record<"tables" | "input" | "other" | "right" | "sums", number>>;
  readonly scratchBytes: number;
}

interface ProductParts {
  readonly rows: number;
  readonly depth: number;
  /** Filters side by side in the left matrices. */
  readonly filters: number;
  readonly weights: SlotLayout;
  readonly input: SlotLayout;
  readonly output: SlotLayout;
}

/** Left matrices from weights, right ones from images, image beside image: forward, or the gradient by the input. */
export interface HalvingProductPlan
  extends ProductParts, HalvingPlan<"weights" | "input" | "output"> {
  readonly weightBytes: number;
}

function productPlan(axes: Axes, parts: ProductParts): HalvingProductPlan {
  const { weights, input, output } = parts;
  const slots = slotCount(axes);
  const products = productTable(axes, (slot, bin) => [bin, slot, slot]);
  const { tables, offsets } = tablesOf({ weights, input, output }, products);
  const scratch = new ScratchLayout();
  return {
    ...parts,
    slots,
    tables,
    offsets,
    weightBytes: BINS * BINS * weights.slotBytes,
    places: {
      tables: scratch.take(tables.byteLength),
      input: scratch.take(walkBytes(input)),
      other: scratch.take(walkBytes(weights, output)),
      right: scratch.take(input.slotBytes * slots),
      sums: scratch.take(output.slotBytes * slots),
    },
    scratchBytes: scratch.byteLength,
  };
}

const panelFields = (rows: number) => ({
  slotBytes: PANEL_ROW_BYTES * rows + SLOT_PADDING_BYTES,
  slotDepthBytes: PANEL_ROW_BYTES,
  quadBytes: QUAD_BYTES,
});

function planForward(shape: Conv2dShape): HalvingProductPlan {
  const { inChannels, outChannels, inputSize } = shape;
  const size = outputSize(shape);
  const axes = [halvingAxis(size[0], false), halvingAxis(size[1], false)] as const;
  const [rows, depth] = [outChannels, PHASES * inChannels];
  return productPlan(axes, {
    rows,
    depth,
    filters: outChannels,
    weights: {
      ...filterFields(),
      ...halves,
      depths: inChannels,
      depthBytes: FILTER_BYTES,
      laneBytes: FILTER_BYTES * inChannels,
      slotBytes: 4 * rows * depth + SLOT_PADDING_BYTES,
      phaseBytes: QUAD_BYTES * inChannels,
      slotDepthBytes: QUAD_BYTES,
      quadBytes: QUAD_BYTES * depth,
    },
    input: {
      ...imageLanes(inChannels, inputSize),
      ...coveredGrid(shape, size),
      ...halves,
      ...axisFields(axes),
      ...panelFields(depth),
      phaseBytes: PANEL_ROW_BYTES * inChannels,
    },
    output: {
      ...imageLanes(outChannels, size),
      ...gridFields(size, 0, 0),
      ...whole,
      ...axisFields(axes),
      ...panelFields(rows),
      phaseBytes: 0,
    },
  });
}

/** dx, of even and odd pixels apart: at each position dy there and before it, by two taps. */
function planInputGradient(shape: Conv2dShape): HalvingProductPlan {
  const { inChannels, outChannels, inputSize } = shape;
  const size = outputSize(shape);
  const axes = [halvingAxis(size[0] + 1, true), halvingAxis(size[1] + 1, true)] as const;
  const [rows, depth] = [PHASES * inChannels, outChannels];
  return productPlan(axes, {
    rows,
    depth,
    filters: inChannels,
    weights: {
      ...filterFields(),
      phases: 2,
      first: 2,
      step: -2,
      depths: outChannels,
      depthBytes: FILTER_BYTES * inChannels,
      laneBytes: FILTER_BYTES,
      slotBytes: 4 * rows * depth + SLOT_PADDING_BYTES,
      phaseBytes: 4 * inChannels * depth,
      slotDepthBytes: QUAD_BYTES,
      quadBytes: QUAD_BYTES * depth,
    },
    input: {
      ...imageLanes(outChannels, size),
      ...gridFields([size[0] + 2, size[1] + 2], 1, 1),
      ...whole,
      ...axisFields(axes),
      ...panelFields(depth),
      phaseBytes: 0,
    },
    output: {
      ...imageLanes(inChannels, inputSize),
      ...coveredGrid(shape, size),
      ...halves,
      ...axisFields(axes),
      ...panelFields(rows),
      phaseBytes: PANEL_ROW_BYTES * inChannels,
    },
  });
}

/** Left matrices from dy, which all parts share, right ones from x, channel beside channel; depths are images. */
export interface HalvingGradientPlan extends HalvingPlan<"change" | "input" | "weights"> {
  readonly channels: number;
  readonly outChannels: number;
  readonly phases: number;
  readonly change: SlotLayout;
  readonly input: SlotLayout;
  readonly weights: SlotLayout;
  readonly changeBytes: number;
  readonly sumBytes: number;
}

function planWeightGradient(shape: Conv2dShape, batch: number): HalvingGradientPlan {
  const { inChannels, outChannels, inputSize } = shape;
  const size = outputSize(shape);
  const axes = [halvingAxis(size[0], false), halvingAxis(size[1], false)] as const;
  const slots = slotCount(axes);
  const change: SlotLayout = {
    ...channelLanes(batch, outChannels, size),
    ...gridFields(size, 0, 0),
    ...whole,
    ...axisFields(axes),
    slotBytes: 4 * outChannels * batch + SLOT_PADDING_BYTES,
    phaseBytes: 0,
    slotDepthBytes: QUAD_BYTES,
    quadBytes: QUAD_BYTES * batch,
  };
  const input: SlotLayout = {
    ...channelLanes(batch, inChannels, inputSize),
    ...coveredGrid(shape, size),
    ...halves,
    ...axisFields(axes),
    ...panelFields(batch),
    phaseBytes: slots * panelFields(batch).slotBytes,
  };
  const weights: SlotLayout = {
    ...filterFields(),
    ...halves,
    depths: outChannels,
    depthBytes: FILTER_BYTES * inChannels,
    laneBytes: FILTER_BYTES,
    ...panelFields(outChannels),
    phaseBytes: BINS * BINS * panelFields(outChannels).slotBytes,
  };
  const products = productTable(axes, (slot, bin) => [slot, slot, bin]);
  const { tables, offsets } = tablesOf({ change, input, weights }, products);
  const scratch = new ScratchLayout();
  return {
    channels: inChannels,
    outChannels,
    phases: PHASES,
    slots,
    depth: batch,
    change,
    input,
    weights,
    tables,
    offsets,
    changeBytes: change.slotBytes * slots,
    sumBytes: PHASES * weights.phaseBytes,
    places: {
      tables: scratch.take(tables.byteLength),
      input: scratch.take(walkBytes(input)),
      other: scratch.take(walkBytes(change, weights)),
      right: scratch.take(PHASES * input.phaseBytes),
      sums: scratch.take(PHASES * weights.phaseBytes),
    },
    scratchBytes: scratch.byteLength,
  };
}

/** Fewer images would leave threads, and lanes, without work. */
const fewestImages = 16;
/** A panel of both matrices belongs in a first-level cache. */
const mostDepth = 512;
/** Of matrices, by one thread: what a third-level cache holds beside those of other threads. */
const mostScratchBytes = 0x80_0000;
/** Below this share of a plain product's multiplications the transforms pay. */
const payingShare = 0.9;

function isHalving(shape: Conv2dShape, batch: number): boolean {
  const { kernelSize, stride, dilation, groups, padding, inputSize } = shape;
  const size = outputSize(shape);
  return (
    batch >= fewestImages &&
    kernelSize.every((taps) => taps === TAPS) &&
    stride.every((step) => step === 2) &&
    [...dilation, groups].every((value) => value === 1) &&
    [shape.inChannels, shape.outChannels].every((channels) => channels % PANEL_LANES === 0) &&
    ([0, 1] as const).every((axis) => {
      const before = padding[2 * axis]!;
      // Every pixel belongs to some window, and no window to padding alone.
      const covered = 2 * size[axis] + 2;
      return size[axis] >= 2 && before < TAPS && inputSize[axis] + before <= covered;
    })
  );
}

/** The plan, if a convolution can be done this way and is the faster for it. */
function chosen<Plan extends HalvingPlan<string>>(
  shape: Conv2dShape,
  batch: number,
  plan: () => Plan,
): Plan | undefined {
  if (!isHalving(shape, batch)) return undefined;
  const made = plan();
  if (made.depth > mostDepth || made.scratchBytes > mostScratchBytes) return undefined;
  const [height, width] = outputSize(shape);
  const idleLanes = (PANEL_LANES * Math.ceil(batch / PANEL_LANES)) / batch;
  const transforms = 1 + 4 / shape.outChannels + 4 / shape.inChannels;
  const products = made.slots * idleLanes * transforms;
  return products < payingShare * TAPS * height * width ? made : undefined;
}

export const halvingForward = (shape: Conv2dShape, batch: number): HalvingProductPlan | undefined =>
  chosen(shape, batch, () => planForward(shape));

export const halvingInputGradient = (
  shape: Conv2dShape,
  batch: number,
): HalvingProductPlan | undefined => chosen(shape, batch, () => planInputGradient(shape));

export const halvingWeightGradient = (
  shape: Conv2dShape,
  batch: number,
): HalvingGradientPlan | undefined => chosen(shape, batch, () => planWeightGradient(shape, batch));
