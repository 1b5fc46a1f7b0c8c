import { controlAddress } from "../memory/memory-map.ts";

/**
 * Word indices of what threads share, each in a cache line of its own (64 bytes; 128 because
 * processors fetch lines in pairs).
 */
const word = (position: number): number => controlAddress / 4 + position * 32;

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

export const controlWords: ControlWords = {
  job: word(0),
  done: word(1),
  modules: word(2),
  parked: word(3),
  callerSleeps: word(4),
  parts: word(5),
};

/**
 * How long a worker looks for work before it sleeps: longer than most pauses within a training step, and
 * short, because on a busy machine it takes the caller's time.
 */
export const spinMilliseconds = 0.15;
