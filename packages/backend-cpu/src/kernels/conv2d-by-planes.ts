import { outputSize, ScratchLayout, type Conv2dShape } from "./conv2d-plan.ts";
import { MOST_TAPS_AT_ONCE, type PlaneFilterExports } from "./plane-filter.ts";

type Pair = readonly [number, number];
type Range = readonly [first: number, end: number];

/** Whether every channel is filtered for itself, by one filter. */
export const isByPlanes = ({ inChannels, outChannels, groups }: Conv2dShape): boolean =>
  inChannels === groups && outChannels === groups;

/** A plane with zeros around it, and its columns apart by their places modulo `step`: so many planes. */
interface Padded {
  readonly size: Pair;
  readonly before: Pair;
  readonly height: number;
  readonly width: number;
  readonly step: number;
  /** Whether it is only the plane itself. */
  readonly isPlain: boolean;
}

/** Where a tap reads: the first of those that neighbouring results read, along each axis. */
interface Tap {
  readonly row: number;
  readonly column: number;
  readonly weight: number;
}

/** Results whose places are the same modulo the stride. */
interface Phase {
  readonly row: number;
  readonly column: number;
  readonly rows: number;
  readonly columns: number;
  readonly taps: readonly Tap[];
  /** Of the table: pairs of byte offsets, in the source and in the weights. */
  readonly first: number;
  readonly end: number;
}

/** Filtering planes, by all taps or, as the gradient by the input, by those that each phase meets. */
export interface PlanesPlan {
  readonly channels: number;
  readonly weightBytes: number;
  readonly padded: Padded;
  /** Rows between those that neighbouring results read. */
  readonly rowStep: number;
  readonly phases: readonly Phase[];
  readonly table: Int32Array;
  /** The first of each pair in it. */
  readonly offsets: Int32Array;
  readonly resultSize: Pair;
  readonly stride: Pair;
  /** Planes at a time. */
  readonly chunk: number;
  readonly parts: { readonly source: number; readonly result: number; readonly table: number };
  readonly scratchBytes: number;
}

/** Bytes of padded planes at a time: they are read again at once. */
const chunkBytes = 0x8000;

const modulo = (a: number, b: number): number => ((a % b) + b) % b;
const area = ([height, width]: Pair): number => height * width;
const paddedBytes = ({ height, width, step }: Padded): number => 4 * height * width * step;

/** Room for what the taps of the phases read. */
function paddedFor(
  size: Pair,
  step: number,
  rowStep: number,
  phases: readonly Omit<Phase, "first" | "end">[],
): Padded {
  let [top, left, bottom, right] = [0, 0, size[0], Math.ceil(size[1] / step)];
  const width = right;
  for (const { rows, columns, taps } of phases)
    for (const tap of taps) {
      const column = Math.floor(tap.column / step);
      [top, left] = [Math.min(top, tap.row), Math.min(left, column)];
      bottom = Math.max(bottom, tap.row + (rows - 1) * rowStep + 1);
      right = Math.max(right, column + columns);
    }
  return {
    size,
    before: [-top, -left],
    height: bottom - top,
    width: right - left,
    step,
    isPlain: step === 1 && top === 0 && left === 0 && bottom === size[0] && right === width,
  };
}

function planOf(
  shape: Conv2dShape,
  size: Pair,
  step: number,
  rowStep: number,
  resultSize: Pair,
  stride: Pair,
  found: readonly Omit<Phase, "first" | "end">[],
): PlanesPlan {
  const padded = paddedFor(size, step, rowStep, found);
  const words: number[] = [];
  const phases = found.map((phase): Phase => {
    const first = 4 * words.length;
    for (const { row, column, weight } of phase.taps) {
      const plane = modulo(column, step) * padded.height + padded.before[0] + row;
      const at = plane * padded.width + padded.before[1] + Math.floor(column / step);
      words.push(4 * at, 4 * weight);
    }
    return { ...phase, first, end: 4 * words.length };
  });
  const { groups: channels } = shape;
  const chunk = Math.max(1, Math.min(16, Math.floor(chunkBytes / paddedBytes(padded))));
  const layout = new ScratchLayout();
  const room = Math.ceil(resultSize[0] / stride[0]) * Math.ceil(resultSize[1] / stride[1]);
  const parts = {
    source: layout.take(padded.isPlain ? 0 : chunk * paddedBytes(padded)),
    result: layout.take(stride[1] === 1 ? 0 : 2 * 4 * chunk * room),
    table: layout.take(4 * words.length),
  };
  return {
    channels,
    weightBytes: channels === 1 ? 0 : 4 * area(shape.kernelSize),
    padded,
    rowStep,
    phases,
    table: Int32Array.from(words),
    offsets: Int32Array.from(words.filter((_, i) => i % 2 === 0)),
    resultSize,
    stride,
    chunk,
    parts,
    scratchBytes: layout.byteLength,
  };
}

/** y from x; also what the gradient by the weight reads. */
export function planPlanes(shape: Conv2dShape): PlanesPlan {
  const { inputSize, kernelSize, stride, padding, dilation } = shape;
  const size = outputSize(shape);
  const taps = Array.from({ length: area(kernelSize) }, (_, weight) => ({
    row: Math.floor(weight / kernelSize[1]) * dilation[0] - padding[0],
    column: (weight % kernelSize[1]) * dilation[1] - padding[2],
    weight,
  }));
  const all = { row: 0, column: 0, rows: size[0], columns: size[1], taps };
  return planOf(shape, inputSize, stride[1], stride[0], size, [1, 1], [all]);
}

/** dx from dy. */
export function planPlanesInputGradient(shape: Conv2dShape): PlanesPlan {
  const { inputSize, kernelSize, stride, padding, dilation } = shape;
  const tapsOf = (axis: 0 | 1, place: number): { tap: number; shift: number }[] =>
    Array.from({ length: kernelSize[axis] }, (_, tap) => ({
      tap,
      shift: (place + padding[2 * axis]! - tap * dilation[axis]) / stride[axis],
    })).filter(({ shift }) => Number.isInteger(shift));
  const places = (axis: 0 | 1): number[] =>
    Array.from({ length: Math.min(stride[axis], inputSize[axis]) }, (_, place) => place);
  const phases = places(0).flatMap((row) =>
    places(1).map((column) => ({
      row,
      column,
      rows: Math.ceil((inputSize[0] - row) / stride[0]),
      columns: Math.ceil((inputSize[1] - column) / stride[1]),
      taps: tapsOf(0, row).flatMap((down) =>
        tapsOf(1, column).map((across) => ({
          row: down.shift,
          column: across.shift,
          weight: down.tap * kernelSize[1] + across.tap,
        })),
      ),
    })),
  );
  return planOf(shape, outputSize(shape), 1, 1, inputSize, stride, phases);
}

/** Planes one after the other, in chunks that lie in one image where images have several. */
function eachChunk(
  { channels, chunk }: PlanesPlan,
  [first, end]: Range,
  run: (plane: number, count: number, channel: number) => void,
): void {
  for (let plane = first; plane < end;) {
    const channel = plane % channels;
    const left = channels === 1 ? end - plane : Math.min(end - plane, channels - channel);
    const count = Math.min(chunk, left);
    run(plane, count, channel);
    plane += count;
  }
}

/** Gives where the planes' first results read. */
function padPlanes(
  { copyPlanes }: PlaneFilterExports,
  { size, before, height, width, step, isPlain }: Padded,
  source: number,
  planes: number,
  target: number,
): number {
  if (isPlain) return source;
  for (let phase = 0; phase < step; phase++)
    copyPlanes(
      source + 4 * phase,
      target + 4 * ((phase * height + before[0]) * width + before[1]),
      planes,
      size[0],
      Math.ceil((size[1] - phase) / step),
      4 * area(size),
      4 * size[1],
      4 * step,
      4 * step * height * width,
      4 * width,
      4,
    );
  return target;
}

/** Of planes [first, end): byte addresses of contiguous float32 arrays, scratch as in {@link PlanesPlan}. */
export function filterPlanes(
  exports: PlaneFilterExports,
  memory: WebAssembly.Memory,
  plan: PlanesPlan,
  source: number,
  weights: number,
  target: number,
  planes: Range,
  scratch: number,
): void {
  const { padded, parts, resultSize, stride, weightBytes } = plan;
  const table = scratch + parts.table;
  new Int32Array(memory.buffer).set(plan.table, table >>> 2);
  if (!padded.isPlain) exports.fillZero(scratch + parts.source, plan.chunk * paddedBytes(padded));
  const [height, width] = resultSize;
  const rowBytes = 4 * stride[0] * width;
  // Neighbouring columns of a phase, and planes of them; neighbours in place need no room.
  const isApart = stride[1] > 1;
  const pitch = Math.ceil(width / stride[1]);
  const room = Math.ceil(height / stride[0]) * pitch;
  eachChunk(plan, planes, (plane, count, channel) => {
    const from = padPlanes(
      exports,
      padded,
      source + 4 * plane * area(padded.size),
      count,
      scratch + parts.source,
    );
    for (const { row, column, rows, columns, first, end } of plan.phases) {
      const results = scratch + parts.result;
      const slot = results + 4 * (stride[1] === 2 ? column * count * room : 0);
      const to = target + 4 * (plane * height + row) * width;
      exports.filterPlanes(
        from,
        4 * plan.rowStep * padded.width,
        paddedBytes(padded),
        table + first,
        table + end,
        weights + channel * weightBytes,
        weightBytes,
        isApart ? slot : to,
        isApart ? 4 * pitch : rowBytes,
        4 * (isApart ? room : height * width),
        count,
        rows,
        columns,
      );
      if (stride[1] > 2)
        exports.copyPlanes(
          slot,
          to + 4 * column,
          count,
          rows,
          columns,
          4 * room,
          4 * pitch,
          4,
          4 * height * width,
          rowBytes,
          4 * stride[1],
        );
      else if (isApart && (column === 1 || width === 1))
        exports.joinColumns(
          results,
          results + 4 * count * room,
          4 * pitch,
          4 * room,
          to,
          rowBytes,
          4 * height * width,
          count,
          rows,
          width,
        );
    }
  });
}

/** dweight = Σ over images of x and dy, which may be none; the plan is that of the forward direction. */
export function sumPlanes(
  exports: PlaneFilterExports,
  memory: WebAssembly.Memory,
  plan: PlanesPlan,
  x: number,
  dy: number,
  dweight: number,
  [first, end]: Range,
  scratch: number,
): void {
  const { padded, parts, resultSize, weightBytes, channels } = plan;
  const offsets = scratch + parts.table;
  new Int32Array(memory.buffer).set(plan.offsets, offsets >>> 2);
  const { taps } = plan.phases[0]!;
  const pieces = Math.ceil(taps.length / MOST_TAPS_AT_ONCE);
  exports.fillZero(dweight, 4 * channels * taps.length);
  if (!padded.isPlain) exports.fillZero(scratch + parts.source, plan.chunk * paddedBytes(padded));
  eachChunk(plan, [first * channels, end * channels], (plane, count, channel) => {
    const from = padPlanes(
      exports,
      padded,
      x + 4 * plane * area(padded.size),
      count,
      scratch + parts.source,
    );
    for (let piece = 0; piece < pieces; piece++) {
      const begin = Math.floor((piece * taps.length) / pieces);
      const size = Math.floor(((piece + 1) * taps.length) / pieces) - begin;
      exports[`sumTaps${size as 1 | 2}`](
        from,
        4 * plan.rowStep * padded.width,
        paddedBytes(padded),
        offsets + 4 * begin,
        dy + 4 * plane * area(resultSize),
        4 * resultSize[1],
        4 * area(resultSize),
        dweight + channel * weightBytes + 4 * begin,
        weightBytes,
        count,
        resultSize[0],
        resultSize[1],
      );
    }
  });
}
