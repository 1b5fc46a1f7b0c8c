import type { TrainerState } from "../trainer-state.ts";

/** What has a training's state; a Trainer is one. */
export interface Resumable {
  /** All that is needed to continue. */
  stateDict(): TrainerState;
  /** Continues from what `stateDict` gave. */
  loadStateDict(state: TrainerState): void;
}

export function isTrainer(value: unknown): value is Resumable {
  return (
    typeof value === "object" && value !== null && "loadStateDict" in value && "stateDict" in value
  );
}
