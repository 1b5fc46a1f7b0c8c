import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { reference } from "@dl/backend-reference";
import { crossEntropy, Dropout, Linear, Sequential } from "@dl/nn";
import { Adam } from "@dl/optim";
import { configure, Generator, integers, normal } from "@dl/tensor";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  checkpointBlob,
  dataFingerprint,
  openRun,
  recordRun,
  supervised,
  Trainer,
  verifyRun,
  type Callback,
} from "../index.ts";

const folder = mkdtempSync(join(tmpdir(), "runs-"));
afterAll(() => rmSync(folder, { recursive: true }));
beforeAll(() => {
  configure({ backend: reference() });
});

const inputsOf = (i: number) => normal([5, 4], { generator: new Generator(i) });
function make(watch: Callback, changed?: number): Trainer<never> {
  const generator = new Generator(3);
  const model = new Sequential(
    new Linear(4, 6, { generator }),
    new Dropout(0.3, { generator }),
    new Linear(6, 3, { generator }),
  );
  const optimizer = new Adam(model.parameters());
  const data = Array.from({ length: 4 }, (_, i) => ({
    inputs: i === changed ? inputsOf(i).add(0.1) : inputsOf(i),
    targets: integers(0, 3, [5], { generator: new Generator(i, 1) }),
  }));
  return new Trainer(supervised(model, { loss: crossEntropy, optimizer }), {
    data,
    epochs: 3,
    generators: [generator],
    callbacks: [watch],
  }) as unknown as Trainer<never>;
}

describe("a run file", () => {
  it("repeats from each of its checkpoints, and tells what it was", async () => {
    const description = {
      program: "make()",
      settings: { epochs: 3 },
      seed: 3,
      versions: { dl: "0" },
    };
    const recorder = recordRun(description, { everySteps: 1, checkpointEvery: 4 });
    await make(recorder).fit();
    const path = join(folder, "run.dlrun");
    await recorder.save(path);
    const run = await openRun(path);
    expect(run).toMatchObject({ description, backend: "reference" });
    expect(run.steps.map(({ step }) => step)).toEqual(Array.from({ length: 13 }, (_, i) => i));
    expect(run.checkpoints.map(({ step }) => step)).toEqual([0, 4, 8, 12]);
    expect(run.history).toHaveLength(3);
    for (const [from, compared] of [12, 8, 4].entries())
      expect(await verifyRun(run, make, { from })).toEqual({ agrees: true, compared });
    await expect(verifyRun(run, make, { from: 4 })).rejects.toThrow("there is no checkpoint 4");
  });

  it("names the first step and the tensors that differ", async () => {
    const recorder = recordRun({ program: "make()" }, { everySteps: 1 });
    await make(recorder).fit();
    const run = await openRun(await recorder.blob());
    const { agrees, compared, difference } = await verifyRun(run, (watch) => make(watch, 2));
    expect([agrees, compared, difference!.step]).toEqual([false, 3, 3]);
    expect(difference!.parts).toContain("trainingStep.modules.model.0.weight");
    expect(difference!.parts.filter((part) => part.includes("generators"))).toEqual([]);
  });

  it("is no checkpoint, and a checkpoint is none", async () => {
    const blob = await checkpointBlob(make({}).stateDict());
    await expect(openRun(blob)).rejects.toThrow("the file is a checkpoint, not a run.");
  });
});

describe("dataFingerprint", () => {
  it("differs where a sample or the length does", async () => {
    const set = (length: number, value: number) => ({
      length,
      get: (i: number) => ({ inputs: { data: Float32Array.of(i, value), shape: [2] }, targets: i }),
    });
    const found = await Promise.all(
      [set(5, 0), set(5, 0), set(5, 1e-7), set(6, 0)].map(dataFingerprint),
    );
    expect(new Set(found).size).toBe(3);
    expect(found[0]).toBe(found[1]);
  });
});
