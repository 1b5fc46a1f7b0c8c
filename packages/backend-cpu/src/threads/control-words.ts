import { controlAddress } from "../memory/memory-map.ts";

interface ControlWords {
  /**
   * The job: parts in it, times 256, plus the next part that nobody has taken. A thread takes a part by
   * a compare-and-exchange of this word, so that who is late takes nothing and is waited for by nobody.
   */
  readonly job: number;
  /** Parts finished. */
  readonly done: number;
  /** How many modules have been posted to the workers. */
  readonly modules: number;
  /** Workers asleep, or about to be. */
  readonly parked: number;
  /** 1 while the caller sleeps until `done` changes. */
  readonly callerSleeps: number;
  /** For each part the words from which and up to which its calls are written. */
  readonly parts: number;
}

/**
 * Word indices of what threads share, each in a cache line of its own (64 bytes; 128 because
 * processors fetch lines in pairs).
 */
function wordsFrom(address: number): ControlWords {
  const first = address / 4;
  return {
    job: first,
    done: first + 32,
    modules: first + 64,
    parked: first + 96,
    callerSleeps: first + 128,
    parts: first + 160,
  };
}
export const controlWords: ControlWords = /* @__PURE__ */ wordsFrom(controlAddress);

/**
 * How long a worker looks for work before it sleeps: longer than most pauses within a training step, and
 * short, because on a busy machine it takes the caller's time.
 */
export const spinMilliseconds = 0.15;
