import {
  OutOfMemoryError,
  type Backend,
  type Binding,
  type BufferHandle,
  type Layout,
} from "@dl/backend";
import { collectSoon } from "./collector.ts";
import { settings } from "./configuration.ts";

/**
 * Bytes on a device that tensors share. When the last holder becomes garbage the buffer goes back
 * to the backend's pool; nobody has to call anything.
 */
export class Storage {
  readonly backend: Backend;
  readonly buffer: BufferHandle;
  /** Values laid over these bytes; only `release` counts down, so it never frees too early. */
  holders = 0;
  private released = false;

  constructor(backend: Backend, byteLength: number, op: string) {
    checkBudget(byteLength, op);
    this.backend = backend;
    this.buffer = backend.allocate(byteLength);
    account(byteLength);
    live.set(this.buffer, settings().development ? creationSite() : undefined);
    registry.register(this, { backend, buffer: this.buffer }, this);
  }

  /** Gives the buffer back now, when this was the last holder. */
  release(): void {
    this.holders--;
    if (this.holders > 0 || this.released) return;
    this.released = true;
    registry.unregister(this);
    giveBack({ backend: this.backend, buffer: this.buffer });
  }

  // Not asked of `live`: a backend may hand the same handle out again.
  get isReleased(): boolean {
    return this.released;
  }
}

/** A storage read through a layout. */
export class Stored implements Binding {
  readonly storage: Storage;
  readonly layout: Layout;
  readonly offset: number;
  private released = false;

  constructor(storage: Storage, layout: Layout, offset: number) {
    this.storage = storage;
    this.layout = layout;
    this.offset = offset;
    storage.holders++;
  }

  get buffer(): BufferHandle {
    return this.storage.buffer;
  }

  /** Lets go of the storage; a second call does nothing. */
  release(): void {
    if (this.released) return;
    this.released = true;
    this.storage.release();
  }

  get isReleased(): boolean {
    return this.released;
  }
}

interface Held {
  readonly backend: Backend;
  readonly buffer: BufferHandle;
}

/** Buffers in use, each with its creation site in development. */
const live = new Map<BufferHandle, string | undefined>();
const registry = new FinalizationRegistry<Held>(giveBack);
let liveBytes = 0;
let allocatedBytes = 0;

function giveBack({ backend, buffer }: Held): void {
  if (!live.delete(buffer)) return;
  liveBytes -= buffer.byteLength;
  backend.free(buffer);
}

function account(bytes: number): void {
  liveBytes += bytes;
  allocatedBytes += bytes;
}

function checkBudget(byteLength: number, op: string): void {
  const budget = settings().memoryBudgetBytes;
  if (liveBytes + byteLength <= budget) return;
  // Whoever catches the error lets go of tensors by then, and has room again.
  collectSoon();
  throw new OutOfMemoryError(
    op,
    `${formatBytes(byteLength)} more would pass the budget of ${formatBytes(budget)}: ${live.size} tensors hold ${formatBytes(liveBytes)}. ` +
      "Unused tensors are collected at an await: read a result in the loop, e.g. await loss.item(), call await collectGarbage(), or raise configure({ memoryBudgetBytes }).",
    { expected: budget, received: liveBytes + byteLength },
  );
}

/** Bytes and buffers in use by tensors, and all bytes ever asked for. */
export function storageStatistics(): { bytes: number; buffers: number; allocatedBytes: number } {
  return { bytes: liveBytes, buffers: live.size, allocatedBytes };
}

/** Live buffers and bytes by the line that made them; sites are known in development only. */
export function liveBySite(): Map<string, { buffers: number; bytes: number }> {
  const sites = new Map<string, { buffers: number; bytes: number }>();
  for (const [buffer, site] of live) {
    const key =
      site ?? "unknown (call configure({ development: true }) before the tensors are made)";
    const entry = sites.get(key) ?? { buffers: 0, bytes: 0 };
    entry.buffers++;
    entry.bytes += buffer.byteLength;
    sites.set(key, entry);
  }
  return sites;
}

export function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]!}`;
}

/**
 * The first line of the stack outside these packages; their tests count as outside.
 *
 * @example
 * creationSite().length > 0; // => true
 */
export function creationSite(): string {
  // Ten frames, the default, may all be the library's own.
  const engine = Error as { stackTraceLimit?: number };
  const limit = engine.stackTraceLimit;
  engine.stackTraceLimit = 50;
  const lines = (new Error().stack ?? "").split("\n").slice(1);
  engine.stackTraceLimit = limit!;
  const outside = lines.find((line) => !libraryFrame.test(line));
  return (outside ?? lines.at(-1) ?? "unknown").trim().replace(/^at /, "");
}

const libraryFrame = /@dl[/\\]|packages[/\\][a-z-]+[/\\](src|dist)[/\\](?!.*\.test\.)/;
