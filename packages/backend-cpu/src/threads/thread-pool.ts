import { BackendError } from "@dl/backend";
import type { Heap } from "../memory/heap.ts";
import type { LinearMemory } from "../memory/linear-memory.ts";
import { CallList } from "./call-list.ts";
import { controlWords } from "./control-words.ts";
import { startWorker, type PostedModule, type WorkerThread } from "./worker-thread.ts";

/** Work that is worth waking sleeping workers for; see `CpuDevice.parts` for its unit. */
const wakingWork = 0x4_0000;
/** A worker that holds a part this long after the caller has done all others counts as hung. */
const stallMs = 500;
/** And this many times as long as the caller took, for work that takes long itself. */
const stallFactor = 4;
/** One look at the clock counts for so much at most: who was suspended did not wait. */
const clockStepMs = 5;
/** The caller spins this long for the last parts before it sleeps, where it may. */
const callerSpinMs = 0.1;
const callerSleepMs = 2;
/** Waiting longer than this for a worker to end is of no use. */
const terminationMs = 300;

/** Ends the workers of pools that were collected before anybody disposed of them. */
const abandoned = /* @__PURE__ */ new FinalizationRegistry<readonly WorkerThread[]>((members) => {
  for (const thread of members) void thread.terminate();
});

/**
 * Workers that share out the parts of a {@link CallList} with the caller.
 *
 * The caller takes parts like the workers, so a job never waits for a worker to wake up: only for
 * parts that one has taken.
 */
export class ThreadPool {
  /** What went wrong and has not been reported yet; nothing may run until `recover` has settled. */
  failure: BackendError | undefined;
  /** Why no worker runs although some were wanted. */
  whyNone: string | undefined;
  /** The job's calls. */
  readonly calls: CallList;
  readonly #memory: LinearMemory;
  readonly #words: Int32Array;
  readonly #workers: number;
  /** How much work must have been shareable before workers are started for it. */
  readonly #startingWork: number;
  #seenWork = 0;
  readonly #modules: PostedModule[] = [];
  readonly #callerMaySleep: boolean;
  #members: WorkerThread[] = [];
  #hasStarted = false;
  #recovery: Promise<void> | undefined;

  constructor(memory: LinearMemory, heap: Heap, workers: number, startingWork: number) {
    this.#memory = memory;
    this.calls = new CallList(memory, heap);
    this.#workers = workers;
    this.#startingWork = startingWork;
    // This low part of shared memory stays valid in the view when memory grows.
    this.#words = new Int32Array(memory.memory.buffer);
    this.#callerMaySleep = maySleep(this.#words);
  }

  /** That may be used, the caller included. */
  get threads(): number {
    return this.whyNone === undefined ? this.#workers + 1 : 1;
  }

  /** Whether workers are there, or were just told to start. */
  get isStarted(): boolean {
    return this.#members.length > 0;
  }

  /** Makes a module's functions known to all workers. */
  addModule(posted: PostedModule): void {
    this.#modules.push(posted);
    for (const thread of this.#members) thread.post({ modules: [posted] });
    Atomics.store(this.#words, controlWords.modules, this.#modules.length);
  }

  /**
   * Runs the list's parts; starts workers only once there was work enough to pay for it, and wakes
   * sleeping ones only where that is worth some 30 µs.
   */
  run(parts: number, work: number): void {
    const words = this.#words;
    const started = performance.now();
    if (!this.isStarted && (this.#seenWork += work) >= this.#startingWork) this.#start();
    Atomics.store(words, controlWords.done, 0);
    Atomics.store(words, controlWords.job, parts * 256);
    if (work >= wakingWork && Atomics.load(words, controlWords.parked) > 0)
      Atomics.notify(words, controlWords.job);
    try {
      for (;;) {
        const state = Atomics.load(words, controlWords.job);
        const part = state & 255;
        if (part >= parts) break;
        if (Atomics.compareExchange(words, controlWords.job, state, state + 1) !== state) continue;
        this.calls.run(part);
        Atomics.add(words, controlWords.done, 1);
      }
    } catch (error) {
      this.#fail("a kernel failed on the calling thread");
      throw error;
    }
    if (!this.#join(parts, started)) this.#fail("a worker thread died or hangs");
  }

  /** Ends what is left of the workers; then the failure is over, and the next work starts new ones. */
  recover(): Promise<void> {
    this.#recovery ??= this.dispose().finally(() => {
      this.failure = undefined;
      this.#recovery = undefined;
    });
    return this.#recovery;
  }

  /** Ends the workers. */
  async dispose(): Promise<void> {
    const members = this.#members;
    this.#members = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tooLate = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, terminationMs);
    });
    const ended = Promise.all(members.map((thread) => thread.terminate()));
    await Promise.race([ended, tooLate]);
    clearTimeout(timer);
  }

  /** Whether all parts are done, in reasonable time. */
  #join(parts: number, started: number): boolean {
    const words = this.#words;
    if (Atomics.load(words, controlWords.done) === parts) return true;
    let last = performance.now();
    let waited = 0;
    const limit = stallMs + stallFactor * (last - started);
    for (let spins = 1; ; spins++) {
      const done = Atomics.load(words, controlWords.done);
      if (done === parts) return true;
      if ((spins & 31) !== 0) continue;
      const now = performance.now();
      waited += Math.min(now - last, clockStepMs);
      last = now;
      if (waited > limit) return false;
      if (this.#callerMaySleep && waited > callerSpinMs) {
        Atomics.store(words, controlWords.callerSleeps, 1);
        Atomics.wait(words, controlWords.done, done, callerSleepMs);
        Atomics.store(words, controlWords.callerSleeps, 0);
      }
    }
  }

  #start(): void {
    const words = this.#words;
    for (const word of [controlWords.job, controlWords.done, controlWords.parked])
      Atomics.store(words, word, 0);
    abandoned.register(this, this.#members);
    try {
      for (let i = 0; i < this.#workers; i++) this.#members.push(this.#startMember());
    } catch (error) {
      this.#giveUp(error instanceof Error ? error.name : "no workers");
    }
  }

  #startMember(): WorkerThread {
    // What a running worker calls is never collected: it must not be the pool.
    const self = new WeakRef(this);
    const member = startWorker({
      ready() {
        const pool = self.deref();
        if (pool !== undefined) pool.#hasStarted = true;
      },
      ended(reason, byItself) {
        const pool = self.deref();
        // One that was told to end is no longer among the members.
        if (pool === undefined || !pool.#members.includes(member)) return;
        if (byItself && !pool.#hasStarted) pool.#giveUp("workers fail");
        else pool.#fail(`a worker thread ended: ${reason}`);
      },
    });
    member.post({ memory: this.#memory.memory, modules: this.#modules });
    return member;
  }

  #fail(reason: string): void {
    Atomics.store(this.#words, controlWords.job, 0);
    this.failure ??= new BackendError(
      "cpu",
      `${reason}. Results since the last read may be wrong; the threads are started anew.`,
    );
  }

  #giveUp(reason: string): void {
    Atomics.store(this.#words, controlWords.job, 0);
    this.whyNone = reason;
    void this.dispose();
  }
}

/** A page's main thread may not sleep. */
function maySleep(words: Int32Array): boolean {
  try {
    Atomics.wait(words, controlWords.callerSleeps, 1, 0);
    return true;
  } catch {
    return false;
  }
}
