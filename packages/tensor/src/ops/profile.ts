import {
  ArgumentError,
  checkOptions,
  programTitle,
  UnsupportedError,
  wrongType,
  type Backend,
  type OptionKinds,
  type ProfiledBackend,
  type ProgramTiming,
} from "@dl/backend";
import { backendOrDefault } from "../core/configuration.ts";
import { store } from "../core/store.ts";
import type { Tensor } from "../core/tensor.ts";
import { collectTensors } from "./tidy.ts";

/** What {@link profile} measures, and where it tells of it. */
export interface ProfileOptions {
  /** Whose programs are measured; the configured one when absent. */
  readonly backend?: Backend;
  /** Is given the table; `console.log` when absent. */
  readonly print?: (table: string) => void;
}

const profileKinds: OptionKinds<ProfileOptions> = { backend: "object", print: "function" };

/** What {@link profile} found. */
export interface Profile<Result> {
  readonly result: Result;
  /** The longest first. */
  readonly programs: readonly ProgramTiming[];
  /** From start to end, with the time between programs. */
  readonly milliseconds: number;
  readonly table: string;
}

const busy = new WeakSet<Backend>();

/**
 * Runs `work` and prints which programs it ran on the backend: how often, for how long together, and
 * their share of the time of all. Tensors in its result are computed within the measurement; so are
 * the programs of compiled steps. First calls compile: warm up before.
 *
 * @throws {UnsupportedError} if the backend cannot measure.
 * @throws {ArgumentError} while another call measures the same backend.
 * @example
 * const { programs } = await profile(() => ones([64, 64]).matmul(ones([64, 64])), { print: () => {} });
 * programs.some(({ calls, share }) => calls === 1 && share > 0); // => true
 */
export async function profile<Result>(
  work: () => Result,
  options: ProfileOptions = {},
): Promise<Profile<Awaited<Result>>> {
  if (typeof work !== "function")
    throw wrongType("profile", "needs a function", work, "Write profile(() => ...).");
  // oxlint-disable-next-line no-console -- printing is what it is for
  const { backend: named, print = console.log } = checkOptions("profile", options, profileKinds);
  const backend = backendOrDefault("profile", named);
  if (!canProfile(backend))
    throw new UnsupportedError(
      "profile",
      `the backend ${backend.name} cannot measure its programs. Use cpu() or webgpu().`,
      { received: backend.name },
    );
  if (busy.has(backend))
    throw new ArgumentError(
      "profile",
      `another call measures the backend ${backend.name}, and would take this one's programs for its own. Await it first.`,
    );
  busy.add(backend);
  const before = backend.isProfiling;
  try {
    await backend.synchronize();
    backend.isProfiling = true;
    backend.timings();
    const started = performance.now();
    const result = await work();
    const tensors = new Set<Tensor>();
    collectTensors(result, tensors, new Set());
    for (const { value } of tensors) store(value);
    await backend.synchronize();
    const milliseconds = performance.now() - started;
    const programs = backend.timings();
    const table = tableOf(programs, milliseconds);
    print(table);
    return { result, programs, milliseconds, table };
  } finally {
    backend.isProfiling = before;
    busy.delete(backend);
  }
}

const canProfile = (backend: Backend): backend is ProfiledBackend => "timings" in backend;

/** Titles are cut at so many characters. */
const widestTitle = 72;

function tableOf(programs: readonly ProgramTiming[], milliseconds: number): string {
  const calls = programs.reduce((sum, program) => sum + program.calls, 0);
  const busyMs = programs.reduce((sum, program) => sum + program.milliseconds, 0);
  const rows = [
    ["program", "calls", "total ms", "share"],
    ...programs.map((timing) => [
      titleOf(timing),
      String(timing.calls),
      timing.milliseconds.toFixed(3),
      `${(100 * timing.share).toFixed(1)} %`,
    ]),
    ["all programs", String(calls), busyMs.toFixed(3), ""],
    ["from start to end", "", milliseconds.toFixed(3), ""],
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!),
      )
      .join("  ")
      .trimEnd(),
  );
  return lines.join("\n");
}

function titleOf({ program }: ProgramTiming): string {
  const title = program === "host" ? "on the host" : programTitle(program);
  return title.length > widestTitle ? `${title.slice(0, widestTitle - 1)}…` : title;
}
