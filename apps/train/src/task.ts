import type { Tensor } from "@dl/tensor";
import type { Callback } from "@dl/training";
import type { PictureShapes, Trained } from "./saved/trained.ts";
import type { Output, Paint } from "./terminal.ts";

/** A run of the program: where it speaks, and when it must end. */
export interface Run {
  /** Where progress and pictures go. */
  readonly output: Output;
  readonly say: (text: string) => void;
  readonly paint: Paint;
  readonly isColored: boolean;
  /** Characters per line. */
  readonly width: number;
  readonly signal: AbortSignal;
  /** What follows the training beside all else: a recorder. */
  readonly watch?: Callback;
}

/** Networks, and what is done with them. */
export interface Learner {
  readonly parameters: readonly Tensor[];
  /** The networks as they are kept. */
  readonly trained: Trained;
  readonly shapes: PictureShapes;
  /**
   * Learns, tests and shows what came of it. Gives the figures of the last line; `undefined` where the
   * signal stopped it, after having said how far it came.
   */
  learn(run: Run): Promise<Readonly<Record<string, number | string | null>> | undefined>;
}

/** What is to be done with pictures that were found. */
export interface Task {
  readonly pictures: {
    readonly name: string;
    readonly train: { readonly length: number; get(index: number): object };
    readonly test: { readonly length: number };
  };
  /** Makes the networks, on the backend that is set. */
  build(): Learner;
}
