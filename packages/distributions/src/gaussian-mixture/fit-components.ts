import { ArgumentError, logarithm } from "@dl/backend";
import { stack, tensor, tidy, type Tensor } from "@dl/tensor";
import {
  expectation,
  leastLikely,
  leastMass,
  maximization,
  type Components,
  type Expectation,
  type Maximization,
  type SampleMatrix,
} from "./expectation-maximization.ts";
import { kMeans, type Rows } from "./k-means.ts";
import type { MixtureSettings } from "./mixture-options.ts";

/** What a fit comes to. */
export interface FittedComponents {
  readonly components: Components;
  readonly logLikelihoods: readonly number[];
  readonly hasConverged: boolean;
}

/** Where a fit stands. */
interface Run {
  components: Components;
  expected: Expectation;
  readonly logLikelihoods: number[];
  hasConverged: boolean;
  /** Whether a component has less than half a sample. */
  hasEmpty: boolean;
}

/** After so many iterations likelihoods are read, which a device must be waited for. */
const iterationsPerRead = 5;
/** So many are enough to tell which start is the best. */
const iterationsPerStart = 10;

/**
 * The best of several starts, each followed for a few iterations and only that one to the end.
 *
 * The samples are moved to the mean 0 and the mean variance 1 first, so that products of float32 lose nothing to
 * a far origin and one ridge fits all.
 *
 * Source: Biernacki, Celeux & Govaert 2003, doi:10.1016/S0167-9473(02)00163-9 (short runs first).
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
  const matrix = { rows: standard, columns: columnsOf(rows, standard) };
  const first = Math.min(iterationsPerStart, settings.iterations);
  let best: Run | undefined;
  for (let restart = 0; restart < settings.restarts; restart++) {
    const run = started(matrix, rows, settings);
    await iterate(run, matrix, settings, first);
    if (best === undefined || run.logLikelihoods.at(-1)! > best.logLikelihoods.at(-1)!) best = run;
  }
  await iterate(best!, matrix, settings, settings.iterations);
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

function started(samples: SampleMatrix, rows: Rows, settings: MixtureSettings): Run {
  const groups = kMeans(rows, settings.components, settings.generator);
  const components = maximization(
    samples,
    inGroups(groups, settings.components, samples.rows),
    how(settings),
  );
  const expected = expectation(components, samples);
  return { components, expected, logLikelihoods: [], hasConverged: false, hasEmpty: false };
}

/** Goes on until it gains too little, or has done so many iterations in all. */
async function iterate(
  run: Run,
  samples: SampleMatrix,
  settings: MixtureSettings,
  iterations: number,
): Promise<void> {
  const { logLikelihoods } = run;
  while (!run.hasConverged && logLikelihoods.length < iterations) {
    const from = logLikelihoods.length;
    const unread: Tensor[] = [];
    for (let step = from; step < Math.min(from + iterationsPerRead, iterations); step++) {
      const { expected, hasEmpty } = run;
      // Differences of all samples from all means: nothing to leave to the collector.
      const next = tidy(() => {
        const seeds = hasEmpty ? leastLikely(samples, expected) : undefined;
        const components = maximization(samples, expected.responsibilities, how(settings), seeds);
        return { components, expected: expectation(components, samples) };
      });
      Object.assign(run, next, { hasEmpty: false });
      unread.push(run.expected.logLikelihood);
    }
    const smallest = run.expected.responsibilities.sum(1).amin();
    const numbers = await stack([...unread, smallest]).data();
    logLikelihoods.push(...numbers.slice(0, -1));
    run.hasEmpty = numbers.at(-1)! < leastMass;
    run.hasConverged = !run.hasEmpty && gainsLess(logLikelihoods, from, settings.tolerance);
  }
}

const how = ({ covariance, ridge }: MixtureSettings): Maximization => ({ kind: covariance, ridge });

/** Whether an iteration from a place on gained less than the tolerance. */
function gainsLess(logLikelihoods: readonly number[], from: number, tolerance: number): boolean {
  return logLikelihoods.some(
    (each, i) => i >= Math.max(from, 1) && Math.abs(each - logLikelihoods[i - 1]!) < tolerance,
  );
}

function columnsOf({ elements, count, size }: Rows, { dtype, backend }: Tensor): Tensor {
  const turned = new Float64Array(count * size);
  for (let row = 0; row < count; row++)
    for (let i = 0; i < size; i++) turned[i * count + row] = elements[row * size + i]!;
  return tensor(turned, { dtype, backend }).reshape([size, count]);
}

/** Ones where a sample is in a group. Shape: [groups, count]. */
function inGroups(groups: Int32Array, count: number, { dtype, backend }: Tensor): Tensor {
  const elements = new Float32Array(count * groups.length);
  groups.forEach((group, row) => (elements[group * groups.length + row] = 1));
  return tensor(elements, { dtype, backend }).reshape([count, groups.length]);
}
