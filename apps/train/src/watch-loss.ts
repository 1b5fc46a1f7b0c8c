import type { Callback } from "@dl/training";
import { UsageError } from "./usage-error.ts";

/** Ends a training whose loss is no number, and says after how many `examples`. */
export function watchLoss(seen: () => number): Callback {
  return {
    onStep(_step, run) {
      const { loss = 0 } = run.recent();
      if (!Number.isFinite(loss))
        throw new UsageError(
          `training: the loss is ${loss} after ${seen()} examples. Try a smaller --learning-rate.`,
        );
    },
  };
}
