import { OutOfMemoryError } from "@dl/backend";
import type { LinearMemory } from "./linear-memory.ts";
import { sizeClass } from "./size-class.ts";

/** A piece of linear memory. */
export interface Block {
  readonly address: number;
  readonly size: number;
}

/** Vector loads may read this far past the end of a block. */
const readSlack = 1024;
/** Freed bytes below which memory is grown rather than freed blocks joined. */
const joinThreshold = 64 * 2 ** 20;

/**
 * Gives out blocks of linear memory from `start` up.
 *
 * A freed block waits in a list for its size and is handed out again as it is. When memory would
 * have to grow although much is free, or cannot grow, neighbouring free blocks are joined.
 */
export class Heap {
  readonly #memory: LinearMemory;
  /** Where the last block must end. */
  readonly limit: number;
  readonly #lists = new Map<number, number[]>();
  /** Joined free blocks, by address; of no particular size. */
  #ranges: Block[] = [];
  #top: number;
  #freeBytes = 0;
  #usedBytes = 0;

  constructor(memory: LinearMemory, start: number, limit: number) {
    this.#memory = memory;
    this.#top = start;
    this.limit = limit;
  }

  get freeBytes(): number {
    return this.#freeBytes;
  }

  /** `undefined` when no block of this size can be had. */
  allocate(byteLength: number): Block | undefined {
    const size = sizeClass(byteLength);
    const block =
      this.#fromList(size) ??
      this.#fromRanges(size) ??
      this.#extend(size, this.#freeBytes > Math.max(joinThreshold, this.#usedBytes / 2)) ??
      this.#afterJoining(size);
    if (block === undefined) return undefined;
    this.#usedBytes += block.size;
    return block;
  }

  free(block: Block): void {
    this.#usedBytes -= block.size;
    this.#freeBytes += block.size;
    const list = this.#lists.get(block.size);
    if (list === undefined) this.#lists.set(block.size, [block.address]);
    else list.push(block.address);
  }

  #fromList(size: number): Block | undefined {
    const address = this.#lists.get(size)?.pop();
    if (address === undefined) return undefined;
    this.#freeBytes -= size;
    return { address, size };
  }

  #fromRanges(size: number): Block | undefined {
    const position = this.#ranges.findIndex((range) => range.size >= size);
    if (position < 0) return undefined;
    const range = this.#ranges[position]!;
    if (range.size === size) this.#ranges.splice(position, 1);
    else this.#ranges[position] = { address: range.address + size, size: range.size - size };
    this.#freeBytes -= size;
    return { address: range.address, size };
  }

  /** A block at the top; `undefined` past the limit, or if `sparing` and memory would have to grow. */
  #extend(size: number, sparing: boolean): Block | undefined {
    const end = this.#top + size;
    if (end > this.limit) return undefined;
    const needed = end + readSlack;
    if (needed > this.#memory.byteLength && (sparing || !this.#memory.ensure(needed)))
      return undefined;
    const address = this.#top;
    this.#top = end;
    return { address, size };
  }

  #afterJoining(size: number): Block | undefined {
    this.#join();
    return this.#fromRanges(size) ?? this.#extend(size, false);
  }

  /** Joins free neighbours; what ends at the top goes back below it. */
  #join(): void {
    const blocks = [...this.#ranges];
    for (const [size, addresses] of this.#lists)
      for (const address of addresses) blocks.push({ address, size });
    this.#lists.clear();
    blocks.sort((a, b) => a.address - b.address);
    const joined: Block[] = [];
    for (const block of blocks) {
      const last = joined.at(-1);
      if (last !== undefined && last.address + last.size === block.address)
        joined[joined.length - 1] = { address: last.address, size: last.size + block.size };
      else joined.push(block);
    }
    const last = joined.at(-1);
    if (last !== undefined && last.address + last.size === this.#top) {
      joined.pop();
      this.#top = last.address;
      this.#freeBytes -= last.size;
    }
    this.#ranges = joined;
  }
}

export function outOfMemory(
  byteLength: number,
  liveBytes: number,
  limit: number,
): OutOfMemoryError {
  return new OutOfMemoryError(
    "cpu",
    `cannot allocate ${byteLength} bytes: ${liveBytes} bytes are live, the limit is ${limit}. ` +
      "Release tensors, use a smaller batch, or give a larger maxMemoryBytes (4 GiB at most).",
    { expected: limit, received: byteLength },
  );
}
