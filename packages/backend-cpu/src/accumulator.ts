import type { FunctionBuilder, Local } from "./wasm/function-builder.ts";

/** Running state of a reduction in one kernel: lanes fold apart and are joined at the end. */
export interface Accumulator {
  /** What a lane without an element is given. */
  readonly neutral: Local;
  /** Folded this often at most between two calls of `flush`; no limit when undefined. */
  readonly blockLength: number | undefined;
  reset(): void;
  /**
   * Where one walk over the elements may not do: `begin` comes before the first, and what `pushAgain`
   * pushes after each says whether another must follow.
   */
  readonly walks?: { begin(): void; pushAgain(): void };
  /** Takes four elements into state number `vector`; `positions` are theirs along the axis. */
  fold(vector: number, x: Local, positions: () => Local): void;
  flush(): void;
  /** Pushes the results of state number `vector`, a lane each. */
  pushLanes(vector: number): void;
  /** Joins all states and lanes; pushes the result in lane 0. */
  pushJoined(): void;
}

/** Makes the state of a kernel that folds so many vectors side by side. */
export type AccumulatorMaker = (body: FunctionBuilder, vectors: number) => Accumulator;

/** Emits the walk over the elements, in a loop where one may not do. */
export function walk(body: FunctionBuilder, { walks }: Accumulator, emit: () => void): void {
  if (walks === undefined) return emit();
  walks.begin();
  body.loop((again) => {
    emit();
    walks.pushAgain();
    body.branchIf(again);
  });
}

export const vectorLocals = (body: FunctionBuilder, count: number): Local[] =>
  Array.from({ length: count }, () => body.local("v128"));
