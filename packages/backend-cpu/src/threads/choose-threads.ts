import { ArgumentError } from "@dl/backend";
import type { Heap } from "../memory/heap.ts";
import type { LinearMemory } from "../memory/linear-memory.ts";
import { mostParts } from "../memory/memory-map.ts";
import { ThreadPool } from "./thread-pool.ts";
import { hardwareThreads, whyNoThreads } from "./worker-thread.ts";

/** How many threads may run, and why only one where more could have been wanted. */
export interface Threads {
  readonly count: number;
  readonly whyOne?: string | undefined;
  /** Where there may be several. */
  readonly makePool?: (memory: LinearMemory, heap: Heap) => ThreadPool;
}

/** More cores than this seldom help: the caller's JavaScript and memory are the limit. */
const mostAutomaticThreads = 4;
/** A thread more would leave parts of work without scratch. */
const mostThreads = mostParts;
/**
 * Work that could have been shared before threads that nobody asked for by number are started: some
 * 20 ms of one core, about what starting one takes of another.
 */
const automaticStartingWork = 0x800_0000;

/** @throws {ArgumentError} for a number of threads that cannot be. */
export function threadsFor(wanted: number | "auto"): Threads {
  if (wanted !== "auto" && !(Number.isInteger(wanted) && wanted >= 1 && wanted <= mostThreads))
    throw new ArgumentError(
      "cpu",
      `threads must be "auto" or a whole number from 1 to ${mostThreads}: received ${String(wanted)}.`,
      { received: wanted },
    );
  const whyOne = whyNoThreads();
  if (whyOne !== undefined) return { count: 1, whyOne };
  const isAutomatic = wanted === "auto";
  const count = isAutomatic ? Math.min(hardwareThreads(), mostAutomaticThreads) : wanted;
  if (count === 1) return { count, whyOne: "one core" };
  const startingWork = isAutomatic ? automaticStartingWork : 0;
  return {
    count,
    makePool: (memory, heap) => new ThreadPool(memory, heap, count - 1, startingWork),
  };
}
