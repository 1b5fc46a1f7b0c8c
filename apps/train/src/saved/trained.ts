import type { Module } from "@dl/nn";
import type { Generator, Tensor } from "@dl/tensor";
import type { Gallery } from "../generative/gallery.ts";
import type { Pictures } from "../pictures/load-pictures.ts";

/** Channels, height, width. */
export type PictureShape = Pictures["shape"];

/** What pictures trained networks are made for. */
export interface PictureShapes {
  /** Of what is made, or read. */
  readonly shape: PictureShape;
  /** Of what others are made of, where that is another kind. */
  readonly from?: PictureShape;
}

/** How far a search has come. */
interface Search {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: {
    readonly step: number;
    readonly steps: number;
    readonly secondsLeft: number;
  }) => void;
}

/** What can be done with networks without the pictures that they learnt from; pictures are from 0 to 1. */
export interface Uses {
  /** Scores of classes: [count, channels, height, width] → [count, classes]. */
  readonly read?: (pictures: Tensor) => Tensor;
  /** New pictures. */
  readonly sample?: (count: number, generator: Generator) => Tensor;
  /** Rows of pictures, each on the way from one new picture to another: [rows · columns, ...]. */
  readonly interpolate?: (rows: number, columns: number, generator: Generator) => Tensor;
  /** A picture that gives styles, others, and those with its coarse and its fine ones. */
  readonly mixStyles?: (generator: Generator) => Gallery;
  /** Pictures, and those that come nearest to them of all that the network can make. */
  readonly project?: (pictures: Tensor, search: Search) => Promise<Gallery>;
  /** One kind of pictures made of another, and the way back where there is one. */
  readonly translate?: (pictures: Tensor) => Tensor;
  readonly translateBack?: (pictures: Tensor) => Tensor;
}

/** Trained networks as they are kept in a file of weights. */
export interface Trained {
  /** What is kept: the networks that are used, not those that they only learnt from. */
  readonly module: Module;
  /** Networks in training that start from the same weights. */
  readonly follows?: Module;
  readonly uses: Uses;
}
