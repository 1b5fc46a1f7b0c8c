import type { FunctionBuilder, Local } from "../wasm/function-builder.ts";

/**
 * One-dimensional transforms of Winograd's F(2, 3) and F(2, 2): two outputs of a filter of 3 or 2 taps by
 * 4 or 3 products. A longer filter is a sum of such pieces, whose products fall into the same four bins
 * and so go through the same output transform: 5 taps as 3 + 2 take 7 products instead of 10.
 *
 * Only points 0, 1, -1 and ∞: every factor is ±1 or ½, so rounding errors stay those of a plain sum.
 * Source: Lavin & Gray 2016, arXiv:1509.09308, section 4.1.
 */
interface Piece {
  readonly start: number;
  readonly taps: 2 | 3;
}

/** One kind of product: of which piece, and into which bin it is summed. */
interface Slot {
  readonly bin: number;
  readonly piece: Piece;
}

/** An output as a sum of inputs times factors. */
export type Combination = readonly (readonly [input: number, factor: number])[];

/** How a filter of so many taps, at least 2, is taken apart along one axis. */
export interface AxisTransform {
  readonly taps: number;
  /** Bins that are used, in order. */
  readonly bins: readonly number[];
  /** In the order of their bins. */
  readonly slots: readonly Slot[];
}

export function axisTransform(taps: number): AxisTransform {
  const pieces: Piece[] = [];
  for (let start = 0; start < taps; start += pieces.at(-1)!.taps)
    pieces.push({ start, taps: taps - start === 2 || taps - start === 4 ? 2 : 3 });
  const slots = [0, 1, 2, 3].flatMap((bin) =>
    pieces.filter((piece) => piece.taps === 3 || bin !== 2).map((piece) => ({ bin, piece })),
  );
  return { taps, bins: [...new Set(slots.map(({ bin }) => bin))], slots };
}

/** Of a slot, from the inputs of a tile. */
function inputCombination({ bin, piece: { start, taps } }: Slot): Combination {
  const last = start + taps - 1;
  const first: Combination = [
    [start, 1],
    [last, -1],
  ];
  if (bin === 0) return first;
  const end: Combination = [
    [start + 1, 1],
    [last + 1, -1],
  ];
  if (bin === 3) return end;
  if (taps === 2) return [[last, 1]];
  return [
    [last, 1],
    [last - 1, bin === 1 ? 1 : -1],
  ];
}

/** Of a slot, from the taps of the filter. */
function weightCombination({ bin, piece: { start, taps } }: Slot): Combination {
  if (bin === 0) return [[start, 1]];
  if (bin === 3) return [[start + taps - 1, 1]];
  if (taps === 2)
    return [
      [start, 1],
      [start + 1, 1],
    ];
  return [
    [start, 0.5],
    [start + 1, bin === 1 ? 0.5 : -0.5],
    [start + 2, 0.5],
  ];
}

// What the bins add to the first and the second output.
const outputFactors = [
  [1, 0],
  [1, 1],
  [1, -1],
  [0, -1],
] as const;

const nonZero = (factors: readonly number[]): Combination =>
  factors.flatMap((factor, i) => (factor === 0 ? [] : ([[i, factor]] as const)));

/** The linear maps of one axis; each transposed map is the gradient of the map. */
export const axisMaps = {
  input: ({ slots }: AxisTransform): Combination[] => slots.map(inputCombination),
  weight: ({ slots }: AxisTransform): Combination[] => slots.map(weightCombination),
  output: ({ bins }: AxisTransform): Combination[] =>
    [0, 1].map((output) => nonZero(bins.map((bin) => outputFactors[bin]![output]!))),
  outputGradient: ({ bins }: AxisTransform): Combination[] =>
    bins.map((bin) => nonZero(outputFactors[bin]!)),
  weightGradient: (axis: AxisTransform): Combination[] =>
    Array.from({ length: axis.taps }, (_, tap) =>
      axis.slots.flatMap((slot, i) =>
        weightCombination(slot)
          .filter(([input]) => input === tap)
          .map(([, factor]) => [i, factor] as const),
      ),
    ),
} as const;

function combine(body: FunctionBuilder, inputs: readonly Local[], terms: Combination): Local {
  const [first, ...others] = terms;
  if (others.length === 0 && first![1] === 1) return inputs[first![0]]!;
  const result = body.local("v128");
  const push = (input: number, factor: number): void => {
    body.get(inputs[input]!);
    if (Math.abs(factor) !== 1) body.op("f32x4.mul", body.constant("f32x4", Math.abs(factor)));
  };
  push(...first!);
  if (first![1] < 0) body.op("f32x4.neg");
  for (const [input, factor] of others) {
    push(input, factor);
    body.op(factor < 0 ? "f32x4.sub" : "f32x4.add");
  }
  body.set(result);
  return result;
}

/** A map along one axis; gives what emits each of its results. */
export function transformed(
  body: FunctionBuilder,
  inputs: readonly Local[],
  map: readonly Combination[],
): (i: number) => Local {
  return (i) => combine(body, inputs, map[i]!);
}

/**
 * A map along the columns of `row(0)`, `row(1)`, ..., then one along the rows; gives what emits the result
 * at a row and column.
 */
export function transform2d(
  body: FunctionBuilder,
  rowCount: number,
  row: (y: number) => readonly Local[],
  rowMap: readonly Combination[],
  columnMap: readonly Combination[],
): (y: number, x: number) => Local {
  const lines = Array.from({ length: rowCount }, (_, y) => {
    const result = transformed(body, row(y), columnMap);
    return columnMap.map((_terms, x) => result(x));
  });
  return (y, x) =>
    transformed(
      body,
      lines.map((line) => line[x]!),
      rowMap,
    )(y);
}
