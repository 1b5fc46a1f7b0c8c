import { ArgumentError, logarithm } from "@dl/backend";
import { tensor, stack, type Tensor } from "@dl/tensor";
import {
  expectation,
  maximization,
  type Components,
  type Expectation,
} from "./expectation-maximization.ts";
import { kMeans, type Rows } from "./k-means.ts";
import type { MixtureSettings } from "./mixture-options.ts";

/** What a fit comes to. */
export interface FittedComponents {
  readonly components: Components;
  readonly logLikelihoods: readonly number[];
  readonly hasConverged: boolean;
}

/** After so many iterations likelihoods are read, which a device must be waited for. */
const iterationsPerRead = 5;

/**
 * The best of several starts. The samples are moved to the mean 0 and the mean variance 1 first, so that products of
 * float32 lose nothing to a far origin and one ridge fits all.
 */
export async function fitComponents(
  samples: Tensor,
  settings: MixtureSettings,
): Promise<FittedComponents> {
  const detached = samples.detach();
  const origin = detached.mean(0);
  const centred = detached.sub(origin);
  const variance = await centred.square().mean().item();
  if (!Number.isFinite(variance))
    throw new ArgumentError(
      "GaussianMixture.fit",
      "the samples have NaN or infinite numbers. Leave them out.",
      { received: variance },
    );
  const scale = variance > 0 ? Math.sqrt(variance) : 1;
  const standard = centred.div(scale);
  const [count, size] = samples.shape as readonly [number, number];
  const rows: Rows = { elements: await standard.data(), count, size };
  let best: FittedComponents | undefined;
  for (let restart = 0; restart < settings.restarts; restart++) {
    const fitted = await fitOnce(standard, rows, settings);
    if (best === undefined || fitted.logLikelihoods.at(-1)! > best.logLikelihoods.at(-1)!)
      best = fitted;
  }
  const { components, logLikelihoods, hasConverged } = best!;
  const shift = size * logarithm(scale);
  return {
    components: {
      logWeights: components.logWeights,
      means: components.means.mul(scale).add(origin),
      factors: components.factors.mul(scale),
    },
    logLikelihoods: logLikelihoods.map((each) => each - shift),
    hasConverged,
  };
}

async function fitOnce(
  samples: Tensor,
  rows: Rows,
  settings: MixtureSettings,
): Promise<FittedComponents> {
  const { covariance: kind, ridge, tolerance, iterations, generator } = settings;
  const groups = kMeans(rows, settings.components, generator);
  const how = { kind, ridge };
  let components = maximization(
    samples,
    inGroups(groups, settings.components, samples),
    undefined,
    how,
  );
  let expected: Expectation = expectation(components, samples);
  const logLikelihoods: number[] = [];
  while (logLikelihoods.length < iterations) {
    const steps = Math.min(iterationsPerRead, iterations - logLikelihoods.length);
    const unread: Tensor[] = [];
    for (let step = 0; step < steps; step++) {
      components = maximization(samples, expected.responsibilities, expected.logDensities, how);
      expected = expectation(components, samples);
      unread.push(expected.logLikelihood);
    }
    const before = logLikelihoods.at(-1);
    logLikelihoods.push(...(await stack(unread).data()));
    if (
      gainsLess(logLikelihoods, before === undefined ? 1 : logLikelihoods.length - steps, tolerance)
    )
      return { components, logLikelihoods, hasConverged: true };
  }
  return { components, logLikelihoods, hasConverged: false };
}

/** Whether the last iteration, or one from a place on, gained less than the tolerance. */
function gainsLess(logLikelihoods: readonly number[], from: number, tolerance: number): boolean {
  return logLikelihoods.some(
    (each, i) => i >= from && i > 0 && Math.abs(each - logLikelihoods[i - 1]!) < tolerance,
  );
}

/** Ones where a sample is in a group. Shape: [groups, count]. */
function inGroups(groups: Int32Array, count: number, { dtype, backend }: Tensor): Tensor {
  const elements = new Float32Array(count * groups.length);
  groups.forEach((group, row) => (elements[group * groups.length + row] = 1));
  return tensor(elements, { dtype, backend }).reshape([count, groups.length]);
}
