import { indexOutOfRange, type BackendError, type RoutineName } from "@dl/backend";
import type { Commands } from "./commands.ts";
import { bufferUsage } from "./gpu-constants.ts";
import { indexFaultWords } from "./shared-buffers.ts";

/** Routines that look up indices; a kernel names one by its number in this list. */
const routines = ["gather", "scatter", "indexSelect", "indexAdd"] as const;

/** A routine that looks up indices. */
export type IndexRoutine = (typeof routines)[number] & RoutineName;

export function indexRoutineNumber(routine: IndexRoutine): number {
  return routines.indexOf(routine);
}

/**
 * The first index outside its axis since the host last asked, as kernels note it in a buffer: they
 * alone see the indices. The host asks together with a read that it waits for anyway, and only if a
 * kernel with indices has run.
 */
export class IndexFaults {
  static readonly byteLength: number = 4 * indexFaultWords;
  readonly buffer: GPUBuffer;
  #mayHaveOne = false;

  constructor(device: GPUDevice) {
    this.buffer = device.createBuffer({
      size: IndexFaults.byteLength,
      usage: bufferUsage.storage | bufferUsage.copySource | bufferUsage.copyTarget,
    });
  }

  /** A kernel with indices was queued. */
  expect(): void {
    this.#mayHaveOne = true;
  }

  /** Whether there is something to ask for. */
  get mayHaveOne(): boolean {
    return this.#mayHaveOne;
  }

  /** Queues the answer into a buffer, and the next question after it: no fault falls between. */
  ask(commands: Commands, answer: GPUBuffer, byteOffset: number): void {
    this.#mayHaveOne = false;
    commands.copy(this.buffer, 0, answer, byteOffset, IndexFaults.byteLength);
    commands.clear(this.buffer);
  }

  /** What a kernel noted, from the words of an answer. */
  static read([isThere, routine, index, size]: Uint32Array): BackendError | undefined {
    if (isThere === 0) return undefined;
    return indexOutOfRange(routines[routine!]!, index! | 0, size!);
  }
}
