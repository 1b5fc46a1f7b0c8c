import { BackendError } from "@dl/backend";

/** What may wait for the device before the host has to. */
const most = { submissions: 1024, writtenBytes: 2 ** 30 };
/** Writes without a submission are followed up this often. */
const followedBytes = 2 ** 26;

/** What the queue was given and has not done yet, as far as the host knows: it hears of it only when it awaits. */
export class Backlog {
  readonly #queue: GPUQueue;
  #submissions = 0;
  #writtenBytes = 0;
  /** Bytes since the queue was last asked to tell when it is done. */
  #recentBytes = 0;

  constructor(queue: GPUQueue) {
    this.#queue = queue;
  }

  /** @throws {BackendError} if too much waits already. */
  check(): void {
    if (this.#submissions < most.submissions && this.#writtenBytes < most.writtenBytes) return;
    throw new BackendError(
      "webgpu",
      `more work is queued than a device should be behind by: ${this.#submissions} submissions and ${this.#writtenBytes} bytes of writes wait, at most ${most.submissions} and ${most.writtenBytes} may. Await a read or synchronize() now and then.`,
      { expected: most, received: [this.#submissions, this.#writtenBytes] },
    );
  }

  addWrite(byteLength: number): void {
    this.#writtenBytes += byteLength;
    this.#recentBytes += byteLength;
    if (this.#recentBytes >= followedBytes) this.#follow(0);
  }

  addSubmission(): void {
    this.#follow(1);
  }

  #follow(submissions: number): void {
    const bytes = this.#recentBytes;
    this.#recentBytes = 0;
    this.#submissions += submissions;
    const done = (): void => {
      this.#submissions -= submissions;
      this.#writtenBytes -= bytes;
    };
    this.#queue.onSubmittedWorkDone().then(done, done);
  }
}
