import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { reference } from "@dl/backend-reference";
import { crossEntropy, Linear, Sequential } from "@dl/nn";
import { Adam, linearSchedule, Scheduler } from "@dl/optim";
import { configure, Generator, integers, normal, tensor, type Tensor } from "@dl/tensor";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  checkpointBlob,
  CheckpointStore,
  fit,
  keepCheckpoints,
  memoryPlace,
  readCheckpoint,
  resume,
  supervised,
  Trainer,
  type CheckpointPlace,
  type TrainerState,
} from "../index.ts";
import { flatten, unflatten } from "./plain-data.ts";

const root = mkdtempSync(join(tmpdir(), "checkpoints-"));
afterAll(() => rmSync(root, { recursive: true }));
beforeAll(() => {
  configure({ backend: reference() });
});
let folders = 0;
const folder = (): string => join(root, String(folders++));

function trained(
  epochs: number,
  store = new CheckpointStore(memoryPlace()),
  everySteps?: number,
): Trainer<never> {
  const generator = new Generator(3);
  const model = new Sequential(new Linear(4, 6, { generator }), new Linear(6, 3, { generator }));
  const optimizer = new Adam(model.parameters());
  const data = Array.from({ length: 4 }, (_, i) => ({
    inputs: normal([5, 4], { generator: new Generator(i) }),
    targets: integers(0, 3, [5], { generator: new Generator(i, 1) }),
  }));
  return new Trainer(supervised(model, { loss: crossEntropy, optimizer }), {
    data,
    epochs,
    generators: [generator],
    schedule: new Scheduler(optimizer, linearSchedule({ from: 1, to: 0, steps: 40 })),
    callbacks: [keepCheckpoints(store, { ...(everySteps && { everySteps }) })],
  }) as unknown as Trainer<never>;
}

/** Everything of a state but how long it took, to the bit. */
async function bitsOf(state: TrainerState): Promise<unknown> {
  const { callbacks: _, ...rest } = state;
  const { text, tensors } = flatten("test", rest);
  const numbers = await Promise.all([...tensors.values()].map((held) => held.toArray()));
  return [text.replaceAll(/"seconds":[^,}]+/g, ""), [...tensors.keys()], numbers];
}

describe("plain data", () => {
  it("comes back to the bit", async () => {
    const state = {
      numbers: [0, -0, NaN, Infinity, -Infinity, 5e-324, 0.1],
      none: undefined,
      nothing: null,
      large: 2n ** 70n,
      map: new Map<unknown, unknown>([
        [3, { x: tensor([1, 2]) }],
        ["a", undefined],
      ]),
      $: { $: 1 },
      typed: [Float64Array.of(-0, NaN), Uint8Array.of(1), BigInt64Array.of(-5n)],
      "a.b": tensor([3]),
      a: { b: tensor([4]) },
    };
    const { text, tensors } = flatten("test", state);
    const back = unflatten("test", text, (name) => tensors.get(name)!) as typeof state;
    expect(Object.is(back.numbers[1], -0)).toBe(true);
    expect(back).toEqual(state);
    expect("none" in back).toBe(true);
    expect(back.a.b).toBe(state.a.b);
    expect(back["a.b"]).toBe(state["a.b"]);
  });

  it("refuses what is no data, with its path", () => {
    expect(() => flatten("save", { callbacks: [{ f: () => 1 }] })).toThrow(
      "save: the state cannot be written: callbacks.0.f is a function. Keep plain data and tensors.",
    );
    expect(() => flatten("save", { when: new Date(0) })).toThrow("when is an object of class Date");
  });
});

describe("CheckpointStore", () => {
  it("continues to the same bits from every step, in a folder and in memory", async () => {
    const whole = trained(3);
    await whole.fit();
    const expected = await bitsOf(whole.stateDict());
    for (const place of [folder(), memoryPlace()]) {
      const store = new CheckpointStore(place, { keep: 12 });
      await trained(2, store, 1).fit();
      for (let cut = 0; cut < 8; cut++) {
        const rest = trained(3);
        expect((await resume(rest, store))?.backend).toBe("reference");
        await rest.fit();
        expect(await bitsOf(rest.stateDict())).toEqual(expected);
        if (typeof place === "string") rmSync(join(place, readdirSync(place).toSorted().at(-1)!));
        else place.files.delete([...place.files.keys()].toSorted().at(-1)!);
      }
    }
  });

  it("keeps the last few and the best, and takes away what a crash left", async () => {
    const place = folder();
    const store = new CheckpointStore(place, { keep: 2 });
    await store.save(trained(1).stateDict());
    writeFileSync(join(place, "step-000000000009.checkpoint.1234abcd.tmp"), "half");
    const later = new CheckpointStore(place, { keep: 2 });
    const trainer = trained(5, later, 3);
    await trainer.fit();
    expect(readdirSync(place).toSorted()).toEqual([
      "step-000000000018.checkpoint",
      "step-000000000020.checkpoint",
    ]);
    await later.save(trainer.stateDict(), { isBest: true, notes: { text: "best" } });
    expect(await later.best()).toMatchObject({ notes: { text: "best" }, state: { step: 20 } });
    expect(await new CheckpointStore(folder()).best()).toBe(undefined);
    expect(await new CheckpointStore(folder()).latest()).toBe(undefined);
  });

  it("names a damaged newest one and takes the one before it", async () => {
    const place = folder();
    const said: string[] = [];
    const store = new CheckpointStore(place, { warn: (message) => said.push(message) });
    await trained(1, store, 1).fit();
    const [older, newest] = readdirSync(place).toSorted().slice(-2);
    const path = join(place, newest!);
    const bytes = readFileSync(path);
    for (const length of [0, 7, 100, bytes.length >> 1, bytes.length - 1]) {
      writeFileSync(path, bytes);
      truncateSync(path, length);
      expect((await store.latest())!.state.step).toBe(3);
      expect(said.pop()).toMatch(new RegExp(`${newest}: .*malformed.*${older} is taken instead`));
    }
    for (const name of readdirSync(place)) truncateSync(join(place, name), 50);
    await expect(store.latest()).rejects.toThrow("malformed");
    expect(said.at(-1)).toContain("There is none before it.");
  });

  it("notices every flipped bit", { timeout: 60_000 }, async () => {
    const blob = await checkpointBlob(trained(1).stateDict(), { text: "what to keep" });
    const bytes = new Uint8Array(await blob.arrayBuffer());
    const flips = process.env["DL_LONG"] === undefined ? 400 : 2000;
    for (let i = 0; i < flips; i++) {
      const at = Math.floor((i * bytes.length) / flips) + (i % 3);
      bytes[at]! ^= 1 << (i % 8);
      await expect(readCheckpoint(bytes), `bit ${i % 8} of byte ${at}`).rejects.toMatchObject({
        name: "FormatError",
      });
      bytes[at]! ^= 1 << (i % 8);
    }
    await readCheckpoint(bytes);
  });

  it("leaves the old ones where nothing can be written", async () => {
    const files = memoryPlace();
    let left = Infinity;
    const full: CheckpointPlace = {
      ...files,
      write(name, parts) {
        left -= parts.reduce((sum, { byteLength }) => sum + byteLength, 0);
        if (left < 0) return Promise.reject(new Error("ENOSPC: no space left on device"));
        return files.write(name, parts);
      },
    };
    const store = new CheckpointStore(full, { keep: 1 });
    const trainer = trained(1);
    await store.save(trainer.stateDict());
    left = 100;
    await trainer.fit();
    await expect(store.save(trainer.stateDict())).rejects.toThrow("ENOSPC");
    expect((await store.latest())!.state.step).toBe(0);
    const callbacks = [keepCheckpoints(store, { everySteps: 1 })];
    const model = new Linear(2, 2);
    const data = [{ inputs: normal([3, 2]), targets: integers(0, 2, [3]) }];
    const optimizer = new Adam(model.parameters());
    await expect(
      fit(model, { loss: crossEntropy, optimizer, data, epochs: 3, callbacks }),
    ).rejects.toThrow("ENOSPC");
  });

  it.skipIf(process.getuid?.() === 0)("tells of a folder that is read-only", async () => {
    const place = folder();
    const store = new CheckpointStore(place);
    await store.save(trained(1).stateDict());
    chmodSync(place, 0o500);
    await expect(store.save(trained(1).stateDict())).rejects.toThrow("EACCES");
    chmodSync(place, 0o700);
    expect(await store.latest()).toBeDefined();
  });

  it("tells of a place that is a file, another training, and a file that is no checkpoint", async () => {
    const path = folder();
    writeFileSync(path, "a file");
    await expect(new CheckpointStore(path).save(trained(1).stateDict())).rejects.toThrow("ENOTDIR");
    const store = new CheckpointStore(memoryPlace());
    await store.save(trained(1).stateDict());
    const other = new Linear(2, 2);
    const optimizer = new Adam(other.parameters());
    const trainer = new Trainer(supervised(other, { loss: crossEntropy, optimizer }), {
      data: [],
      epochs: 1,
    });
    await expect(resume(trainer, store)).rejects.toThrow("state");
    await expect(readCheckpoint(Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 123, 125))).rejects.toThrow(
      "the file is no checkpoint: it has no state. For a model's weights use loadModel(model, source).",
    );
    expect(() => new CheckpointStore(3 as never)).toThrow("checkpoints need a folder: received 3.");
  });

  it("needs no figure to go by unless the best is kept", async () => {
    const store = new CheckpointStore(memoryPlace());
    const model = new Linear(2, 1);
    const optimizer = new Adam(model.parameters());
    const step = {
      modules: { model },
      optimizers: { optimizer },
      step: (batch: Tensor) => ({ score: model.forward(batch).mean() }),
    };
    const kept = (best: boolean) =>
      fit(step, {
        data: [normal([3, 2])],
        epochs: 1,
        callbacks: [keepCheckpoints(store, { best })],
      });
    await kept(false);
    expect((await store.latest())!.state.step).toBe(1);
    await expect(kept(true)).rejects.toThrow('there is no figure "loss"');
  });

  it("says where another backend will not give the same bits", async () => {
    const store = new CheckpointStore(memoryPlace());
    await trained(1, store).fit();
    configure({ backend: reference() });
    const said: string[] = [];
    const trainer = trained(2);
    await resume(trainer, store, { warn: (message) => said.push(message) });
    expect(said).toEqual([]);
    const blob = (await store.latest())!;
    expect(blob.backend).toBe("reference");
  });
});
