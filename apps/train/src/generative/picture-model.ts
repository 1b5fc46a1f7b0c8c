import type { Batch } from "@dl/data";
import type { Generator, Tensor } from "@dl/tensor";
import type { Callback, TrainingStep } from "@dl/training";
import type { Optimizer } from "../optimizers.ts";
import type { Picture } from "../pictures/load-pictures.ts";
import type { Trained, Uses } from "../saved/trained.ts";

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
  readonly optimizer: Optimizer;
  /** What the randomness of its steps comes from. */
  readonly generators?: readonly Generator[];
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
  /** Fits what new pictures come from to those learnt from, where it must be. */
  fit?(train: Iterable<PictureBatch>): Promise<void>;
  /** The networks as they are kept, with what was fitted. */
  readonly trained: Trained & { readonly uses: Required<Pick<Uses, "sample">> };
  /** What pictures are made again from, between which there is a way. Shape: [count, channels, height, width] → [count, ...]. */
  encode(pictures: Tensor): Tensor;
  /** Pictures of what {@link encode} gives. */
  decode(latents: Tensor): Tensor;
}
