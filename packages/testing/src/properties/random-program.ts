import { broadcastShapes, formatShape } from "@dl/backend";
import { concatenate, where, type Tensor } from "@dl/tensor";
import fc from "fast-check";
import { layoutNames, type LayoutName } from "../op-samples/realize.ts";

/** One step: an operation on earlier results, named by position from the end. */
interface Step {
  readonly op: keyof typeof operations;
  readonly operands: readonly [number, number];
  readonly number: number;
}

/** A straight-line program over a few inputs. */
export interface RandomProgram {
  readonly inputs: readonly {
    readonly shape: readonly number[];
    readonly layout: LayoutName;
    readonly seed: number;
  }[];
  readonly steps: readonly Step[];
}

const axisOf = (x: Tensor, number: number): number => Math.abs(number) % x.ndim;
const pair = (a: Tensor, b: Tensor): readonly [Tensor, Tensor] => {
  try {
    const shape = broadcastShapes(a.shape, b.shape, "pair");
    return shape.length > 4 ? [a, a] : [a, b];
  } catch {
    return [a, a];
  }
};

/** Smooth or continuous, and bounded, so that rounding errors stay small; total on all shapes. */
const operations = {
  add: (a: Tensor, b: Tensor): Tensor => pair(a, b).reduce((x, y) => x.add(y)),
  sub: (a: Tensor, b: Tensor): Tensor => pair(a, b).reduce((x, y) => x.sub(y)),
  mul: (a: Tensor, b: Tensor): Tensor =>
    pair(a, b)
      .reduce((x, y) => x.mul(y))
      .tanh(),
  maximum: (a: Tensor, b: Tensor): Tensor => pair(a, b).reduce((x, y) => x.maximum(y)),
  where: (a: Tensor, b: Tensor): Tensor => where(pair(a, b)[1].isFinite(), ...pair(a, b)),
  tanh: (a: Tensor): Tensor => a.tanh(),
  sigmoid: (a: Tensor): Tensor => a.sigmoid(),
  relu: (a: Tensor): Tensor => a.relu(),
  exp: (a: Tensor): Tensor => a.abs().neg().exp(),
  sin: (a: Tensor): Tensor => a.clamp(-4, 4).sin(),
  scale: (a: Tensor, _b: Tensor, number: number): Tensor => a.mul(number / 4),
  square: (a: Tensor): Tensor => a.clamp(-3, 3).square(),
  mean: (a: Tensor, _b: Tensor, number: number): Tensor =>
    a.ndim === 0 || a.shape[axisOf(a, number)] === 0
      ? a
      : a.mean(axisOf(a, number), { keepDims: number % 2 === 0 }),
  amax: (a: Tensor, _b: Tensor, number: number): Tensor =>
    a.ndim === 0 || a.shape[axisOf(a, number)] === 0 ? a : a.amax(axisOf(a, number)),
  // Of an expression that is not stored: its gradient must find the same element again.
  shiftedAmin: (a: Tensor, _b: Tensor, number: number): Tensor =>
    a.ndim === 0 || a.shape[axisOf(a, number)] === 0 ? a : a.sub(0.1).amin(axisOf(a, number)),
  largest: (a: Tensor): Tensor => (a.elementCount === 0 ? a : a.mul(0.3).norm(Infinity)),
  sum: (a: Tensor): Tensor => a.sum(),
  softmax: (a: Tensor, _b: Tensor, number: number): Tensor =>
    a.ndim === 0 ? a : a.softmax(axisOf(a, number)),
  cumsum: (a: Tensor, _b: Tensor, number: number): Tensor =>
    a.ndim === 0 ? a : a.cumsum(axisOf(a, number)).mul(0.25),
  permute: (a: Tensor): Tensor => a.permute(a.shape.map((_, axis) => a.ndim - 1 - axis)),
  flip: (a: Tensor): Tensor => a.flip(),
  slice: (a: Tensor, _b: Tensor, number: number): Tensor =>
    a.ndim === 0 ? a : a.slice(["...", [null, null, number % 2 === 0 ? -2 : 2]]),
  flatten: (a: Tensor): Tensor => a.flatten(),
  reshape: (a: Tensor): Tensor => a.reshape([...a.shape, 1]).squeeze(-1),
  pad: (a: Tensor): Tensor => (a.ndim === 0 ? a : a.pad([[1, 0]])),
  expand: (a: Tensor): Tensor => (a.ndim > 2 ? a : a.expand([2, ...a.shape])),
  concatenate: (a: Tensor): Tensor => (a.ndim === 0 ? a : concatenate([a, a.neg()])),
  matmul: (a: Tensor): Tensor =>
    a.ndim < 2 ? a : a.matmul(a.matrixTranspose()).mul(1 / Math.max(a.shape.at(-1)!, 1)),
} as const;

const opNames = Object.keys(operations) as (keyof typeof operations)[];
const shapes = [[], [1], [3], [2, 3], [2, 1], [4, 2, 3], [0, 3], [5, 7], [1, 3], [9]];

/** Programs for fast-check, which shrinks them. */
export const randomPrograms: fc.Arbitrary<RandomProgram> = fc.record({
  inputs: fc.array(
    fc.record({
      shape: fc.constantFrom(...shapes),
      layout: fc.constantFrom(...layoutNames),
      seed: fc.nat(1000),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  steps: fc.array(
    fc.record({
      op: fc.constantFrom(...opNames),
      operands: fc.tuple(fc.nat(5), fc.nat(5)),
      number: fc.integer({ min: -3, max: 3 }),
    }),
    { minLength: 1, maxLength: 14 },
  ),
});

const largest = 4000;

/** The last results of the program. */
export function runProgram({ steps }: RandomProgram, inputs: readonly Tensor[]): Tensor[] {
  const results = [...inputs];
  for (const { op, operands, number } of steps) {
    const [a, b] = operands.map((back) => results.at(-1 - (back % results.length))!);
    const result = operations[op](a!, b!, number);
    if (result.elementCount <= largest && result.ndim <= 4) results.push(result);
  }
  return results.slice(-3);
}

export function printProgram({ inputs, steps }: RandomProgram): string {
  return [
    ...inputs.map(({ shape, layout }) => `input ${formatShape(shape)} ${layout}`),
    ...steps.map(({ op, operands, number }) => `${op} -${operands.join(" -")} ${number}`),
  ].join("\n");
}
