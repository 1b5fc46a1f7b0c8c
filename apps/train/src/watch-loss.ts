import type { Callback } from "@dl/training";
import { UsageError } from "./usage-error.ts";

/** Ends a training one of whose losses is no number, and says after how many `examples`. */
export function watchLoss(seen: () => number): Callback {
  return {
    onStep(_step, run) {
      const bad = Object.entries(run.recent()).find(([, value]) => !Number.isFinite(value));
      if (bad === undefined) return;
      const [name, value] = bad;
      throw new UsageError(
        `training: the ${name} is ${value} after ${seen()} examples. Try a smaller --learning-rate.`,
      );
    },
  };
}
