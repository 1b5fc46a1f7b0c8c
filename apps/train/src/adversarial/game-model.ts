import type { GenerativeModel, Network } from "@dl/generator";
import type { Module } from "@dl/nn";
import type { WeightAverage } from "@dl/optim";
import type { Generator, Tensor } from "@dl/tensor";
import type { Callback, TrainingStep } from "@dl/training";
import type { Optimizer } from "../optimizers.ts";
import type { Gallery, Trained } from "../saved/trained.ts";

/** Samples as the discriminator sees them: those that are made, learnt from, and held out. */
interface WatchedGame {
  readonly model: GenerativeModel;
  readonly discriminator: Network;
  /** So many samples at most of each. */
  data(most: number): Tensor;
  heldOut(most: number): Tensor;
  /** Output of the discriminator above which it says real. Default 0. */
  readonly boundary?: number;
}

/** Networks that play against each other, and how they are trained and shown. */
export interface GameModel<Batch> {
  readonly modules: readonly Module[];
  readonly optimizers: readonly Optimizer[];
  readonly step: TrainingStep<Batch>;
  /** Of the generators' weights; what is shown and judged is made by them. */
  readonly averages: readonly WeightAverage[];
  /** What all randomness of the game comes from. */
  readonly generators: readonly Generator[];
  /** What brings averaged generators up to date before they are used. */
  readonly freshen: Callback;
  /** Makes pictures from 0 to 1 of the kind that is learnt. */
  readonly sampler: GenerativeModel;
  /** The game that is watched: who plays, and over what. */
  readonly game: WatchedGame;
  /** The generators, as they are kept. */
  readonly trained: Trained;
  /** What can be done with the generators: walks, tables of styles, translations. */
  gallery(): Promise<Gallery>;
}

/** From 0 to 1, as pictures are kept, to −1 to 1, as the networks see them. */
export const toSigned = (pictures: Tensor): Tensor => pictures.mul(2).sub(1);
/** The way back; what lies outside is cut. */
export const toUnit = (pictures: Tensor): Tensor => pictures.add(1).mul(0.5).clamp(0, 1);

/** Share of averaged weights that is kept at each step. */
export const averaging = { decay: 0.998, rampUp: 0.05 };
