import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { archive, fileOf, pickle, pickled } from "../../test/pytorch-archive.ts";
import type { HostTensor } from "../bytes/host-tensor.ts";
import type { PyTorchKey, PyTorchValue } from "./pickle.ts";
import { readPyTorch, readStateDict } from "./read-pytorch.ts";

const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(join(import.meta.dirname, "../../test/fixtures", name)));
const expected = JSON.parse(new TextDecoder().decode(fixture("pytorch.json"))) as Record<
  string,
  { dtype: string; shape: number[]; hex: string }
>;
const hexOf = ({ data }: HostTensor): string =>
  Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("hex");
type Dict = Map<PyTorchKey, PyTorchValue>;

describe.each([2, 3, 4, 5])("a file of protocol %i", (protocol) => {
  const bytes = fixture(`protocol-${protocol}.pt`);
  let whole: Dict;
  let tensors: Map<string, HostTensor>;
  beforeAll(async () => {
    whole = (await readPyTorch(bytes)) as Dict;
    tensors = whole.get("tensors") as Map<string, HostTensor>;
  });

  it("gives every element type, strided and shared storages", () => {
    expect([...tensors.keys()]).toEqual(Object.keys(expected));
    for (const [name, { dtype, shape, hex }] of Object.entries(expected)) {
      const tensor = tensors.get(name)!;
      expect([name, tensor.dtype, tensor.shape, hexOf(tensor)]).toEqual([name, dtype, shape, hex]);
    }
  });

  it("gives tied weights as one object, and does not copy what lies row by row", () => {
    expect(tensors.get("again")).toBe(tensors.get("weight"));
    expect(tensors.get("float32")!.data.buffer).toBe(bytes.buffer);
    expect(tensors.get("tail")!.data.buffer).toBe(bytes.buffer);
  });

  it("gives numbers, texts, lists and dicts around them", () => {
    const plain = Object.fromEntries(
      [...whole].filter(([key]) => !["tensors", "model", 3].includes(key as string)),
    );
    expect(plain).toEqual({
      epoch: 3,
      large: 2n ** 80n,
      small: -(2 ** 40),
      rate: 1.5e-3,
      name: "π \u{1f600}",
      none: null,
      yes: true,
      list: [1, [2, "three"], []],
      bytes: Uint8Array.of(0, 255),
      set: [1],
      size: [2, 3],
      device: "cpu",
      dtype: "torch.bfloat16",
    });
    const inner = (whole.get(3) as Dict).get("inner") as HostTensor;
    expect(inner.data).toEqual(Float32Array.of(1));
  });

  it("gives a state dict by its key", async () => {
    const state = await readStateDict(new Blob([bytes.slice()]), { key: "model" });
    expect([...state.keys()]).toEqual([
      "0.weight",
      "0.bias",
      "1.weight",
      "1.bias",
      "1.running_mean",
      "1.running_var",
      "1.num_batches_tracked",
    ]);
    expect(state.get("1.num_batches_tracked")).toMatchObject({ dtype: "int64", shape: [] });
    await expect(readStateDict(bytes)).rejects.toThrow(
      'Choose one by key: "tensors", "3", "model".',
    );
    await expect(readStateDict(bytes, { key: "other" })).rejects.toThrow(
      'there is no "other" in the file',
    );
  });
});

describe("files that are no state dicts", () => {
  it.each([
    ["old.pt", "is of PyTorch before 1.6"],
    [
      "module.pt",
      "has the instruction NEWOBJ|names torch.nn.modules.linear.Linear, which is not read: it could run code. Save model.state_dict\\(\\)",
    ],
    ["script.pt", "is a TorchScript program"],
  ])("%s is refused with what to do", async (name, message) => {
    await expect(readPyTorch(fixture(name))).rejects.toThrow(new RegExp(message));
  });

  it("a tar file, a ZIP file of something else, no file, half a file", async () => {
    const tar = new Uint8Array(1024);
    tar.set(new TextEncoder().encode("ustar"), 257);
    await expect(readPyTorch(tar)).rejects.toThrow('torch.save(torch.load("old.pt"), "new.pt")');
    await expect(readPyTorch(archive({ "other.txt": Uint8Array.of(1) }))).rejects.toThrow(
      "none of PyTorch's",
    );
    await expect(readPyTorch(new Uint8Array(0))).rejects.toThrow("not a file of torch.save");
    const whole = fixture("protocol-2.pt");
    for (let length = 0; length < whole.length; length += 61)
      await expect(readPyTorch(whole.subarray(0, length))).rejects.toMatchObject({
        name: "FormatError",
      });
    await expect(readStateDict(fileOf(pickled(pickle.int(3))))).rejects.toThrow(
      "holds no state dict",
    );
  });
});
