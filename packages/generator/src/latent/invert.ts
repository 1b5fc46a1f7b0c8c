import { gradientsOf, noGrad } from "@dl/autograd";
import {
  ArgumentError,
  checkOptions,
  checkWhole,
  formatShape,
  ShapeError,
  type OptionKinds,
} from "@dl/backend";
import { Adam } from "@dl/optim";
import { checkTensor, compile, stack, Tensor } from "@dl/tensor";
import { inEvaluation } from "../in-evaluation.ts";
import { applyNetwork, type Network } from "../network.ts";

/** How far an inversion has come. */
export interface InversionProgress {
  readonly step: number;
  readonly steps: number;
  /** Mean over the samples, of the latest step that was read. */
  readonly loss: number;
  readonly stepsPerSecond: number;
  readonly secondsLeft: number;
}

/** What is made small, and how. */
export interface InvertOptions {
  /** Default 300. */
  readonly steps?: number;
  /** Of Adam; over the last third it falls to 0. Default 0.05. */
  readonly learningRate?: number;
  /** Pixel loss of each sample, [n]; the mean square difference unless said. */
  readonly pixelLoss?: (samples: Tensor, targets: Tensor) => Tensor;
  /** A network whose features of sample and target are to agree as well. */
  readonly features?: Network;
  /** What the mean square difference of the features counts. Default 1. */
  readonly featureWeight?: number;
  /** What the mean square of a latent's numbers counts, so that it stays where a normal one lies. Default 0. */
  readonly priorWeight?: number;
  /** Told some ten times a second. */
  readonly onProgress?: (progress: InversionProgress) => void;
  /** Stops between two steps; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * For options that extend {@link InvertOptions}.
 *
 * @example
 * checkOptions("mySearch", { step: 100 }, invertKinds); // throws an ArgumentError: did you mean steps?
 */
export const invertKinds: OptionKinds<InvertOptions> = {
  steps: "number",
  learningRate: "number",
  pixelLoss: "function",
  features: "function|object",
  featureWeight: "number",
  priorWeight: "number",
  onProgress: "function",
  signal: "object",
};

/** Latents that were found for samples. */
export interface Inversion {
  /** [n, latent]. */
  readonly latents: Tensor;
  /** Pixel loss of each sample at the end. */
  readonly errors: readonly number[];
  /** Mean loss of each step, penalties included. */
  readonly losses: readonly number[];
}

/** Steps between two reads, at most. */
const stepsBetweenReads = 16;

/**
 * Finds latents from which a generator makes given samples: gradient descent on the latents, by Adam, in
 * a compiled step.
 *
 * Each sample has a loss of its own, so that how well one is found does not depend on the others. The
 * generator and the feature network are in evaluation while a step runs, and no weights change.
 *
 * Shape: targets [n, ...sample]; start: latents [n, latent], or an encoder that makes them of the targets.
 * Source: Zhu et al. 2016, arXiv:1609.03552, section 3.1 (both the descent and the encoder's start).
 *
 * @throws {ShapeError} if there are not as many latents as targets, or samples of another shape come out.
 * @throws {ArgumentError} for options out of their range.
 * @throws the signal's reason, once it is aborted.
 * @example
 * const decoder = (latents) => latents.mul(2);
 * const { latents } = await invert(decoder, tensor([[4, 6]]), zeros([1, 2]), { learningRate: 0.1 });
 * const [first] = (await latents.toArray())[0];
 * Math.abs(first - 2) < 0.01; // => true
 */
export async function invert(
  generate: Network,
  targets: Tensor,
  start: Tensor | Network,
  options: InvertOptions = {},
): Promise<Inversion> {
  const op = "invert";
  checkTensor(op, targets);
  const settings = checkOptions(op, options, invertKinds);
  const { steps = 300, learningRate = 0.05, features, signal } = settings;
  checkWhole(op, "steps", steps, 1, Infinity, " of at least 1");
  const lossOf = lossBy(op, generate, targets, settings);
  const latents = startOf(op, start, targets).requireGrad();
  const optimizer = new Adam([latents], { learningRate });
  const step = compile(() => {
    const { total } = lossOf(latents);
    [latents.grad] = gradientsOf(total.sum(), [latents]) as [Tensor];
    optimizer.step();
    return total.mean();
  });
  const watch = new Watch(steps, settings.onProgress);
  for (let i = 0; i < steps; i++) {
    signal?.throwIfAborted();
    optimizer.learningRate = learningRate * Math.min(1, (3 * (steps - i)) / steps);
    const reading = watch.add(inEvaluation(op, [generate, features], step));
    if (reading !== undefined) await reading;
  }
  await watch.read();
  signal?.throwIfAborted();
  const { pixels } = noGrad(() => inEvaluation(op, [generate, features], () => lossOf(latents)));
  return {
    latents: latents.detach(),
    errors: Array.from(await pixels.data()),
    losses: watch.losses,
  };
}

/** Of each sample: its pixel loss, and all of it together. */
function lossBy(
  op: string,
  generate: Network,
  targets: Tensor,
  { pixelLoss = meanSquare, features, featureWeight = 1, priorWeight = 0 }: InvertOptions,
): (latents: Tensor) => { readonly pixels: Tensor; readonly total: Tensor } {
  if (!(featureWeight >= 0 && priorWeight >= 0))
    throw new ArgumentError(
      op,
      `weights must be 0 or above: received featureWeight ${featureWeight}, priorWeight ${priorWeight}.`,
      { received: { featureWeight, priorWeight } },
    );
  const wanted =
    features &&
    noGrad(() => inEvaluation(op, [features], () => applyNetwork(op, features, targets))).detach();
  return (latents) => {
    const samples = applyNetwork(op, generate, latents);
    checkAlike(op, samples, targets);
    const pixels = pixelLoss(samples, targets);
    if (pixels.ndim !== 1 || pixels.shape[0] !== targets.shape[0])
      throw new ShapeError(
        op,
        `the pixel loss must be a number for each of ${targets.shape[0]} samples: received ${formatShape(pixels.shape)}. Reduce all axes but the first.`,
        { expected: [targets.shape[0]], received: pixels.shape },
      );
    let total = pixels;
    if (features !== undefined)
      total = total.add(
        meanSquare(applyNetwork(op, features, samples), wanted!).mul(featureWeight),
      );
    if (priorWeight > 0) total = total.add(latents.square().flatten(1).mean(1).mul(priorWeight));
    return { pixels, total };
  };
}

/** Over all axes but the first. */
function meanSquare(left: Tensor, right: Tensor): Tensor {
  return left.sub(right).square().flatten(1).mean(1);
}

function startOf(op: string, start: Tensor | Network, targets: Tensor): Tensor {
  const latents =
    start instanceof Tensor
      ? start
      : noGrad(() => inEvaluation(op, [start], () => applyNetwork(op, start, targets)));
  if (latents.ndim < 2 || latents.shape[0] !== targets.shape[0])
    throw new ShapeError(
      op,
      `the start must have a latent for each of ${targets.shape[0]} targets: received ${formatShape(latents.shape)}.`,
      { expected: targets.shape[0], received: latents.shape },
    );
  // A copy: the caller's own latents stay as they are.
  return latents.detach().clone().detach();
}

function checkAlike(op: string, samples: Tensor, targets: Tensor): void {
  if (formatShape(samples.shape) !== formatShape(targets.shape))
    throw new ShapeError(
      op,
      `the generator must make samples of the targets' shape ${formatShape(targets.shape)}: received ${formatShape(samples.shape)}.`,
      { expected: targets.shape, received: samples.shape },
    );
}

/** Reads losses every few steps, so that garbage is let go of, and tells of them. */
class Watch {
  readonly losses: number[] = [];
  readonly #steps: number;
  readonly #listener: InvertOptions["onProgress"];
  readonly #started = performance.now();
  #told = -Infinity;
  #unread: Tensor[] = [];

  constructor(steps: number, listener: InvertOptions["onProgress"]) {
    this.#steps = steps;
    this.#listener = listener;
  }

  add(loss: Tensor): Promise<void> | undefined {
    this.#unread.push(loss);
    return this.#unread.length < stepsBetweenReads ? undefined : this.read();
  }

  async read(): Promise<void> {
    if (this.#unread.length > 0) {
      const unread = this.#unread;
      this.#unread = [];
      this.losses.push(...(await stack(unread).data()));
    }
    // A task of the engine's own: signals and paints have their turn.
    await new Promise((resolve) => setTimeout(resolve, 0));
    const now = performance.now();
    const step = this.losses.length;
    if (this.#listener === undefined || (now - this.#told < 100 && step < this.#steps)) return;
    this.#told = now;
    const stepsPerSecond = (1000 * step) / Math.max(now - this.#started, 1e-3);
    this.#listener({
      step,
      steps: this.#steps,
      loss: this.losses.at(-1)!,
      stepsPerSecond,
      secondsLeft: (this.#steps - step) / stepsPerSecond,
    });
  }
}
