import type { Tensor } from "@dl/tensor";

/** How long steps may follow each other without letting the engine do anything else. */
const longestTurnMs = 12;

/**
 * The rhythm of a loop over batches: one number is read per batch, a batch late, so that the device
 * always has work and garbage is still collected; and the engine gets a turn every few milliseconds.
 */
export class Pace {
  #reading: Promise<number> | undefined;
  #lastTurn = performance.now();

  /** Starts reading `loss`, waits for the one before. */
  async next(loss: Tensor): Promise<void> {
    await this.#reading;
    this.#reading = loss.item();
    // Awaited after the next batch; a failure until then is not unheard of.
    this.#reading.catch(() => {});
    if (performance.now() - this.#lastTurn < longestTurnMs) return;
    // Without it signals, timers and paints would wait for the end of the epoch.
    await nextTask();
    this.#lastTurn = performance.now();
  }

  /** Waits for the last read. */
  async end(): Promise<void> {
    await this.#reading;
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
