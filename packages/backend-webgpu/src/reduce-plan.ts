import { coalesceAxes, contiguousStrides, type ReduceProgram } from "@dl/backend";

/** One axis of the domain after joining, with its stride in each input and in the domain itself. */
export interface DomainAxis {
  readonly size: number;
  readonly isReduced: boolean;
  readonly indexStride: number;
  readonly strides: readonly number[];
}

/**
 * How a reduction is spread over a device, fixed by its shape: `lanes` invocations share each
 * result, `results` results share a workgroup, and long reductions are cut into `parts` that a
 * second kernel joins.
 */
export interface ReducePlan {
  readonly kept: readonly DomainAxis[];
  readonly reduced: readonly DomainAxis[];
  readonly keptCount: number;
  readonly reducedCount: number;
  readonly results: number;
  readonly lanes: number;
  /** Whether neighbouring invocations work on neighbouring results. */
  readonly isResultsInner: boolean;
  readonly parts: number;
  /** Elements of a part. */
  readonly partSize: number;
}

export const workgroupSize = 256;
/** Enough workgroups to fill any device; fewer than this, and a long reduction is cut. */
const enoughGroups = 128;
/** A lane takes at least this many elements before its reduction is cut. */
const worthCutting = 64;

export function planReduce(program: ReduceProgram, slots: readonly number[]): ReducePlan {
  const axes = walkedAxes(program, slots);
  const kept = axes.filter(({ isReduced }) => !isReduced);
  const reduced = axes.filter(({ isReduced }) => isReduced);
  const keptCount = product(kept);
  const reducedCount = product(reduced);
  const isResultsInner = kept.length > 0 && !isInnerReduced(axes);
  return {
    kept,
    reduced,
    keptCount,
    reducedCount,
    ...spread(keptCount, reducedCount, isResultsInner),
  };
}

/** The second kernel of a reduction in parts: rows of partial results. */
export function planJoin({ keptCount, parts }: ReducePlan): ReducePlan {
  const shape = { kept: [], reduced: [], keptCount, reducedCount: parts };
  return { ...shape, ...spread(keptCount, parts, false), parts: 1, partSize: parts };
}

function spread(
  keptCount: number,
  reducedCount: number,
  isResultsInner: boolean,
): Pick<ReducePlan, "results" | "lanes" | "isResultsInner" | "parts" | "partSize"> {
  const mostLanes = isResultsInner
    ? workgroupSize / Math.min(32, powerOfTwo(keptCount))
    : workgroupSize;
  let lanes = Math.min(mostLanes, powerOfTwo(Math.ceil(reducedCount / 4)));
  // Enough results to fill the device with one lane each need no sharing.
  if (isResultsInner && keptCount >= workgroupSize * enoughGroups) lanes = 1;
  const results = workgroupSize / lanes;
  const groups = Math.ceil(keptCount / results);
  let parts = 1;
  if (groups < enoughGroups && reducedCount > 2 * worthCutting * lanes)
    parts = Math.min(
      Math.ceil(enoughGroups / Math.max(groups, 1)),
      Math.ceil(reducedCount / (worthCutting * lanes)),
    );
  const partSize = Math.ceil(reducedCount / parts);
  return { results, lanes, isResultsInner, parts, partSize };
}

function powerOfTwo(atLeast: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(atLeast, 1)));
}

const product = (axes: readonly DomainAxis[]): number =>
  axes.reduce((count, { size }) => count * size, 1);

/** Whether memory is walked in order along a reduced axis. */
function isInnerReduced(axes: readonly DomainAxis[]): boolean {
  let best = axes.length - 1;
  let mostContiguous = -1;
  axes.forEach(({ strides }, i) => {
    const contiguous = strides.filter((stride) => stride === 1).length;
    if (contiguous >= mostContiguous) {
      best = i;
      mostContiguous = contiguous;
    }
  });
  return axes[best]?.isReduced ?? true;
}

/** The domain's axes with neighbours joined that every input, and the result, walk as one. */
function walkedAxes(program: ReduceProgram, slots: readonly number[]): readonly DomainAxis[] {
  const isReduced = program.shape.map((_, axis) => program.axes.includes(axis));
  const results = contiguousStrides(program.shape.map((n, axis) => (isReduced[axis] ? 1 : n)));
  // A stride that no kept and reduced neighbours share keeps them apart.
  const roles = results.map((stride, axis) => (isReduced[axis] ? 0 : stride));
  if (program.shape.includes(0))
    return program.shape.map((size, axis) => ({
      size,
      isReduced: isReduced[axis]!,
      indexStride: 0,
      strides: slots.map(() => 0),
    }));
  const { shape, strides } = coalesceAxes(program.shape, [
    roles,
    contiguousStrides(program.shape),
    ...slots.map((slot) => program.inputs[slot]!.layout.strides),
  ]);
  return shape.map((size, axis) => ({
    size,
    isReduced: strides[0]![axis] === 0,
    indexStride: strides[1]![axis]!,
    strides: strides.slice(2).map((list) => list[axis]!),
  }));
}
