import type { PointwiseFunction, PointwiseName } from "./pointwise-function.ts";
import { pointwiseReferences } from "./pointwise-references.ts";
import { sample, type Sample, type SpecialPoints } from "./record.ts";
import { given } from "./sample-source.ts";

/** Zeros, ones, ties and every bound that an operation has by default, for one, two, three operands. */
const numbersFor = [
  [0, 1, -1, 0.5, -0.5, 2, -2, 3, -3, 6, -6],
  [0, 1, -1, 0.5, 2, -3],
  [0, 1, -2, 0.5],
];

/** Plain numbers at which an operation has another formula, or another bound. */
const parameters: Readonly<Record<string, readonly number[]>> = {
  pow: [-2, -1, -0.5, 0, 0.5, 1, 1.5, 2, 3, 4, 5],
  leakyRelu: [0],
  elu: [0, 2],
  celu: [2],
  softplus: [2],
};

const isWhole = Number.isInteger;
const atZero = (x: number): boolean => x === 0;
const atTie = (a: number, b: number): boolean => a === b;
const atSize =
  (...sizes: readonly number[]) =>
  (x: number): boolean =>
    sizes.includes(Math.abs(x));

/**
 * Where an operation has a value but not two derivatives: kinks, jumps and the ends of its domain.
 * The operands come first, then the plain numbers.
 */
const roughness: Readonly<Record<string, (...operands: number[]) => boolean>> = {
  remainder: (a, b) => isWhole(a / b),
  fmod: (a, b) => isWhole(a / b) && a !== 0,
  // Real above 0 only, for exponents that can be moved.
  pow: (a) => a <= 0,
  "pow of a number": (x, exponent) => x === 0 && !isWhole(exponent),
  maximum: atTie,
  minimum: atTie,
  fmax: atTie,
  fmin: atTie,
  copySign: (a, b) => a === 0 || b === 0,
  abs: atZero,
  sqrt: atZero,
  frac: (x) => isWhole(x) && x !== 0,
  hypot: (a, b) => a === 0 && b === 0,
  atan2: (y, x) => y === 0 && x <= 0,
  xlogy: (x, y) => x === 0 && y <= 0,
  asin: atSize(1),
  acos: atSize(1),
  acosh: atSize(1),
  relu: atZero,
  relu6: (x) => x === 0 || x === 6,
  leakyRelu: atZero,
  elu: atZero,
  selu: atZero,
  celu: atZero,
  hardtanh: atSize(1),
  hardsigmoid: atSize(3),
  hardswish: atSize(3),
  threshold: atZero,
  hardshrink: atSize(0.5),
  softshrink: atSize(0.5),
};

function combinations(count: number): readonly (readonly number[])[] {
  let points: readonly (readonly number[])[] = [[]];
  for (let i = 0; i < count; i++)
    points = points.flatMap((point) => numbersFor[count - 1]!.map((x) => point.concat(x)));
  return points;
}

/** The points where a formula of the tables may be wrong though it is right all around. */
export function specialPoints(
  name: PointwiseName,
  { apply, definition }: PointwiseFunction,
): SpecialPoints {
  const { tensorOperands, numbers } = definition;
  const { of: valueOf, isDifferentiable } = pointwiseReferences[name];
  const made: { smooth: Sample[]; rough: Sample[] } = { smooth: [], rough: [] };
  if (isDifferentiable === false) return made;
  const add = (count: number, plain: readonly number[]): void => {
    const points = combinations(count).filter((point) =>
      Number.isFinite(valueOf(...point, ...(plain.length > 0 ? plain : numbers))),
    );
    const rule = (plain.length > 0 && roughness[`${name} of a number`]) || roughness[name];
    const isRough = (point: readonly number[]): boolean => rule?.(...point, ...plain) === true;
    for (const kind of ["smooth", "rough"] as const) {
      const chosen = points.filter((point) => isRough(point) === (kind === "rough"));
      if (chosen.length === 0) continue;
      const columns = Array.from({ length: count }, (_, i) =>
        given(
          [chosen.length],
          chosen.map((point) => point[i]!),
        ),
      );
      made[kind].push(
        sample(`${kind} points ${plain.join()}`.trim(), columns, ([x, ...others]) =>
          apply(x!, ...others, ...plain),
        ),
      );
    }
  };
  add(1 + tensorOperands, []);
  for (const plain of parameters[name] ?? []) add(1, [plain]);
  return made;
}
