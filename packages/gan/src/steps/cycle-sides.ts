import type { Layer } from "@dl/nn";
import type { Tensor } from "@dl/tensor";

/** Pictures of both sides; no two of them belong together. */
export interface UnpairedBatch {
  readonly a: Tensor;
  readonly b: Tensor;
}

/** One of the two kinds of pictures. */
export type Side = "a" | "b";

/** One thing for each side. */
export type Sides<Thing> = Readonly<Record<Side, Thing>>;

/** One network for each direction. */
export interface Directions {
  readonly aToB: Layer;
  readonly bToA: Layer;
}

/** What `cycleStep` tells of the game. */
export interface CycleScalars extends Readonly<Record<string, Tensor | undefined>> {
  /** Of both generators: all that they make small. */
  readonly generatorLoss: Tensor;
  /** Of both discriminators; the last to be told. */
  readonly discriminatorLoss?: Tensor;
  /** Mean absolute differences of both sides after the way there and back. */
  readonly cycle: Tensor;
  /** The same where nothing was to be changed; only with a weight. */
  readonly identity?: Tensor;
}
