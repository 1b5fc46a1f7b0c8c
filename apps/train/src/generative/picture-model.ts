import type { Batch } from "@dl/data";
import type { GenerativeModel } from "@dl/generator";
import type { Module } from "@dl/nn";
import type { Tensor } from "@dl/tensor";
import type { Callback, TrainingStep } from "@dl/training";
import type { Optimizer } from "../optimizers.ts";
import type { Picture } from "../pictures/load-pictures.ts";

/** Pictures on the device: [batch, channels, height, width]. */
export type PictureBatch = Batch<Picture>;

/** What a test says of a model; `null` where its kind has no such figure. */
export interface PictureFigures {
  /** Lower bound of ln p(picture) in nats. */
  readonly testBound: number | null;
  /** Log-likelihood of a picture given its latent in nats; squared error a pixel where there is no bound. */
  readonly reconstruction: number;
  /** What the latent costs, in nats. */
  readonly kl: number | null;
  /** Numbers of the latent, or codes, that are in use. */
  readonly activeUnits: number;
}

/** A model that makes pictures, and how it is trained, tested and shown. */
export interface PictureModel {
  readonly module: Module;
  readonly optimizer: Optimizer;
  readonly step: TrainingStep<PictureBatch>;
  /** The scalars of a step, as progress shows them. */
  readonly progress: (scalars: Readonly<Record<string, number>>) => readonly string[];
  /** What is watched beside training, on pictures that are not learnt from. */
  readonly watch?: (
    test: readonly PictureBatch[],
    say: (line: string) => void,
  ) => readonly Callback[];
  /** Figures on pictures that were not learnt from. */
  test(test: readonly PictureBatch[]): Promise<PictureFigures>;
  /** What new pictures come from, fitted to those learnt from where it must be. */
  sampler(train: Iterable<PictureBatch>): Promise<GenerativeModel>;
  /** What pictures are made again from, between which there is a way. Shape: [count, channels, height, width] → [count, ...]. */
  encode(pictures: Tensor): Tensor;
  /** Pictures of what {@link encode} gives. */
  decode(latents: Tensor): Tensor;
}
