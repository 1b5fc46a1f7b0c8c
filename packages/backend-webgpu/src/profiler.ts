import type { Commands } from "./commands.ts";
import { bufferUsage, mapModeRead } from "./gpu-constants.ts";

/** Device time of one kind of program since the last look. */
export interface ProgramTiming {
  readonly program: string;
  readonly dispatches: number;
  readonly milliseconds: number;
}

const mostQueries = 256;

/** Two timestamps around every dispatch, added up by what was run. */
export class Profiler {
  readonly #device: GPUDevice;
  readonly #queries: GPUQuerySet;
  #labels: string[] = [];
  readonly #pending: { labels: string[]; from: GPUBuffer; buffer: GPUBuffer }[] = [];
  #totals = new Map<string, { dispatches: number; nanoseconds: number }>();

  constructor(device: GPUDevice) {
    this.#device = device;
    this.#queries = device.createQuerySet({ type: "timestamp", count: mostQueries });
  }

  next(label: string): GPUComputePassTimestampWrites | undefined {
    const at = 2 * this.#labels.length;
    if (at >= mostQueries) return undefined;
    this.#labels.push(label);
    return {
      querySet: this.#queries,
      beginningOfPassWriteIndex: at,
      endOfPassWriteIndex: at + 1,
    };
  }

  /** Called just before a batch is submitted. */
  resolve(commands: Commands): void {
    if (this.#labels.length === 0) return;
    const size = 16 * this.#labels.length;
    const from = this.#device.createBuffer({
      size,
      usage: bufferUsage.queryResolve | bufferUsage.copySource,
    });
    const buffer = this.#device.createBuffer({
      size,
      usage: bufferUsage.mapRead | bufferUsage.copyTarget,
    });
    commands.resolveQueries(this.#queries, 2 * this.#labels.length, from);
    commands.copy(from, 0, buffer, 0, size);
    this.#pending.push({ labels: this.#labels, from, buffer });
    this.#labels = [];
  }

  /** Takes in the timestamps of work that is done. */
  async collect(): Promise<void> {
    for (const { labels, from, buffer } of this.#pending.splice(0)) {
      await buffer.mapAsync(mapModeRead);
      const times = new BigUint64Array(buffer.getMappedRange());
      labels.forEach((label, i) => {
        const total = this.#totals.get(label) ?? { dispatches: 0, nanoseconds: 0 };
        total.dispatches++;
        total.nanoseconds += Number(times[2 * i + 1]! - times[2 * i]!);
        this.#totals.set(label, total);
      });
      from.destroy();
      buffer.destroy();
    }
  }

  /** Longest first; starts anew. */
  timings(): readonly ProgramTiming[] {
    const list = [...this.#totals].map(([program, { dispatches, nanoseconds }]) => ({
      program,
      dispatches,
      milliseconds: nanoseconds / 1e6,
    }));
    this.#totals = new Map();
    return list.toSorted((a, b) => b.milliseconds - a.milliseconds);
  }
}
