import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { FormatError } from "@dl/backend";
import { reference } from "@dl/backend-reference";
import { writeSafetensors, type HostDType, type HostTensorSource } from "@dl/formats";
import { BatchNorm, Linear, Module, Parameter, Sequential } from "@dl/nn";
import { configure, ones, tensor, zeros, type Tensor } from "@dl/tensor";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadModel, modelBytes, saveModel } from "../index.ts";

const folder = mkdtempSync(join(tmpdir(), "dl-model-files-"));

beforeAll(() => {
  configure({ backend: reference() });
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const make = (): Sequential => new Sequential(new Linear(3, 2), new BatchNorm(2));
const numbersOf = async (x: Tensor): Promise<number[]> => Array.from(await x.data());

/** One tensor called weight. */
class Holder extends Module {
  readonly weight: Tensor;
  constructor(weight: Tensor) {
    super();
    this.weight = weight;
  }
  forward(): void {}
}

class Pair extends Module {
  readonly encoder = new Linear(2, 2, { bias: false });
  readonly decoder = new Linear(2, 2, { bias: false });
  constructor(isTied: boolean) {
    super();
    if (isTied) (this.decoder as { weight: Parameter }).weight = this.encoder.weight;
  }
  forward(): void {}
}

/** A file of one tensor called weight. */
function fileOf(dtype: HostDType, data: HostTensorSource["data"]): Uint8Array {
  return writeSafetensors({ weight: { dtype, shape: [data.length], data } });
}

describe("saveModel and loadModel", () => {
  it("read from a path, a URL, a Blob and bytes that begin anywhere", async () => {
    const model = make();
    const path = join(folder, "places.safetensors");
    await saveModel(model, path);
    const bytes = await modelBytes(model);
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    const expected = await numbersOf((model[0] as Linear).weight);
    for (const source of [path, pathToFileURL(path), new Blob([bytes]), shifted.subarray(1)]) {
      const other = make();
      expect(await loadModel(other, source)).toEqual({ missing: [], unexpected: [] });
      expect(await numbersOf((other[0] as Linear).weight)).toEqual(expected);
    }
  });

  it("writes the weights of the call, whatever training does meanwhile", async () => {
    const model = new Holder(new Parameter(ones([3])));
    const saving = modelBytes(model);
    model.weight.assign(zeros([3]));
    await loadModel(model, await saving);
    expect(await numbersOf(model.weight)).toEqual([1, 1, 1]);
  });

  it("puts a whole file in the old one's place, or leaves all as it was", async () => {
    const place = join(folder, "a-folder");
    mkdirSync(join(place, "inside"), { recursive: true });
    await expect(saveModel(make(), place)).rejects.toThrow("EISDIR");
    expect(readdirSync(place)).toEqual(["inside"]);
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    await expect(saveModel(make(), join(folder, "nowhere/model"))).rejects.toThrow("ENOENT");
    expect(existsSync(join(folder, "nowhere"))).toBe(false);
    await expect(saveModel(make(), 7 as never)).rejects.toThrow(
      "saveModel: needs a path: received 7. For the bytes themselves use modelBytes(model).",
    );
  });

  it("keeps every type of ours", async () => {
    for (const dtype of ["float32", "float64", "int32", "uint32", "bool"] as const) {
      const weight = tensor([0, 1, 1], { dtype });
      const other = new Holder(zeros([3], { dtype }));
      await loadModel(other, await modelBytes(new Holder(weight)));
      expect(await numbersOf(other.weight)).toEqual([0, 1, 1]);
      expect(other.weight.dtype).toBe(dtype);
    }
  });
});

describe("loadModel", () => {
  it.each([
    ["float64", Float64Array.of(1.5, -2, 0.1), [1.5, -2, Math.fround(0.1)]],
    ["float16", Uint16Array.of(0x3c00, 0xc100, 0x0001), [1, -2.5, 2 ** -24]],
    ["float16", Uint16Array.of(0x7bff, 0xfc00, 0x8000), [65504, -Infinity, -0]],
    ["bfloat16", Uint16Array.of(0x3f80, 0xc020, 0x7f80), [1, -2.5, Infinity]],
    ["int64", BigInt64Array.of(3n, -4n, 2n ** 40n), [3, -4, 2 ** 40]],
    ["int8", Int8Array.of(3, -4, 127), [3, -4, 127]],
    ["uint8", Uint8Array.of(3, 4, 255), [3, 4, 255]],
    ["bool", Uint8Array.of(1, 0, 1), [1, 0, 1]],
  ] as const)("converts %s to the model's float32: %o", async (dtype, elements, expected) => {
    const model = new Holder(new Parameter(zeros([3])));
    await loadModel(model, fileOf(dtype, elements));
    expect(await numbersOf(model.weight)).toEqual(expected);
  });

  it("refuses numbers that the model's type cannot hold", async () => {
    const model = new Holder(tensor([7], { dtype: "int32" }));
    await expect(loadModel(model, fileOf("int64", BigInt64Array.of(2n ** 40n)))).rejects.toThrow(
      "1099511627776",
    );
    expect(await numbersOf(model.weight)).toEqual([7]);
  });

  it("restores tied weights, also where the model keeps them apart", async () => {
    const tied = new Pair(true);
    const bytes = await modelBytes(tied);
    expect(new TextDecoder().decode(bytes)).toContain('"encoder.weight":"decoder.weight"');
    for (const isTied of [true, false]) {
      const other = new Pair(isTied);
      await loadModel(other, bytes);
      const expected = await numbersOf(tied.encoder.weight);
      expect(await numbersOf(other.encoder.weight)).toEqual(expected);
      expect(await numbersOf(other.decoder.weight)).toEqual(expected);
      expect(other.encoder.weight === other.decoder.weight).toBe(isTied);
    }
    // Metadata may name a weight and be about something else.
    const metadata = { best: "decoder.weight" };
    await loadModel(tied, await modelBytes(tied, { metadata }));
    await expect(modelBytes(tied, { metadata: { "encoder.weight": "first" } })).rejects.toThrow(
      "modelBytes: metadata must not say encoder.weight",
    );
    await expect(loadModel(tied, await modelBytes(new Pair(false)))).rejects.toThrow(
      "loadModel: encoder.weight and decoder.weight are one tied weight in the model, but have different values",
    );
  });

  it("lists what does not fit, and changes nothing", async () => {
    const model = make();
    const before = await numbersOf((model[1] as BatchNorm).weight!);
    const other = new Sequential(new Linear(3, 2, { bias: false }), new BatchNorm(3));
    (other[1] as BatchNorm).weight!.assign(tensor([7, 7, 7]));
    await expect(loadModel(model, await modelBytes(other))).rejects.toThrow(
      "loadModel: the state does not fit the model: missing 0.bias; 1.weight must have shape [2], got [3];",
    );
    expect(await numbersOf((model[1] as BatchNorm).weight!)).toEqual(before);
    const fewer = await modelBytes(new Sequential(new Linear(3, 2, { bias: false })));
    expect((await loadModel(model, fewer, { strict: false })).missing).toEqual([
      "0.bias",
      "1.weight",
      "1.bias",
      "1.running_mean",
      "1.running_var",
    ]);
  });

  it("takes no file for an archive because of its header's length", async () => {
    const tensors = { weight: { data: Float32Array.of(3), shape: [1] } };
    const emptied = writeSafetensors(tensors, { metadata: { note: "" } });
    const text = 0x4b50 - (emptied.byteLength - 8 - 4);
    const bytes = writeSafetensors(tensors, { metadata: { note: "x".repeat(text) } });
    expect([...bytes.subarray(0, 2)]).toEqual([0x50, 0x4b]);
    const holder = new Holder(new Parameter(zeros([1])));
    await loadModel(holder, bytes);
    expect(await numbersOf(holder.weight)).toEqual([3]);
  });

  it("reads names without what stands before all of them, or before those of a part", async () => {
    const model = new Pair(true);
    class Whole extends Module {
      readonly module = model;
      readonly rest = new Linear(1, 1);
      forward(): void {}
    }
    const bytes = await modelBytes(new Whole());
    const part = new Pair(true);
    await loadModel(part, bytes, { prefix: "module." });
    expect(await numbersOf(part.decoder.weight)).toEqual(await numbersOf(model.decoder.weight));
    await expect(loadModel(part, bytes, { prefix: "modul." })).rejects.toThrow(
      'loadModel: no name in the file begins with "modul.": there are module.decoder.weight, rest.bias, rest.weight.',
    );
    await expect(loadModel(part, bytes)).rejects.toThrow("missing encoder.weight; unexpected");
  });

  it("refuses files that are damaged or of another kind", async () => {
    const bytes = await modelBytes(make());
    const path = join(folder, "half.safetensors");
    writeFileSync(path, bytes.subarray(0, bytes.length - 4));
    for (const source of [path, bytes.subarray(0, 5), new Uint8Array(20), new Uint8Array(0)])
      await expect(loadModel(make(), source)).rejects.toThrow("safetensors file is malformed");
    await expect(loadModel(make(), join(folder, "none"))).rejects.toThrow("there is no such file");
    const archive = Uint8Array.of(0x50, 0x4b, 3, 4);
    await expect(loadModel(make(), archive)).rejects.toThrow(FormatError);
    await expect(loadModel(make(), bytes, { key: "model" })).rejects.toThrow(
      'loadModel: only PyTorch\'s files (.pt) hold several state dicts to choose from by key: received "model" for another.',
    );
    await expect(loadModel(make(), 7 as never)).rejects.toThrow("needs a path, an address");
  });
});
