import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Common } from "./case-records.ts";
import type { BenchRecord, SubjectInfo } from "./record.ts";
import type { ColdPair } from "./run-gate.ts";
import { median, summarize } from "./statistics.ts";

/** Found from the source and from the built file alike. */
export const checkout = fileURLToPath(new URL("../../../", import.meta.url));

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

/** Gzip bytes of each package and of small programs of a built checkout, as `npm run size` counts them. */
export async function sizesOf(root: string): Promise<ReadonlyMap<string, Size>> {
  // The script's exit status tells of budgets; the sizes are there either way.
  const script = join(root, "scripts/size.mjs");
  const output = await promisify(execFile)(process.execPath, [script, "--json"]).then(
    ({ stdout }) => stdout,
    (error: { stdout?: string }) => error.stdout ?? "",
  );
  if (output === "") throw new Error(`${script} told nothing; is everything built?`);
  return new Map(Object.entries(JSON.parse(output) as Record<string, Size>));
}

/** A program above its budget is an error; its size is told all the same. */
export async function runSize(
  common: Common,
  emit: (record: BenchRecord) => void,
  root: string = checkout,
): Promise<void> {
  for (const [id, { bytes, budgetBytes }] of await sizesOf(root))
    emit({
      ...common,
      time: new Date().toISOString(),
      case: { id: `size-${id}`, group: "size", params: { budgetBytes } },
      subject: ours(""),
      ...(bytes > budgetBytes
        ? {
            status: "error",
            reason: `${kibibytes(bytes)}, over its budget of ${kibibytes(budgetBytes)}`,
          }
        : { status: "ok" }),
      derived: { gzipBytes: bytes },
    });
}

const kibibytes = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KiB`;

const coldStarts = 7;
const coldCases = ["tiny-mlp", "mlp"] as const;

/** Process start to the first finished training step of `tiny-mlp` and `mlp`. */
export async function runCold(
  common: Common,
  emit: (record: BenchRecord) => void,
  starts: number = coldStarts,
): Promise<void> {
  for (const id of coldCases) {
    const samplesNs: number[] = [];
    const ownMs: number[] = [];
    let reason = "";
    try {
      for (let i = 0; i < starts; i++) {
        const start = await firstStep(checkout, id);
        samplesNs.push(start.ns);
        ownMs.push(start.ownMs);
      }
    } catch (error) {
      reason = (error as Error).message;
    }
    emit({
      ...common,
      time: new Date().toISOString(),
      case: { id: `cold-${id}`, group: "cold", params: {} },
      subject: ours("cpu"),
      ...(reason === ""
        ? {
            status: "ok",
            samplesNs,
            stats: summarize(samplesNs),
            derived: { firstRunMs: median(ownMs) },
          }
        : { status: "error", reason }),
    });
  }
}

/** First steps of two checkouts in turn. */
export async function coldPairs(base: string): Promise<Map<string, ColdPair>> {
  const pairs = new Map<string, ColdPair>();
  for (const id of coldCases) {
    const [headNs, baseNs]: [number[], number[]] = [[], []];
    const sides = [
      async () => headNs.push((await firstStep(checkout, id)).ns),
      async () => baseNs.push((await firstStep(base, id)).ns),
    ];
    for (let i = 0; i < coldStarts; i++)
      for (const side of i % 2 === 0 ? sides : sides.toReversed()) await side();
    pairs.set(id, { headNs, baseNs });
  }
  return pairs;
}

interface FirstStep {
  /** From the start of the process until it says that its first step is done. */
  readonly ns: number;
  /** The same from the moment when it began to read our first module. */
  readonly ownMs: number;
}

async function firstStep(root: string, id: string): Promise<FirstStep> {
  const program = join(root, "apps/bench/dist/first-step.js");
  if (!existsSync(program)) throw new Error(`${program} does not exist; build that checkout first`);
  const started = performance.now();
  const child = spawn(process.execPath, [program, id], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  return new Promise((resolve, reject) => {
    child.stdout.once("data", (line) => {
      const ns = Math.round((performance.now() - started) * 1e6);
      resolve({ ns, ownMs: Number(line) });
    });
    child.once("error", reject);
    child.once("close", (code) => {
      if (code !== 0) reject(new Error(`cold start of ${id} ended with status ${code}`));
    });
  });
}
