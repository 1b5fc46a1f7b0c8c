import type { Backend } from "@dl/backend";
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

/**
 * Lets the collector find dead tensors once they have grown by 96 MiB or 16,384 buffers, and by half;
 * called at each awaited read.
 *
 * A collector cannot see device bytes, so it must be told. Where `gc` can be had (Node) it is
 * called; a young collection would be quicker, but V8 leaves finalisers to full ones. Elsewhere
 * dropping an ArrayBuffer and a WebAssembly.Memory makes the engine look: Node 20 ignores the first
 * kind, Chromium the second.
 */
export async function relieveMemoryPressure(): Promise<void> {
  const { bytes, buffers } = storageStatistics();
  const fewBytes = bytes - bytesAfterCollection < Math.max(pressureBytes, bytesAfterCollection / 2);
  // Of a tiny model it is the handles that add up.
  const fewBuffers =
    buffers - buffersAfterCollection < Math.max(pressureBuffers, buffersAfterCollection / 2);
  if (fewBytes && fewBuffers) return;
  const collect = collector();
  if (collect !== undefined) {
    collect();
    await macrotask();
  } else
    for (let attempt = 0; attempt < 4 && storageStatistics().bytes >= bytes; attempt++) {
      dropLargeBuffers();
      await macrotask();
    }
  ({ bytes: bytesAfterCollection, buffers: buffersAfterCollection } = storageStatistics());
}

/**
 * Runs the collector until nothing more is freed; for tests and reports.
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
    const collect = collector();
    if (collect === undefined) dropLargeBuffers();
    else collect();
    await macrotask();
    await macrotask();
  }
}

type Collect = () => void;
let knownCollector: Collect | undefined | null = null;

/** Node's collector, reached without importing a `node:` module; `undefined` elsewhere. */
function collector(): Collect | undefined {
  if (knownCollector === null) knownCollector = findCollector();
  return knownCollector;
}

interface NodeProcess {
  getBuiltinModule?(name: "node:v8"): { setFlagsFromString(flags: string): void };
  getBuiltinModule?(name: "node:vm"): { runInNewContext(code: string): unknown };
}

function findCollector(): Collect | undefined {
  const { process } = globalThis as { process?: NodeProcess };
  try {
    process?.getBuiltinModule?.("node:v8").setFlagsFromString("--expose-gc");
    const gc = process?.getBuiltinModule?.("node:vm").runInNewContext("gc");
    if (typeof gc !== "function") return undefined;
    return gc as Collect;
  } catch {
    // A runtime that looks like Node but lacks the flag collects by pressure instead.
    return undefined;
  }
}

function dropLargeBuffers(): void {
  void new ArrayBuffer(32 * 2 ** 20);
  void new WebAssembly.Memory({ initial: 512 });
}

/** Finalisers run between macrotasks. A message turn is not clamped to 4 ms as timers are. */
function macrotask(): Promise<void> {
  const immediate = (globalThis as { setImmediate?: (callback: () => void) => void }).setImmediate;
  return new Promise((resolve) => {
    if (immediate !== undefined) immediate(resolve);
    else {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(0);
    }
  });
}
