/**
 * Keeps the order of work around what the host computes. A device cannot wait for the host, so
 * while the host waits for the device and computes, everything asked for meanwhile stands in line
 * here.
 */
export class HostQueue {
  /** Steps in order; undefined while the host computes nothing. */
  #waiting: (() => void)[] | undefined;
  #fault: Error | undefined;

  /** The host computes, or waits for what it computes from. */
  get isHeld(): boolean {
    return this.#waiting !== undefined;
  }

  /** Runs `step` now, or when its turn comes. */
  inOrder(step: () => void): void {
    if (this.#waiting === undefined) step();
    else this.#waiting.push(step);
  }

  /** Lets nothing pass until `work` is done. */
  hold(work: () => Promise<void>): void {
    this.#waiting = [];
    void work()
      .catch((error: unknown) => this.#note(error))
      .then(() => this.#release());
  }

  /** The first fault of the host's work since the last call. */
  takeFault(): Error | undefined {
    const fault = this.#fault;
    this.#fault = undefined;
    return fault;
  }

  #release(): void {
    const steps = this.#waiting!;
    this.#waiting = undefined;
    for (const step of steps) {
      try {
        // A step may be the host's next work: the rest goes on standing in line.
        this.inOrder(step);
      } catch (error) {
        this.#note(error);
      }
    }
  }

  #note(error: unknown): void {
    this.#fault ??= error instanceof Error ? error : new Error(String(error));
  }
}
