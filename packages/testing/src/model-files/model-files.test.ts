import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cpu } from "@dl/backend-cpu";
import { configure, tensor } from "@dl/tensor";
import { loadModel, modelBytes, saveModel } from "@dl/training";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fileModels, type FileModel } from "./models.ts";
import { checkInPython, hasPyTorch } from "./pytorch.ts";

const fixtures = join(import.meta.dirname, "../../fixtures/models");
const folder = mkdtempSync(join(tmpdir(), "dl-models-"));

interface Numbers {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

const { models } = JSON.parse(readFileSync(join(fixtures, "models.json"), "utf8")) as {
  models: Readonly<Record<string, { readonly inputs: Numbers; readonly outputs: Numbers }>>;
};
const names = Object.keys(models);

beforeAll(async () => {
  configure({ backend: await cpu({ threads: 1 }) });
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Most that the model's outputs differ from PyTorch's. */
async function difference(name: string, model: FileModel): Promise<number> {
  const { inputs, outputs } = models[name]!;
  const dtype = name === "tied" ? "int32" : "float32";
  const given = tensor([...inputs.data], { shape: inputs.shape, dtype });
  const received = model.eval().forward(given);
  expect(received.shape).toEqual(outputs.shape);
  const data = await received.data();
  return Math.max(...outputs.data.map((y, i) => Math.abs(y - data[i]!)));
}

describe.each(names)("%s, trained by PyTorch", (name) => {
  it.each(["safetensors", "pt"])(
    "loads strictly from .%s, and gives PyTorch's outputs",
    async (kind) => {
      const model = fileModels[name]!();
      const report = await loadModel(model, join(fixtures, `${name}.${kind}`));
      expect(report).toEqual({ missing: [], unexpected: [] });
      expect(await difference(name, model)).toBeLessThan(1e-6);
    },
  );

  it("is saved as the same bytes, up to the counters", async () => {
    const model = fileModels[name]!();
    const file = join(fixtures, `${name}.safetensors`);
    await loadModel(model, file);
    const saved = contentsOf(await modelBytes(model));
    const original = contentsOf(readFileSync(file));
    for (const [key, entry] of original.tensors)
      if (key.endsWith("num_batches_tracked")) entry.bytes.fill(0);
    expect(saved.tensors).toEqual(original.tensors);
    expect(saved.metadata).toEqual(original.metadata);
  });

  it("goes round under our own names", async () => {
    const model = fileModels[name]!();
    await loadModel(model, join(fixtures, `${name}.safetensors`));
    const bytes = await modelBytes(model, { names: "own", metadata: { note: "ours" } });
    expect(Object.entries(contentsOf(bytes).metadata)).toContainEqual(["note", "ours"]);
    const other = fileModels[name]!();
    await loadModel(other, bytes);
    expect(await difference(name, other)).toBeLessThan(1e-6);
  });
});

it("finds a state dict among others by its key", async () => {
  const path = join(fixtures, "checkpoint.pt");
  const model = fileModels["tied"]!();
  await expect(loadModel(model, path)).rejects.toThrow(
    'the file holds more than a state dict: received "model", "optimizer", "epoch". Choose one by key: "model", "optimizer".',
  );
  await expect(loadModel(model, path, { key: "state_dict" })).rejects.toThrow(
    'there is no "state_dict" in the file: there is "model", "optimizer", "epoch".',
  );
  await loadModel(model, path, { key: "model" });
  expect(await difference("tied", model)).toBeLessThan(1e-6);
});

it("saved here, loads strictly in PyTorch with the same outputs", async (context) => {
  if (!hasPyTorch()) return context.skip("python3 has no torch here");
  for (const name of names) {
    const model = fileModels[name]!();
    await loadModel(model, join(fixtures, `${name}.safetensors`));
    await saveModel(model, join(folder, `${name}.safetensors`));
  }
  expect(readdirSync(folder).toSorted()).toEqual(names.map((n) => `${n}.safetensors`).toSorted());
  const lines = checkInPython(folder);
  expect(lines.map((line) => line.split(":")[0])).toEqual(names);
}, 60_000);

interface Contents {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: Map<string, { dtype: string; shape: number[]; bytes: Buffer }>;
}

/** By the format's description, apart from what reads it in the library. */
function contentsOf(file: Uint8Array): Contents {
  const bytes = Buffer.from(file);
  const length = Number(bytes.readBigUInt64LE(0));
  const { __metadata__: metadata, ...header } = JSON.parse(
    bytes.subarray(8, 8 + length).toString(),
  ) as Record<string, never>;
  const body = bytes.subarray(8 + length);
  const tensors = Object.entries(header).map(([name, entry]) => {
    const {
      dtype,
      shape,
      data_offsets: offsets,
    } = entry as {
      dtype: string;
      shape: number[];
      data_offsets: [number, number];
    };
    return [name, { dtype, shape, bytes: body.subarray(...offsets) }] as const;
  });
  return { metadata: metadata ?? {}, tensors: new Map(tensors) };
}
