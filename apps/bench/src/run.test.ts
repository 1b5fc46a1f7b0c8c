import { cpu } from "@dl/backend-cpu";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stepSuites } from "./cases/suites.ts";
import { makeOracle } from "./oracle.ts";
import type { BenchRecord } from "./record.ts";
import { recordFaults } from "./result-file.ts";
import { runBench } from "./run.ts";

async function run(line: string): Promise<{ code: number; stdout: string; stderr: string }> {
  let stdout = "";
  let stderr = "";
  const code = await runBench(line.split(" "), {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
  });
  return { code, stdout, stderr };
}

const folder = mkdtempSync(join(tmpdir(), "bench-"));
const results = join(folder, "results.jsonl");
let records: BenchRecord[];
let summary: unknown;

/** Answers as a peer does, at a fixed speed, and best when it spins; fails and errs as it is told to. */
const fakePython = join(folder, "python");
const fakePeer = (tinyMlpLosses: string): string => `#!/usr/bin/env node
const policy = process.env.OMP_WAIT_POLICY;
const threads = policy === "ACTIVE" ? [2] : [1, 2];
const identity = { lib: "torch", version: "0", backend: "cpu", dtype: "float32", threads };
console.log(JSON.stringify({ ...identity, notes: policy }));
let loss = 1;
require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const { steps, threads, kind, given } = JSON.parse(line);
  const say = (answer) => console.log(JSON.stringify({ ns: [], ...answer }));
  if (kind === "gelu") return say({ error: "cannot" });
  if (given) return say({ results: ["${tinyMlpLosses}"] });
  // So far apart that no noise of ours can change the order.
  const ns = policy === "ACTIVE" ? 100 : threads === 2 ? 10_000 : 1_000_000;
  say({ ns: new Array(steps).fill(ns), loss: (loss /= 2) });
});
`;

beforeAll(async () => {
  const tinyMlp = stepSuites.course.find(({ id }) => id === "tiny-mlp")!;
  const { expected } = await makeOracle(tinyMlp);
  const losses = Buffer.from(Float32Array.from(expected[0]!).buffer).toString("base64");
  writeFileSync(fakePython, fakePeer(losses), { mode: 0o755 });
  const options = `--case tiny-mlp,gelu,matmul-512 --blocks 2 --rounds 1 --block-ms 20 --python ${fakePython}`;
  const { code, stdout } = await run(`${options} --json -`);
  if (code !== 0) throw new Error(`exit code ${code}`);
  const lines = stdout.trim().split("\n");
  summary = JSON.parse(lines.at(-1)!);
  records = lines.slice(0, -1).map((line) => JSON.parse(line) as BenchRecord);
  writeFileSync(results, stdout);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

test("every line follows the published schema, and a changed one does not", () => {
  for (const record of records) expect(recordFaults(record)).toEqual([]);
  const [first] = records;
  expect(recordFaults({ ...first, schema: "dl-bench/0" })[0]).toContain("must be");
  expect(recordFaults({ ...first, extra: 1 })).toEqual(["record.extra is unknown"]);
  const { case: _, ...rest } = first!;
  expect(recordFaults(rest)).toEqual(["record.case is missing"]);
  expect(recordFaults([])).toEqual(["record must be object: received []"]);
});

test("ours is checked, and paired with the peer's better setting", async () => {
  const backend = await cpu();
  const tiny = records.filter((record) => record.case.id === "tiny-mlp");
  expect(tiny.map(({ subject }) => [subject.name, subject.threads])).toEqual([
    ["dl", backend.capabilities.threads],
    ["torch", 1],
    ["torch", 2],
    ["torch", 2],
  ]);
  expect(tiny[0]!.check!.ok).toBe(true);
  expect(tiny[0]!.samplesNs!.length).toBeGreaterThan(2);
  expect(tiny.map(({ paired }) => paired?.counts)).toEqual([undefined, false, false, true]);
  expect(tiny[3]!.paired!.n).toBe(2);
  expect(tiny[3]!.subject.notes).toBe("ACTIVE");
  expect(tiny[3]!.check!.ok).toBe(true);
});

test("a case that a peer cannot do, or does wrong, is named, and the rest goes on", () => {
  const told = (id: string): unknown =>
    records.filter((record) => record.case.id === id).map(({ status, reason }) => [status, reason]);
  expect(told("gelu")).toEqual([
    ["ok", undefined],
    ["error", "cannot"],
  ]);
  expect(told("matmul-512")).toEqual([
    ["ok", undefined],
    ["error", "wrong numbers: off by Infinity from float64"],
  ]);
  expect(summary).toEqual({
    suite: "course",
    geomean: { torch: expect.any(Number) },
    cases: {
      "tiny-mlp": { ms: expect.any(Number), torch: expect.any(Number) },
      gelu: { ms: expect.any(Number), torch: { error: "cannot" } },
      "matmul-512": {
        ms: expect.any(Number),
        torch: { error: expect.stringContaining("wrong numbers") },
      },
    },
  });
});

test("a mistake is told in one line", async () => {
  expect(await run("--blocks 0")).toEqual({
    code: 2,
    stdout: "",
    stderr: '--blocks must be a whole number from 1 to 1000: received "0".\n',
  });
  expect(await run("report nowhere.jsonl")).toMatchObject({ code: 2 });
  writeFileSync(join(folder, "bad.jsonl"), "{}\n");
  expect((await run(`report ${folder}/bad.jsonl`)).stderr).toContain("record.schema is missing");
});

test("help", async () => {
  expect(await run("--help")).toMatchObject({ code: 0, stderr: "" });
});

test("without PyTorch only our times are told", async () => {
  const { code, stdout } = await run(
    "--case tiny-mlp --blocks 1 --block-ms 5 --json - --python nowhere",
  );
  expect(code).toBe(0);
  const last = JSON.parse(stdout.trim().split("\n").at(-1)!) as { cases: unknown };
  expect(last.cases).toEqual({
    "tiny-mlp": {
      ms: expect.any(Number),
      torch: { absent: expect.stringContaining("nowhere with PyTorch was not found") },
    },
  });
});

test("the page has every picture, every number and no outside reference", async () => {
  const page = join(folder, "report.html");
  expect(await run(`report ${results} ${results} --out ${page}`)).toMatchObject({ code: 0 });
  const html = readFileSync(page, "utf8");
  expect(html.match(/<svg/g)).toHaveLength(3);
  for (const part of ["Ratios", "Peak memory", "History", "Not measured", "Environment"])
    expect(html).toContain(`<h2>${part}</h2>`);
  expect(html).toContain("prefers-color-scheme: dark");
  expect(html).not.toMatch(/https?:\/\//);
  expect(html.match(/<tr class="ours">/g)).toHaveLength(3);
});

test("the text has ratios only", async () => {
  const { stdout } = await run(`report ${results} --markdown`);
  expect(stdout).toMatch(/\| case +\| torch +\|\n\| -+ \| -+ \|\n\| `tiny-mlp` +\| \d/);
  expect(stdout).toContain("- `gelu`, torch: error: cannot");
  expect(stdout).not.toMatch(/\d ms/);
});

test("a run is compared with itself, and gated by another", async () => {
  const same = await run(`compare ${results} ${results}`);
  expect(same.stdout).toMatch(/tiny-mlp dl .* 1\.000 /);
  const pass = await run(`gate --baseline ${results} ${results}`);
  expect(pass).toMatchObject({ code: 0 });
  const write = (name: string, change: (record: BenchRecord) => BenchRecord): string => {
    const path = join(folder, name);
    writeFileSync(path, records.map((record) => JSON.stringify(change(record))).join("\n"));
    return path;
  };
  const slow = write("slow.jsonl", (record) => ({
    ...record,
    ...(record.samplesNs && { samplesNs: record.samplesNs.map((ns) => ns * 100) }),
  }));
  const failed = await run(`gate --baseline ${results} --max-slowdown 1.05 ${slow}`);
  expect(failed.code).toBe(1);
  expect(failed.stdout).toContain("gate: failed: tiny-mlp, gelu, matmul-512");
  const elsewhere = write("elsewhere.jsonl", (record) => ({
    ...record,
    env: { ...record.env, cpu: "another" },
  }));
  expect(await run(`gate --baseline ${elsewhere} ${results}`)).toMatchObject({ code: 2 });
});
