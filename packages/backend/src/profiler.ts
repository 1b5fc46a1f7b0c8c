import type { Backend } from "./backend.ts";
import type { Program } from "./program/program.ts";

/** What one program took while it was measured. */
export interface ProgramTiming {
  /** Or all work given to `computeOnHost` of a backend that is itself on the host. */
  readonly program: Program | "host";
  readonly calls: number;
  readonly milliseconds: number;
  /** Of the time of all programs, from 0 to 1. */
  readonly share: number;
}

/** A backend that can measure the programs it runs. */
export interface ProfiledBackend extends Backend {
  /** Whether what is dispatched is measured. @throws {UnsupportedError} when set to true without a clock. */
  isProfiling: boolean;
  /** Of programs that are done, since the last call; the longest first. */
  timings(): readonly ProgramTiming[];
}

/**
 * Calls and milliseconds, added up by program.
 *
 * @example
 * const totals = new TimingTotals();
 * totals.add("host", 3);
 * totals.add("host", 4);
 * totals.take(); // => [{ program: "host", calls: 2, milliseconds: 7, share: 1 }]
 * totals.take(); // => []
 */
export class TimingTotals {
  readonly #totals = new Map<Program | "host", { calls: number; milliseconds: number }>();

  /** `calls`: 0 for what is still a part of the last one. */
  add(program: Program | "host", milliseconds: number, calls = 1): void {
    const total = this.#totals.get(program);
    if (total === undefined) this.#totals.set(program, { calls, milliseconds });
    else {
      total.calls += calls;
      total.milliseconds += milliseconds;
    }
  }

  /** The longest first; starts anew. */
  take(): readonly ProgramTiming[] {
    const list = [...this.#totals];
    this.#totals.clear();
    const all = list.reduce((sum, [, { milliseconds }]) => sum + milliseconds, 0);
    return list
      .map(([program, { calls, milliseconds }]) => ({
        program,
        calls,
        milliseconds,
        share: all === 0 ? 0 : milliseconds / all,
      }))
      .toSorted((a, b) => b.milliseconds - a.milliseconds);
  }
}
