import {
  contiguousStrides,
  elementCount,
  reducedShape,
  reduceResultDType,
  type DType,
  type ReduceOp,
  type ReduceProgram,
  type StorageArray,
} from "@dl/backend";
import { highest, lowest, multiply, wrap } from "./arithmetic.ts";
import { resultArray, type CompiledRun } from "./compiled-run.ts";
import { compileEpilogue } from "./epilogue.ts";
import { Evaluator } from "./evaluator.ts";
import { StridedWalk, type StridedElements } from "./strided-walk.ts";

/** How a reduction starts and takes in one more value. */
interface Fold {
  readonly start: (dtype: DType) => number;
  readonly next: (dtype: DType, sofar: number, value: number) => number;
}

/** Math.max and Math.min give NaN when either is NaN. */
const folds: { readonly [Op in Exclude<ReduceOp, "argmax" | "argmin">]: Fold } = {
  sum: { start: () => 0, next: (dtype, sofar, value) => wrap(dtype, sofar + value) },
  prod: { start: () => 1, next: multiply },
  hypot: { start: () => 0, next: (_dtype, sofar, value) => hypot(sofar, value) },
  max: { start: lowest, next: (_dtype, sofar, value) => Math.max(sofar, value) },
  min: { start: highest, next: (_dtype, sofar, value) => Math.min(sofar, value) },
};

/** Scaled by the larger side, whose square may overflow; infinite if either is, else NaN if either is. */
function hypot(a: number, b: number): number {
  const [x, y] = [Math.abs(a), Math.abs(b)];
  const [large, small] = y > x ? [y, x] : [x, y];
  if (large === 0 || large === Infinity) return large + small;
  return large * Math.sqrt(1 + (small / large) ** 2);
}

export function compileReduce(program: ReduceProgram): CompiledRun {
  const { op, value, domainInputs } = program;
  const shape = reducedShape(program.shape, program.axes);
  const dtype = reduceResultDType(op, value);
  const evaluator = new Evaluator([value]);
  const finish = compileEpilogue(program.epilogue);
  return (inputs, outputs, scalars) => {
    evaluator.setParameters(scalars);
    const result = resultArray({ dtype, shape });
    const domain = inputs.slice(0, domainInputs);
    if (op === "argmax" || op === "argmin") findPositions(program, evaluator, domain, result);
    else {
      const { start, next } = folds[op];
      result.fill(start(dtype));
      eachValue(program, evaluator, domain, (x, target) => {
        result[target] = next(dtype, result[target]!, x);
      });
    }
    finish(result, shape, inputs.slice(domainInputs), outputs[0]!, scalars);
  };
}

/** The first NaN wins, else the first of the best. */
function findPositions(
  program: ReduceProgram,
  evaluator: Evaluator,
  domain: readonly StridedElements[],
  result: StorageArray,
): void {
  const isMax = program.op === "argmax";
  const best = new Float64Array(result.length).fill(isMax ? -Infinity : Infinity);
  eachValue(program, evaluator, domain, (x, target, position) => {
    const sofar = best[target]!;
    const isBetter = isMax ? x > sofar : x < sofar;
    if (isBetter || (Number.isNaN(x) && !Number.isNaN(sofar))) {
      best[target] = x;
      result[target] = position;
    }
  });
}

/** Calls `visit` with each value in row-major order, its place in the result and along the first reduced axis. */
function eachValue(
  { shape, axes }: ReduceProgram,
  evaluator: Evaluator,
  domain: readonly StridedElements[],
  visit: (value: number, target: number, position: number) => void,
): void {
  const { registers, loads, outputs } = evaluator;
  const kept = contiguousStrides(reducedShape(shape, axes));
  let next = 0;
  const target = shape.map((_, axis) => (axes.includes(axis) ? 0 : kept[next++]!));
  const position = shape.map((_, axis) => (axis === axes[0] ? 1 : 0));
  const walk = new StridedWalk(
    shape,
    [target, position, ...domain.map(({ strides }) => strides)],
    [0, 0, ...domain.map(({ offset }) => offset)],
  );
  const count = elementCount(shape);
  for (let i = 0; i < count; i++) {
    for (const { slot, register } of loads)
      registers[register] = domain[slot]!.elements[walk.offsets[slot + 2]!]!;
    evaluator.run(i);
    visit(registers[outputs[0]!]!, walk.offsets[0]!, walk.offsets[1]!);
    walk.next();
  }
}
