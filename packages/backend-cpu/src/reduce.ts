import {
  coalesceAxes,
  contiguousStrides,
  elementCount,
  type IdTrie,
  reducedShape,
  reduceResultDType,
  topologicalOrder,
  type OutputSpec,
  type ReduceOp,
  type ReduceProgram,
  type Scalar,
} from "@dl/backend";
import type { AccumulatorMaker } from "./accumulator.ts";
import { ArgumentsWriter } from "./arguments-writer.ts";
import type { CpuDevice, Kernel, Runner } from "./cpu-device.ts";
import { accessMode, type AccessMode } from "./input-reader.ts";
import { modeIds } from "./map.ts";
import { expressionWork, usedInputs } from "./program-inputs.ts";
import { emitReduceColumns } from "./reduce-columns.ts";
import type { ReduceSignature } from "./reduce-kernel.ts";
import { emitReduceRows } from "./reduce-rows.ts";

/** Kernels by what their code depends on. */
export type ReduceKernels = IdTrie<Kernel>;

const opIds: { readonly [Op in ReduceOp]: number } = {
  sum: 0,
  prod: 1,
  max: 2,
  min: 3,
  argmax: 4,
  argmin: 5,
  hypot: 6,
};

interface Axis {
  readonly size: number;
  readonly isReduced: boolean;
  readonly indexStride: number;
  readonly strides: readonly number[];
}

/** The program's runner, and what it writes before any epilogue. */
export function compileReduce(
  device: CpuDevice,
  kernels: ReduceKernels,
  program: ReduceProgram,
  hypot: AccumulatorMaker | undefined,
): { runner: Runner; result: OutputSpec } {
  const { op, value, parameters } = program;
  const shape = reducedShape(program.shape, program.axes);
  const result = { dtype: reduceResultDType(op, value), shape };
  const slots = usedInputs([value]);
  const order = topologicalOrder([value]);
  const readsIndex = order.some(
    (node) => node.kind === "index" || (node.kind === "apply" && node.op === "randomBits"),
  );
  const axes = walkedAxes(program, slots, readsIndex);
  const inner = innerAxis(axes);
  const isRows = axes[inner]!.isReduced;
  const kept = axes.filter((axis, i) => i !== inner && !axis.isReduced);
  const reduced = axes.filter((axis, i) => i !== inner && axis.isReduced);
  if (!isRows && reduced.length === 0) reduced.push(onlyElement(slots.length));
  const { size: innerSize, strides: innerStrides, indexStride } = axes[inner]!;
  const modes = innerStrides.map(accessMode);
  const vectors = vectorCount(order, modes, isRows ? 16 : innerSize);
  const held = innerStrides.map(
    (_, i) => !isRows && reduced.every(({ strides }) => strides[i] === 0),
  );
  const signature: ReduceSignature = {
    op,
    value,
    form: isRows ? "rows" : "columns",
    slots,
    modes,
    held,
    outerKept: kept.length,
    outerReduced: reduced.length,
    indexMode: readsIndex ? accessMode(indexStride) : undefined,
    parameterCount: parameters.length,
    vectors,
    hypot,
  };
  const kernel = kernelFor(device, kernels, signature);

  const groups = isRows ? 1 : Math.ceil(innerSize / (4 * vectors));
  const geometry = [innerSize, groups, ...kept.map(({ size }) => size)];
  geometry.push(...reduced.map(({ size }) => size));
  modes.forEach((mode, i) => {
    for (const { strides } of [...kept, ...reduced]) geometry.push(4 * strides[i]!);
    if (mode === "strided") geometry.push(4 * innerStrides[i]!);
  });
  if (readsIndex)
    geometry.push(...[...kept, ...reduced].map((axis) => axis.indexStride), indexStride);
  const work = elementCount(program.shape) * expressionWork([value]);
  let units = groups;
  for (const { size } of kept) units *= size;
  const writer = new ArgumentsWriter(device, slots, 1, parameters, geometry);
  const runner: Runner = (inputs, outputs, scalars) => {
    writer.write(inputs, outputs, scalars);
    if (units > 0) device.run(kernel, units, work);
  };
  return { runner, result };
}

/** The domain's axes with neighbours joined that every input, and the output, walk as one. */
function walkedAxes(
  program: ReduceProgram,
  slots: readonly number[],
  readsIndex: boolean,
): readonly Axis[] {
  const isReduced = program.shape.map((_, axis) => program.axes.includes(axis));
  const outputStrides = contiguousStrides(
    program.shape.map((n, axis) => (isReduced[axis] ? 1 : n)),
  );
  // A stride that no kept and reduced neighbours share keeps them apart.
  const roles = outputStrides.map((stride, axis) => (isReduced[axis] ? 0 : stride));
  const index = contiguousStrides(program.shape);
  const inputStrides = slots.map((slot) => program.inputs[slot]!.layout.strides);
  const isEmpty = program.shape.some((size, axis) => size === 0 && !isReduced[axis]);
  if (isEmpty) return [{ ...onlyElement(slots.length), size: 0, isReduced: false }];
  const { shape, strides } = coalesceAxes(program.shape, [
    roles,
    ...(readsIndex ? [index] : []),
    ...inputStrides,
  ]);
  const first = readsIndex ? 2 : 1;
  const axes = shape.map((size, axis) => ({
    size,
    isReduced: strides[0]![axis] === 0,
    indexStride: readsIndex ? strides[1]![axis]! : 0,
    strides: strides.slice(first).map((list) => list[axis]!),
  }));
  return axes.length > 0 ? axes : [onlyElement(slots.length)];
}

const onlyElement = (inputCount: number): Axis => ({
  size: 1,
  isReduced: true,
  indexStride: 0,
  strides: Array<number>(inputCount).fill(0),
});

/** The axis lanes run along: where most inputs are contiguous, and lanes are not left empty. */
function innerAxis(axes: readonly Axis[]): number {
  const lastKept = axes.findLastIndex(({ isReduced }) => !isReduced);
  let best = -1;
  let bestScore = -Infinity;
  axes.forEach(({ isReduced, size, strides }, i) => {
    if (!isReduced && i !== lastKept) return;
    const contiguous = strides.filter((stride) => stride === 1).length;
    const score = contiguous + (size >= 4 ? 1 : 0);
    if (score >= bestScore) {
      best = i;
      bestScore = score;
    }
  });
  return best;
}

/** Four accumulators hide the latency of an addition; long expressions hide it themselves. */
function vectorCount(
  order: readonly Scalar[],
  modes: readonly AccessMode[],
  lanes: number,
): number {
  if (modes.includes("strided") || lanes <= 4) return 1;
  const operations = order.filter(({ kind }) => kind === "apply").length;
  return operations > 12 ? 1 : operations > 6 || lanes <= 8 ? 2 : 4;
}

function kernelFor(device: CpuDevice, kernels: ReduceKernels, signature: ReduceSignature): Kernel {
  const { op, value, form, modes, held, indexMode, vectors } = signature;
  let node = kernels
    .child(opIds[op])
    .child(value.id)
    .child(form === "rows" ? 0 : 1);
  node = node.child(signature.parameterCount).child(vectors);
  node = node.child(signature.outerKept).child(signature.outerReduced);
  node = node.child(indexMode === undefined ? -1 : modeIds[indexMode]);
  modes.forEach((mode, i) => (node = node.child(modeIds[mode] + (held[i] ? 8 : 0))));
  return (node.value ??= device.link<{ run: Kernel }>((module) => {
    if (form === "rows") emitReduceRows(module, signature);
    else emitReduceColumns(module, signature);
  }).run);
}
