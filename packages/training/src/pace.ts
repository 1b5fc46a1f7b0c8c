import type { RunningFigures } from "./running-figures.ts";

/** How long steps may follow each other without letting the engine do anything else. */
const longestTurnMs = 12;
/** Steps of a kind that makes no garbage between two reads, at most. */
const stepsBetweenReads = 32;

/**
 * The rhythm of a loop over batches: scalars are read every few steps, and waited for only when the
 * next are read, so that the device always has work and garbage is still collected; and the engine
 * gets a turn every few milliseconds.
 */
export class Pace {
  readonly #figures: RunningFigures;
  #reading: Promise<void> | undefined;
  #steps = 0;
  #lastTurn = performance.now();

  constructor(figures: RunningFigures) {
    this.#figures = figures;
  }

  /**
   * After a step. One that is planned anew each time leaves garbage that only a read lets go of, so
   * after it something is always read.
   */
  next(isReplayed: boolean): Promise<void> | undefined {
    this.#steps++;
    const isTurn = performance.now() - this.#lastTurn >= longestTurnMs;
    if (isReplayed && !isTurn && this.#steps < stepsBetweenReads) return undefined;
    this.#steps = 0;
    return this.#read(isTurn);
  }

  async #read(isTurn: boolean): Promise<void> {
    await this.#reading;
    this.#reading = this.#figures.read();
    // Awaited later; a failure until then is not unheard of.
    this.#reading.catch(() => {});
    if (!isTurn) return;
    // Without it signals, timers and paints would wait for the end of the epoch.
    await nextTask();
    this.#lastTurn = performance.now();
  }

  /** Reads everything that is left. */
  async end(): Promise<void> {
    await this.#reading;
    await this.#figures.read();
  }
}

/** Settles in the engine's next task. A timer would wait four milliseconds in a page. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
