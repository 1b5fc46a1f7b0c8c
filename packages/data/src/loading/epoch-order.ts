import { ArgumentError } from "@dl/backend";
import { checkWhole } from "../check-range.ts";
import type { RandomStream } from "../random-stream.ts";

/** One of `count` equal parts of every epoch, for one of as many processes or workers. */
export interface Shard {
  /** From 0 to `count` − 1. */
  readonly rank: number;
  readonly count: number;
}

export const wholeEpoch: Shard = { rank: 0, count: 1 };

/** @throws {ArgumentError} unless rank and count belong together. */
export function checkShard({ rank, count }: Shard, op: string): void {
  checkWhole(count, 1, 2 ** 32 - 1, "shard.count", op);
  checkWhole(rank, 0, count - 1, "shard.rank", op);
}

/**
 * Samples in each shard: the same number for all, or those that wait for each other after every
 * batch would wait for ever.
 */
export function shardLength(length: number, { count }: Shard, dropLast: boolean): number {
  return dropLast ? Math.floor(length / count) : Math.ceil(length / count);
}

/**
 * Indices of a shard's samples in the order in which `epoch` visits them.
 *
 * The shards deal out one order like cards. Where they do not come out even, and nothing is
 * dropped, the last round is filled up from the front.
 */
export function epochOrder(
  length: number,
  epoch: number,
  random: RandomStream | undefined,
  shard: Shard,
  dropLast: boolean,
): Uint32Array {
  const order = Uint32Array.from({ length }, (_, i) => i);
  if (random !== undefined) {
    random.seek(epoch);
    random.shuffle(order);
  }
  if (shard.count === 1) return order;
  return Uint32Array.from(
    { length: shardLength(length, shard, dropLast) },
    (_, i) => order[(i * shard.count + shard.rank) % length]!,
  );
}

/** @throws {ArgumentError} if there is no batch to be had. */
export function countBatches(
  length: number,
  batchSize: number,
  dropLast: boolean,
  op: string,
): number {
  checkWhole(batchSize, 1, Infinity, "batchSize", op);
  if (!dropLast) return Math.ceil(length / batchSize);
  if (length < batchSize)
    throw new ArgumentError(
      op,
      `dropLast leaves no batch: ${length} samples, batchSize ${batchSize}. Use a batchSize of at most ${length}, or keep the last batch.`,
      { expected: length, received: batchSize },
    );
  return Math.floor(length / batchSize);
}
