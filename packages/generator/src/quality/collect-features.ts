import { noGrad } from "@dl/autograd";
import { ArgumentError, checkOptions, checkWhole, describeValue, refuseOptions } from "@dl/backend";
import { generatorKind, Tensor, type Generator } from "@dl/tensor";
import type { GenerativeModel } from "../generative-model.ts";
import { inEvaluation } from "../in-evaluation.ts";
import { applyNetwork, type Network } from "../network.ts";
import type { SampleBatch } from "../sample-batch.ts";
import { featuresFrom, type Features } from "./features.ts";

/** Where samples come from: all of them in one tensor, batches of them, or a model that makes them. */
export type SampleSource =
  | Tensor
  | Iterable<SampleBatch>
  | AsyncIterable<SampleBatch>
  | GenerativeModel;

/** How many samples are gone through, and how. */
export interface CollectOptions {
  /** Of a model: how many to make. Of data: how many to stop at; all unless said. */
  readonly count?: number;
  /** Samples that run through the network together; batches of data stay as they are. Default 250. */
  readonly batchSize?: number;
  /** Where a model's random bits come from; the default one unless said. */
  readonly generator?: Generator;
}

/**
 * Features of samples, by a network that is given: batch by batch, each one read before the next is
 * made, so that no more than a batch is held on the device.
 *
 * A network is in evaluation while a batch runs, and then again as it was. Whatever else the network gives
 * than a row of numbers for each sample is flattened; without a network worth the name, pixels are
 * features too: `(samples) => samples`.
 *
 * Shape: [n, ...sample] → [n, width].
 * @throws {ArgumentError} for a model without a `count`, or data with no samples or fewer than `count`.
 * @example
 * const network = new Linear(2, 3);
 * (await collectFeatures(network, normal([10, 2]))).shape; // => [10, 3]
 */
export async function collectFeatures(
  network: Network,
  source: SampleSource,
  options: CollectOptions = {},
): Promise<Features> {
  const op = "collectFeatures";
  const { count, batchSize = 250 } = checkOptions(op, options, {
    count: "number",
    batchSize: "number",
    generator: generatorKind,
  });
  checkSource(op, source);
  checkWhole(op, "batchSize", batchSize, 1, Infinity, " of at least 1");
  if (count !== undefined) checkWhole(op, "count", count, 1, Infinity, " of at least 1");
  const parts: Features[] = [];
  let collected = 0;
  for await (const batch of batchesOf(op, source, { ...options, batchSize })) {
    const wanted = Math.min(batch.shape[0]!, (count ?? Infinity) - collected);
    const samples = wanted < batch.shape[0]! ? batch.narrow(0, 0, wanted) : batch;
    parts.push(
      await featuresFrom(op, "what the network gives", featuresOfBatch(op, network, samples)),
    );
    collected += wanted;
    if (collected === count) break;
  }
  if (collected < (count ?? 1))
    throw new ArgumentError(
      op,
      `the data must have at least ${count ?? 1} samples: received ${collected}.`,
      { expected: count ?? 1, received: collected },
    );
  return joined(parts);
}

/** The batches one after the other, each made when it is wanted. */
export async function* batchesOf(
  op: string,
  source: SampleSource,
  { count, batchSize, generator }: CollectOptions & { readonly batchSize: number },
): AsyncGenerator<Tensor> {
  const sampleOptions = generator === undefined ? {} : { generator };
  if (source instanceof Tensor) {
    for (let first = 0; first < source.shape[0]!; first += batchSize)
      yield source.narrow(0, first, Math.min(batchSize, source.shape[0]! - first));
  } else if (isModel(source)) {
    if (count === undefined)
      throw new ArgumentError(
        op,
        "count must say how many samples the model is to make: received none.",
      );
    for (let made = 0; made < count; made += batchSize)
      yield source.sample(Math.min(batchSize, count - made), sampleOptions);
  } else {
    for await (const batch of source) yield batch instanceof Tensor ? batch : batch.inputs;
  }
}

function isModel(source: SampleSource): source is GenerativeModel {
  return typeof (source as { sample?: unknown } | null)?.sample === "function";
}

/** @throws {ArgumentError} unless samples can come from it. */
export function checkSource(op: string, source: SampleSource): void {
  if (source instanceof Tensor || isModel(source)) return;
  const isObject = typeof source === "object" && source !== null;
  if (isObject && (Symbol.iterator in source || Symbol.asyncIterator in source)) return;
  refuseOptions(op, source, "the samples");
  throw new ArgumentError(
    op,
    `needs a tensor, batches or a model with sample(): received ${describeValue(source)}.`,
    { received: source },
  );
}

/** One row for each sample. */
export function featuresOfBatch(op: string, network: Network, samples: Tensor): Tensor {
  const features = inEvaluation(op, [network], () =>
    noGrad(() => applyNetwork(op, network, samples)),
  );
  const [count] = samples.shape;
  if (features.shape[0] !== count)
    throw new ArgumentError(
      op,
      `the network must give a row for each of ${count} samples: received shape [${features.shape.join(", ")}].`,
      { expected: count, received: features.shape },
    );
  return features.reshape([count!, features.elementCount / count!]);
}

function joined(parts: readonly Features[]): Features {
  const [, width] = parts[0]!.shape;
  const data = new Float64Array(parts.reduce((sum, part) => sum + part.data.length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  return { data, shape: [data.length / width, width] };
}
