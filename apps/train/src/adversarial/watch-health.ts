import { gameHealth } from "@dl/gan";
import { Generator } from "@dl/tensor";
import type { Callback } from "@dl/training";
import type { GameModel } from "./game-model.ts";

/** How a game goes, in words. */
export interface HealthWatch {
  readonly callback: Callback;
  /** The latest state, in a word or two. */
  word(): string;
  /** The latest verdict with its figures. */
  message(): string;
}

/** Looks at the game while it is played. */
const looks = 20;
/** Samples of each kind that are compared, and learnt ones that they are compared with. */
const [compared, learnt] = [256, 1000];

/** Watches a game of so many steps; what goes wrong is said at once. */
export function watchHealth<Batch>(
  { game: { model, discriminator, data, heldOut, boundary } }: GameModel<Batch>,
  steps: number,
  say: (line: string) => void,
): HealthWatch {
  const held = heldOut(learnt);
  const health = gameHealth({
    model,
    discriminator,
    data: data(learnt),
    heldOut: held,
    count: Math.min(compared, held.shape[0]!),
    every: Math.max(1, Math.floor(steps / looks)),
    generator: new Generator(0),
    warn: ({ message }) => say(message),
    ...(boundary !== undefined && { boundary }),
  });
  const latest = () => health.verdicts.at(-1);
  return {
    callback: health,
    word: () => latest()?.state ?? "still learning",
    message: () => latest()?.message ?? "",
  };
}
