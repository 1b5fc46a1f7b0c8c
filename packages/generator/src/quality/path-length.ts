import { noGrad } from "@dl/autograd";
import { ArgumentError, checkOptions, checkWhole, formatShape, ShapeError } from "@dl/backend";
import { checkTensor, generatorKind, uniform, type Generator, type Tensor } from "@dl/tensor";
import { slerp } from "../latent/slerp.ts";
import type { Network } from "../network.ts";
import { featuresOfBatch } from "./collect-features.ts";

/** Which small steps are taken, and how. */
export interface PathLengthOptions {
  /** How much of the whole path a step is. Default 1e-4. */
  readonly epsilon?: number;
  /** The straight line, or the arc that keeps to normal latents. Default "spherical". */
  readonly path?: "linear" | "spherical";
  /** Share of the steps left out at either end of the sorted lengths. Default 0.01. */
  readonly trim?: number;
  /** Latents that run through the networks together. Default 100. */
  readonly batchSize?: number;
  /** Chooses places on the paths; the default one unless said. */
  readonly generator?: Generator;
}

/** How much samples change as a latent moves. */
export interface PathLength {
  /** Mean over the steps that were kept: smaller is smoother. */
  readonly length: number;
  /** Standard deviation of the steps that were kept. */
  readonly spread: number;
  readonly steps: number;
}

/**
 * Perceptual path length: by how much the features of samples change when the latent moves a little, at a
 * random place of the path between two latents.
 *
 * Mean of ‖f(g(z(t))) - f(g(z(t + ε)))‖² / ε², z(t) from one latent to the other. In float32 a smaller
 * step than 1e-4 measures rounding.
 *
 * Shape: from, to [n, latent]; `generate` gives [n, ...sample].
 * Source: Karras et al. 2019, arXiv:1812.04948, section 4.1; the network is whichever is given.
 *
 * @throws {ShapeError} unless both ends have the same shape [n, latent].
 * @throws {ArgumentError} unless epsilon lies in (0, 1), trim in [0, 0.5), and the batch has at least 1 latent.
 * @example
 * const [from, to] = [tensor([[0, 0]]), tensor([[3, 4]])];
 * const { length } = await perceptualPathLength((z) => z, (x) => x, from, to, { path: "linear" });
 * Math.abs(length - 25) < 0.1; // => true
 */
export async function perceptualPathLength(
  generate: (latents: Tensor) => Tensor,
  network: Network,
  from: Tensor,
  to: Tensor,
  options: PathLengthOptions = {},
): Promise<PathLength> {
  const op = "perceptualPathLength";
  checkTensor(op, from);
  checkTensor(op, to);
  const settings = checkOptions(op, options, {
    epsilon: "number",
    path: '"linear"|"spherical"',
    trim: "number",
    batchSize: "number",
    generator: generatorKind,
  });
  const { epsilon = 1e-4, path = "spherical", trim = 0.01, batchSize = 100, generator } = settings;
  if (from.ndim !== 2 || formatShape(from.shape) !== formatShape(to.shape) || from.shape[0]! < 1)
    throw new ShapeError(
      op,
      `both ends must have the same shape [n, latent]: received ${formatShape(from.shape)} and ${formatShape(to.shape)}.`,
      { expected: from.shape, received: to.shape },
    );
  if (!(epsilon > 0 && epsilon < 1) || !(trim >= 0 && trim < 0.5))
    throw new ArgumentError(
      op,
      `epsilon must lie between 0 and 1, trim between 0 and 0.5: received ${epsilon} and ${trim}.`,
      { received: { epsilon, trim } },
    );
  checkWhole(op, "batchSize", batchSize, 1, Infinity, " of at least 1");
  const lengths: number[] = [];
  const [count] = from.shape;
  for (let first = 0; first < count!; first += batchSize) {
    const size = Math.min(batchSize, count! - first);
    const squares = noGrad(() => {
      const [start, end] = [from, to].map((latents) => latents.narrow(0, first, size));
      const { backend, dtype } = from;
      const place = uniform([size], { backend, dtype, ...(generator && { generator }) });
      const features = [place.mul(1 - epsilon), place.mul(1 - epsilon).add(epsilon)].map((t) =>
        featuresOfBatch(op, network, generate(between(start!, end!, t, path))),
      );
      return features[0]!.sub(features[1]!).square().sum(1);
    });
    for (const square of await squares.data()) lengths.push(square / epsilon ** 2);
  }
  return trimmed(lengths, trim);
}

function between(from: Tensor, to: Tensor, t: Tensor, path: "linear" | "spherical"): Tensor {
  return path === "linear" ? from.lerp(to, t.unsqueeze(1)) : slerp(from, to, t);
}

function trimmed(lengths: readonly number[], trim: number): PathLength {
  const cut = Math.floor(trim * lengths.length);
  const kept = lengths.toSorted((a, b) => a - b).slice(cut, lengths.length - cut);
  const length = kept.reduce((sum, x) => sum + x, 0) / kept.length;
  const squares = kept.reduce((sum, x) => sum + (x - length) ** 2, 0);
  return { length, spread: Math.sqrt(squares / Math.max(1, kept.length - 1)), steps: kept.length };
}
