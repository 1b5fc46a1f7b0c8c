import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { environment } from "./environment.ts";
import { schemaName, type BenchRecord } from "./record.ts";
import { recordFaults } from "./result-file.ts";
import { runAccuracy, type AccuracyRun } from "./run-accuracy.ts";
import { openLocal, type Subject } from "./subject.ts";

const folder = mkdtempSync(join(tmpdir(), "bench-digits-"));

/** Images of one grey, their class; the header of the published files before them. */
function writeDigits(part: string, count: number): void {
  const header = (magic: number, sizes: readonly number[]): number[] =>
    [magic, ...sizes].flatMap((word) => [0, 0, word >> 8, word & 255]);
  const images = header(0x803, [count, 28, 28]);
  const labels = header(0x801, [count]);
  for (let i = 0; i < count; i++) {
    images.push(...new Array<number>(784).fill((i % 10) * 25));
    labels.push(i % 10);
  }
  const write = (name: string, bytes: number[]): void =>
    writeFileSync(`${folder}/${part}-${name}-ubyte.gz`, gzipSync(Uint8Array.from(bytes)));
  write("images-idx3", images);
  write("labels-idx1", labels);
}

beforeAll(() => {
  writeDigits("train", 128);
  writeDigits("t10k", 20);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Is quicker with two threads, and takes a second to any accuracy. */
const peer: Subject = {
  identity: { lib: "torch", version: "0", backend: "cpu", threads: [1, 2], dtype: "float32" },
  block: async ({ folder: data, steps, threads }) =>
    data === undefined
      ? { ns: new Array<number>(steps).fill(1e6 / threads) }
      : { ns: [1e9], trained: { steps: 2, accuracy: 1 } },
  stop: async () => {},
};

async function run(changes: Partial<AccuracyRun>): Promise<BenchRecord[]> {
  const records: BenchRecord[] = [];
  await runAccuracy({
    openOurs: () => openLocal("cpu"),
    peers: [{ name: "torch", backend: "cpu", variants: [async () => peer] }],
    folder,
    seeds: 2,
    common: {
      schema: schemaName,
      runId: "1",
      suite: "accuracy",
      git: { sha: "0", dirty: false },
      env: environment(),
    },
    say: () => {},
    emit: (record) => records.push(record),
    params: { target: 0, epochs: 1, evaluateEvery: 2 },
    ...changes,
  });
  return records;
}

test("both train with every seed, the peer with its better setting", async () => {
  const [ours, torch] = await run({});
  expect(recordFaults(ours)).toEqual([]);
  expect(recordFaults(torch)).toEqual([]);
  expect(ours!.samplesNs).toHaveLength(2);
  expect(torch).toMatchObject({ status: "ok", subject: { threads: 2 }, samplesNs: [1e9, 1e9] });
  expect(torch!.paired!.oursNs).toEqual(ours!.samplesNs);
});

test("a target that is missed, and a peer that is absent, are told", async () => {
  const absent = {
    name: "torch",
    backend: "cpu",
    variants: [() => Promise.reject<Subject>(new Error("nowhere"))],
  };
  const [ours, torch] = await run({
    seeds: 1,
    peers: [absent],
    params: { target: 1.1, epochs: 1, evaluateEvery: 2 },
  });
  expect(ours).toMatchObject({ status: "error", reason: expect.stringContaining("not met") });
  expect(torch).toMatchObject({ status: "absent", reason: "nowhere" });
});
