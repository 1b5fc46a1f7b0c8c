import { TimingTotals, type Program, type ProgramTiming } from "@dl/backend";
import type { Commands } from "./commands.ts";
import { bufferUsage, mapModeRead } from "./gpu-constants.ts";

/** A kernel that was run: whose it is, and whether it was the first of that call. */
interface Run {
  readonly program: Program;
  readonly calls: 0 | 1;
}

/** Two timestamps for each of as many dispatches as a batch has at most. */
const mostQueries = 256;

/** Two timestamps around every dispatch, added up by program. */
export class Profiler {
  readonly #device: GPUDevice;
  readonly #queries: GPUQuerySet;
  #runs: Run[] = [];
  readonly #pending: { runs: Run[]; from: GPUBuffer; buffer: GPUBuffer }[] = [];
  readonly #totals = new TimingTotals();
  #program: Program | undefined;
  #calls: Run["calls"] = 0;
  isOn = true;

  constructor(device: GPUDevice) {
    this.#device = device;
    this.#queries = device.createQuerySet({ type: "timestamp", count: mostQueries });
  }

  /** The kernels that follow belong to a call of this program. */
  begin(program: Program): void {
    this.#program = program;
    this.#calls = 1;
  }

  next(): GPUComputePassTimestampWrites | undefined {
    const at = 2 * this.#runs.length;
    if (!this.isOn || this.#program === undefined || at >= mostQueries) return undefined;
    this.#runs.push({ program: this.#program, calls: this.#calls });
    this.#calls = 0;
    return {
      querySet: this.#queries,
      beginningOfPassWriteIndex: at,
      endOfPassWriteIndex: at + 1,
    };
  }

  /** Called just before a batch is submitted. */
  resolve(commands: Commands): void {
    if (this.#runs.length === 0) return;
    const size = 16 * this.#runs.length;
    const from = this.#device.createBuffer({
      size,
      usage: bufferUsage.queryResolve | bufferUsage.copySource,
    });
    const buffer = this.#device.createBuffer({
      size,
      usage: bufferUsage.mapRead | bufferUsage.copyTarget,
    });
    commands.resolveQueries(this.#queries, 2 * this.#runs.length, from);
    commands.copy(from, 0, buffer, 0, size);
    this.#pending.push({ runs: this.#runs, from, buffer });
    this.#runs = [];
  }

  /** Takes in the timestamps of work that is done. */
  async collect(): Promise<void> {
    for (const { runs, from, buffer } of this.#pending.splice(0)) {
      await buffer.mapAsync(mapModeRead);
      const times = new BigUint64Array(buffer.getMappedRange());
      runs.forEach(({ program, calls }, i) => {
        const nanoseconds = Number(times[2 * i + 1]! - times[2 * i]!);
        this.#totals.add(program, nanoseconds / 1e6, calls);
      });
      from.destroy();
      buffer.destroy();
    }
  }

  /** Longest first; starts anew. */
  timings(): readonly ProgramTiming[] {
    return this.#totals.take();
  }
}
