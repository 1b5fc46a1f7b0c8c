import { gradientsOf } from "@dl/autograd";
import { isFloat, type Backend, type DType } from "@dl/backend";
import { configure, settings, tensor, zerosLike, type Tensor } from "@dl/tensor";
import { laidOutValues, realize, tensorsOf, type LayoutName } from "../op-samples/realize.ts";
import type { OpRecord, Sample } from "../op-samples/record.ts";
import { given, SampleSource, Seeded, type SampleInput } from "../op-samples/sample-source.ts";
import type { Values } from "./compare.ts";

export type Named = readonly (readonly [string, Values])[];

export async function valuesOf(x: Tensor): Promise<Values> {
  return { shape: x.shape, dtype: x.dtype, data: await x.data() };
}

/** How a sample is run. */
export interface Target {
  readonly backend: Backend;
  readonly dtype: DType;
  readonly layout: LayoutName;
  readonly isEager: boolean;
}

/** The samples of an operation; the same numbers at every call. */
export function samplesOf(record: OpRecord): readonly Sample[] {
  return record.samples(new SampleSource(record.name));
}

export function extremesOf(record: OpRecord): readonly Sample[] {
  return record.extremes?.(new SampleSource(`${record.name} extremes`)) ?? [];
}

export function pointsOf({ points }: OpRecord): readonly Sample[] {
  return points === undefined ? [] : [...points.smooth, ...points.rough];
}

/** The same numbers laid out plainly: what the reference is given. */
export function laidOut(sample: Sample, dtype: DType, layout: LayoutName): readonly SampleInput[] {
  return sample.inputs.map((input) =>
    given(input.shape, laidOutValues(input, dtype, layout), input.role),
  );
}

async function inMode<Result>(isEager: boolean, body: () => Promise<Result>): Promise<Result> {
  const before = settings().eager;
  configure({ eager: isEager });
  try {
    return await body();
  } finally {
    configure({ eager: before });
  }
}

function inputsFor(inputs: readonly SampleInput[], target: Target): Tensor[] {
  return inputs.map((input) => realize(input, target.dtype, target.layout, target.backend));
}

/** Deferred, plain inputs come as pending copies, so that fusion has something to fuse. */
function prepared(inputs: readonly Tensor[], { isEager, layout }: Target): readonly Tensor[] {
  return isEager || layout !== "contiguous" ? inputs : inputs.map((x) => x.clone());
}

/** Every tensor that a call gives. */
export function evaluate(
  sample: Sample,
  inputs: readonly SampleInput[],
  target: Target,
): Promise<Named> {
  return inMode(target.isEager, async () => {
    const { backend } = target;
    const tensors = prepared(inputsFor(inputs, target), target);
    const outputs = await tensorsOf(sample.call(tensors, { backend }));
    return Promise.all(outputs.map(async ([name, x]) => [name, await valuesOf(x)] as const));
  });
}

/** Gradients of a random weighting of the outputs, once or twice, for every real input. */
export function evaluateGradients(
  sample: Sample,
  inputs: readonly SampleInput[],
  target: Target,
  order: 1 | 2,
): Promise<Named> {
  return inMode(target.isEager, async () => {
    const tensors = inputsFor(inputs, target);
    const leaves = tensors.filter((_, i) => inputs[i]!.role === "real");
    for (const leaf of leaves) leaf.requiresGrad = true;
    const outputs = await tensorsOf(sample.call(prepared(tensors, target), target));
    const floats = outputs.map(([, x]) => x).filter((x) => isFloat(x.dtype));
    let gradients = weightedGradients(floats, leaves, `${sample.name} 1`, order === 2);
    if (order === 2) gradients = weightedGradients(gradients, leaves, `${sample.name} 2`, false);
    return Promise.all(
      gradients.map(async (x, i) => [`gradient ${i}`, await valuesOf(x)] as const),
    );
  });
}

function weightedGradients(
  outputs: readonly Tensor[],
  leaves: readonly Tensor[],
  seed: string,
  createGraph: boolean,
): Tensor[] {
  const seeded = new Seeded(seed);
  let total: Tensor | undefined;
  for (const output of outputs) {
    const weights = Float64Array.from({ length: output.elementCount }, () =>
      Math.fround(2 * seeded.unit() - 1),
    );
    if (!output.requiresGrad) continue;
    const { shape, dtype, backend } = output;
    const term = output.mul(tensor(weights, { shape, dtype, backend })).sum();
    total = total === undefined ? term : total.add(term);
  }
  if (total === undefined) return leaves.map((leaf) => zerosLike(leaf));
  return gradientsOf(total, leaves, { createGraph });
}
