import { controlAddress } from "../memory/memory-map.ts";

/**
 * Word indices of what threads share, each in a cache line of its own (64 bytes; 128 because
 * processors fetch lines in pairs).
 */
const word = (position: number): number => controlAddress / 4 + position * 32;

export const controlWords = {
  /**
   * The job: parts in it, times 256, plus the next part that nobody has taken. A thread takes a part by
   * a compare-and-exchange of this word, so that who is late takes nothing and is waited for by nobody.
   */
  job: word(0),
  /** Parts finished. */
  done: word(1),
  /** How many modules have been posted to the workers. */
  modules: word(2),
  /** Workers asleep, or about to be. */
  parked: word(3),
  /** 1 while the caller sleeps until `done` changes. */
  callerSleeps: word(4),
  /** For each part the words from which and up to which its calls are written. */
  parts: word(5),
} as const;

/** How long a worker looks for work before it sleeps: longer than the pauses within a training step. */
export const spinMilliseconds = 0.5;
