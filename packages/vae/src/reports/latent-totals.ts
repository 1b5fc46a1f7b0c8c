import { ArgumentError } from "@dl/backend";

/** What a model makes of its latents, in nats per sample. */
export interface LatentReport {
  /** Evidence lower bound: reconstruction - kl. */
  readonly bound: number;
  /** Mean log-likelihood of the samples given a draw of their latents. */
  readonly reconstruction: number;
  /** Divergence of the posteriors from the prior. */
  readonly kl: number;
  /** The same, number by number of the latent: how much each one tells of a sample. */
  readonly klPerDimension: readonly number[];
  /** Variance over the samples of each posterior mean. */
  readonly varianceOfMeans: readonly number[];
  /** How many numbers of the latent have a variance of means above the threshold. */
  readonly activeUnits: number;
  /** Nats that a latent costs: kl. */
  readonly rate: number;
  /** Nats that a sample still costs once its latent is known: -reconstruction. */
  readonly distortion: number;
  /** Reconstruction from the latents of another sample: what the decoder knows without being told. */
  readonly reconstructionFromOthers: number;
  /** How many samples were looked at. */
  readonly samples: number;
}

type Numbers = ArrayLike<number>;

/** Sums over batches, in float64 on the host. */
export class LatentTotals {
  private samples = 0;
  private samplesWithOthers = 0;
  private reconstruction = 0;
  private fromOthers = 0;
  private kl: number[] = [];
  private means: number[] = [];
  private squares: number[] = [];

  /** Sums of one batch: reconstruction and that from others' latents; kl, means, their squares. */
  add(likelihoods: Numbers, [kl, means, squares]: readonly Numbers[], count: number): void {
    this.samples += count;
    this.reconstruction += likelihoods[0]!;
    // Alone in a batch, a sample has no other beside it.
    if (count > 1) {
      this.samplesWithOthers += count;
      this.fromOthers += likelihoods[1]!;
    }
    this.kl = added(this.kl, kl!);
    this.means = added(this.means, means!);
    this.squares = added(this.squares, squares!);
  }

  /** @throws {ArgumentError} if there was no batch. */
  report(op: string, threshold: number): LatentReport {
    const { samples } = this;
    if (samples === 0)
      throw new ArgumentError(
        op,
        "the data has no samples: received 0 batches. Give it some, and something that can be gone through again, such as a DataLoader or an array.",
      );
    const klPerDimension = this.kl.map((sum) => sum / samples);
    const varianceOfMeans = this.means.map((sum, i) =>
      Math.max(0, this.squares[i]! / samples - (sum / samples) ** 2),
    );
    const reconstruction = this.reconstruction / samples;
    const kl = klPerDimension.reduce((sum, nats) => sum + nats, 0);
    return {
      bound: reconstruction - kl,
      reconstruction,
      kl,
      klPerDimension,
      varianceOfMeans,
      activeUnits: varianceOfMeans.filter((variance) => variance > threshold).length,
      rate: kl,
      distortion: -reconstruction,
      reconstructionFromOthers: this.fromOthers / this.samplesWithOthers,
      samples,
    };
  }
}

function added(sums: readonly number[], more: Numbers): number[] {
  return Array.from(more, (value, i) => (sums[i] ?? 0) + value);
}
