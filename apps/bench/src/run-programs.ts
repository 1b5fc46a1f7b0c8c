import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { BenchRecord, SubjectInfo } from "./record.ts";
import { summarize } from "./statistics.ts";

export type Common = Omit<BenchRecord, "case" | "subject" | "status" | "time">;

const sizeScript = fileURLToPath(new URL("../../../scripts/size.mjs", import.meta.url));

interface Size {
  readonly bytes: number;
  readonly budgetBytes: number;
}

const ours = (backend: string): SubjectInfo => ({
  name: "dl",
  lib: "dl",
  version: "0.0.0",
  backend,
  threads: 1,
  dtype: "float32",
});

/** Gzip bytes of each package and of small programs, as `npm run size` counts them. */
export async function runSize(common: Common, emit: (record: BenchRecord) => void): Promise<void> {
  // The script's exit status tells of budgets; the sizes are there either way.
  const output = await promisify(execFile)(process.execPath, [sizeScript, "--json"]).then(
    ({ stdout }) => stdout,
    (error: { stdout?: string; message: string }) => error.stdout ?? "",
  );
  if (output === "") throw new Error("scripts/size.mjs told nothing; is everything built?");
  for (const [id, { bytes, budgetBytes }] of Object.entries(
    JSON.parse(output) as Record<string, Size>,
  ))
    emit({
      ...common,
      time: new Date().toISOString(),
      case: { id: `size-${id}`, group: "size", params: { budgetBytes } },
      subject: ours(""),
      status: "ok",
      derived: { gzipBytes: bytes },
    });
}

const coldStarts = 7;

/** Process start to the first finished training step of `tiny-mlp` and `mlp`. */
export async function runCold(
  common: Common,
  emit: (record: BenchRecord) => void,
  ids: readonly string[] = ["tiny-mlp", "mlp"],
  starts: number = coldStarts,
): Promise<void> {
  const main = fileURLToPath(new URL("main.js", import.meta.url));
  for (const id of ids) {
    const samplesNs: number[] = [];
    if (existsSync(main))
      for (let i = 0; i < starts; i++)
        samplesNs.push(Math.round((await firstStep(main, id)) * 1e6));
    emit({
      ...common,
      time: new Date().toISOString(),
      case: { id: `cold-${id}`, group: "cold", params: {} },
      subject: ours("cpu"),
      ...(samplesNs.length > 0
        ? { status: "ok", samplesNs, stats: summarize(samplesNs) }
        : { status: "error", reason: "the harness is not built" }),
    });
  }
}

/** Milliseconds until a new process says that its first step is done. */
async function firstStep(main: string, id: string): Promise<number> {
  const started = performance.now();
  const child = spawn(process.execPath, [main, "first-step", "--case", id], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  return new Promise((resolve, reject) => {
    child.stdout.once("data", () => resolve(performance.now() - started));
    child.once("error", reject);
    child.once("close", (code) => {
      if (code !== 0) reject(new Error(`cold start of ${id} ended with status ${code}`));
    });
  });
}
