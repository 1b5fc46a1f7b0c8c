import type { Tensor } from "@dl/tensor";

/** How far an attack has come. */
export interface AttackProgress {
  /** Steps made, of all starts. */
  readonly step: number;
  readonly steps: number;
  /** Mean over the samples, as it was before the latest step. */
  readonly loss: number;
  readonly secondsLeft: number;
}

/** Steps between two reads, at most: what was made in between is garbage that a read lets go of. */
const stepsBetweenReads = 16;

/** Reads now and then, lets others have their turn, and tells how far it is. */
export class AttackPace {
  readonly #steps: number;
  readonly #listener: ((progress: AttackProgress) => void) | undefined;
  readonly #started = performance.now();
  #told = -Infinity;
  #step = 0;

  constructor(steps: number, listener: ((progress: AttackProgress) => void) | undefined) {
    this.#steps = steps;
    this.#listener = listener;
  }

  /** After each step; some ten times a second, and at the end, there is something to wait for. */
  async next(losses: Tensor): Promise<void> {
    const step = ++this.#step;
    const now = performance.now();
    const isTime = now - this.#told >= 100 || step === this.#steps;
    if (!isTime && step % stepsBetweenReads !== 0) return;
    const loss = await losses.mean().item();
    // A task of the engine's own: signals and paints have their turn.
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (!isTime) return;
    this.#told = now;
    const secondsLeft = ((performance.now() - this.#started) / 1000 / step) * (this.#steps - step);
    this.#listener?.({ step, steps: this.#steps, loss, secondsLeft });
  }
}
