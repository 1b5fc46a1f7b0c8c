import type { Backend } from "@dl/backend";
import { askCollector, collector, macrotask } from "./collector.ts";
import { settings } from "./configuration.ts";
import { formatBytes, liveBySite, storageStatistics } from "./storage.ts";

/** What tensors hold: the answer of {@link memory}. */
export interface MemoryReport {
  /** Storages held by tensors, pending work and graphs. */
  readonly tensors: number;
  readonly bytes: number;
  /** Freed by tensors and kept by the backend for reuse. */
  readonly pooledBytes: number;
}

/**
 * What tensors hold at present; `backend` defaults to the configured one.
 *
 * @example
 * memory().bytes > 0; // => true
 */
export function memory(backend: Backend | undefined = settings().backend): MemoryReport {
  const { bytes, buffers } = storageStatistics();
  return { tensors: buffers, bytes, pooledBytes: backend?.memory().pooledBytes ?? 0 };
}

/**
 * Live tensors grouped by the line that made them, most bytes first, as text.
 *
 * Sites are recorded while `configure({ development: true })` is on.
 *
 * @example
 * configure({ development: true });
 * const kept = tensor([1, 2]);
 * leakReport().includes("tensors"); // => true
 */
export function leakReport(): string {
  return [...liveBySite()]
    .toSorted(([, a], [, b]) => b.bytes - a.bytes)
    .map(
      ([site, { buffers, bytes }]) =>
        `${formatBytes(bytes).padStart(10)}  ${String(buffers).padStart(6)} tensors  ${site}`,
    )
    .join("\n");
}

/** Growth since the last collection that is worth another one, at least. */
const pressureBytes = 96 * 2 ** 20;
const pressureBuffers = 16_384;
let bytesAfterCollection = 0;
let buffersAfterCollection = 0;
/** Under way; reads that come meanwhile wait for the same one. */
let collection: Promise<void> | undefined;

/**
 * Lets the collector find dead tensors once they have grown by 96 MiB or 16,384 buffers, and by half;
 * or by half of what the budget left; called at each awaited read. A collector cannot see device
 * bytes, so it must be told.
 */
export async function relieveMemoryPressure(): Promise<void> {
  const { bytes, buffers } = storageStatistics();
  const room = settings().memoryBudgetBytes - bytesAfterCollection;
  const fewBytes =
    bytes - bytesAfterCollection <
    Math.min(Math.max(pressureBytes, bytesAfterCollection / 2), room / 2);
  // Of a tiny model it is the handles that add up.
  const fewBuffers =
    buffers - buffersAfterCollection < Math.max(pressureBuffers, buffersAfterCollection / 2);
  if (fewBytes && fewBuffers) return;
  collection ??= collect(bytes).finally(() => {
    collection = undefined;
  });
  await collection;
}

/** Has the collector look for what makes up `bytes`. */
async function collect(bytes: number): Promise<void> {
  const attempts = collector() === undefined ? 4 : 1;
  for (let attempt = 0; attempt < attempts && storageStatistics().bytes >= bytes; attempt++) {
    askCollector();
    await macrotask();
  }
  ({ bytes: bytesAfterCollection, buffers: buffersAfterCollection } = storageStatistics());
}

/**
 * Runs the collector until nothing more is freed: after an `OutOfMemoryError` was caught, and for
 * tests and reports.
 *
 * What a function being compiled in the background has closed over is freed only once that is done,
 * some 10 ms later.
 *
 * @example
 * zeros([1000]).add(1); // nobody keeps it
 * await collectGarbage();
 */
export async function collectGarbage(): Promise<void> {
  for (let before = Infinity; storageStatistics().bytes < before;) {
    before = storageStatistics().bytes;
    askCollector();
    await macrotask();
    await macrotask();
  }
}
