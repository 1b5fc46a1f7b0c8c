import { describe, expect, it } from "vitest";
import { archive, fileOf, pickle, pickled, tensorPickle } from "../../test/pytorch-archive.ts";
import type { HostTensor } from "../bytes/host-tensor.ts";
import { readPyTorch } from "./read-pytorch.ts";

const { global, text, int, tupleOf, reduce } = pickle;
const run = (module: string, name: string): Uint8Array =>
  pickled(global(module, name), tupleOf(text("echo pwned")), reduce);
/** Lists in each other, each twice in the next: 2ⁿ of them to whoever walks over it. */
const laughs = (depth: number): number[] => [
  0x5d,
  0x71,
  0,
  0x30,
  ...Array.from({ length: depth }, () => [0x68, 0, 0x68, 0, 0x86, 0x71, 0, 0x30]).flat(),
  0x68,
  0,
];

const ones = (length: number): number[] => new Array<number>(length).fill(1);

describe("hostile pickles", () => {
  it.each<[string, Uint8Array, string]>([
    ["os.system", run("os", "system"), "names os.system, which is not read: it could run code"],
    ["posix.system", run("posix", "system"), "names posix.system"],
    ["eval", run("builtins", "eval"), "names builtins.eval"],
    ["exec", run("__builtin__", "exec"), "names __builtin__.exec"],
    ["a name by the stack", pickled(text("os"), text("system"), [0x93]), "names os.system"],
    ["a long name", run("os", "s".repeat(10_000)), "names os.sssss"],
    ["names of every object's members", run("torch", "constructor"), "names torch.constructor"],
    ["__proto__", run("torch", "__proto__"), "names torch.__proto__"],
    [
      "INST",
      pickled([0x28, 0x69, ...new TextEncoder().encode("os\nsystem\n")]),
      "has the instruction INST",
    ],
    ["OBJ", pickled([0x28, ...global("torch", "Size"), 0x6f]), "has the instruction OBJ"],
    ["NEWOBJ", pickled(global("torch", "Size"), [0x29, 0x81]), "has the instruction NEWOBJ"],
    ["EXT1", pickled([0x82, 1]), "has the instruction EXT1"],
    ["no instruction", pickled([0xff]), "has the instruction 0xff"],
    [
      "deep nesting",
      pickled(
        ...Array.from({ length: 200 }, () => [0x5d]),
        ...Array.from({ length: 199 }, () => [0x61]),
      ),
      "is nested more than 100 deep",
    ],
    [
      "marks in marks",
      pickled(Array.from({ length: 100_000 }, () => 0x28)),
      "ends with 0 values in place of one",
    ],
    [
      "a list that holds itself",
      pickled([0x5d, 0x71, 0, 0x68, 0, 0x61]),
      "holds a list or dict that holds itself",
    ],
    [
      "a dict that holds itself",
      pickled([0x7d, 0x71, 0], text("a"), [0x68, 0, 0x73]),
      "holds itself",
    ],
    ["a billion laughs", pickled(laughs(90)), "stands for more than 10000000 values"],
    [
      "a huge memo index",
      pickled([0x4e, 0x72, 255, 255, 255, 255]),
      "remembers a value at place 4294967295, beyond its own length",
    ],
    [
      "an empty memo",
      pickled([0x6a, 255, 255, 255, 127]),
      "recalls place 2147483647, where nothing is",
    ],
    ["an empty stack", pickled([0x30]), "takes a value from an empty stack"],
    ["no mark", pickled([0x74]), "goes back to a mark that is not there"],
    ["a text without end", pickled([0x58, 255, 255, 255, 255]), "is truncated"],
    ["bytes beyond 2^53", pickled([0x8e, 255, 255, 255, 255, 255, 255, 255, 255]), "is truncated"],
    ["no text", pickled([0x58, 1, 0, 0, 0, 0xff]), "has a text that is not UTF-8"],
    [
      "a huge number",
      pickled([0x8b, 0, 8, 0, 0, ...new Uint8Array(2048)]),
      "has a whole number of 2048 bytes",
    ],
    ["no end", Uint8Array.of(0x80, 2, 0x4e), "is truncated"],
    ["protocol 0", Uint8Array.of(0x80, 0, 0x4e, 0x2e), "is of protocol 0"],
    ["two values", pickled([0x4e, 0x4e]), "ends with 2 values"],
    [
      "a key twice",
      pickled([0x7d, 0x28], text("a"), int(1), text("a"), int(2), [0x75]),
      'has the key "a" twice',
    ],
    ["a key that is a list", pickled([0x7d, 0x5d], int(1), [0x73]), "neither text nor number"],
    ["a key alone", pickled([0x7d, 0x28], text("a"), [0x75]), "a key without a value"],
    [
      "an append to a number",
      pickled(int(1), int(2), [0x61]),
      "appends to something that is no list",
    ],
    ["a call of a number", pickled(int(1), [0x29], reduce), "calls a value that is no function"],
    [
      "a call without a tuple",
      pickled(global("torch", "Size"), int(1), reduce),
      "calls torch.Size without a tuple",
    ],
    [
      "a size that is none",
      pickled(global("torch", "Size"), tupleOf(text("a")), reduce),
      "calls torch.Size with what it does not take",
    ],
    ["a class alone", pickled(global("torch", "FloatStorage")), "holds torch.FloatStorage itself"],
    ["a state for a list", pickled([0x5d, 0x7d, 0x62]), "sets the state of an object"],
    [
      "a persistent id that is a number",
      pickled(int(3), [0x51]),
      "a persistent id that is no tuple",
    ],
    ["a persistent id out of range", pickled(tensorPickle({ key: "7" })), 'lacks "data/7"'],
    [
      "a persistent id with a path",
      pickled(tensorPickle({ key: "../../etc/passwd" })),
      'lacks "data/../../etc/passwd"',
    ],
    [
      "a persistent id of another kind",
      pickled(tupleOf(text("module"), int(1)), [0x51]),
      "names no storage",
    ],
    [
      "a storage without a tensor",
      pickled(
        tupleOf(text("storage"), global("torch", "FloatStorage"), text("0"), text("cpu"), int(4)),
        [0x51],
      ),
      "holds a storage without a tensor",
    ],
    [
      "an unknown storage",
      pickled(tensorPickle({ type: ["torch", "QInt8Storage"] })),
      "names torch.QInt8Storage",
    ],
    [
      "a storage of another size",
      pickled(tensorPickle({ length: 5 })),
      "has 5 numbers of float32, but it has 16 bytes",
    ],
    ["a negative size", pickled(tensorPickle({ length: 0xffffffff })), "names no storage"],
    [
      "strides beyond the storage",
      pickled(tensorPickle({ shape: [2], strides: [4] })),
      "of shape [2] that reaches to place 4 of 4",
    ],
    [
      "an offset beyond the storage",
      pickled(tensorPickle({ offset: int(1) })),
      "reaches to place 4 of 4",
    ],
    [
      "a negative offset",
      pickled(tensorPickle({ offset: int(0xffffffff) })),
      "with what it does not take",
    ],
    [
      "sizes beyond 2^53",
      pickled(tensorPickle({ shape: [2 ** 40, 2 ** 40], strides: [0, 0] })),
      "reaches to place 0 of 4",
    ],
    [
      "a few numbers repeated a billion times",
      pickled(tensorPickle({ shape: [2 ** 30], strides: [0] })),
      "much larger than the file",
    ],
    [
      "another number of strides",
      pickled(tensorPickle({ strides: [1, 1] })),
      "with what it does not take",
    ],
    [
      "copies of one list again and again",
      pickled(
        global("collections", "OrderedDict"),
        [0x71, 0, 0x30],
        tupleOf(...Array.from({ length: 100 }, (_, i) => tupleOf(int(i), int(i)))),
        [0x85, 0x71, 1, 0x30, 0x28],
        Array.from({ length: 10_000 }, () => [0x68, 0, 0x68, 1, 0x52]).flat(),
        [0x74],
      ),
      "copies the same values again and again",
    ],
    [
      "copies of one text as bytes",
      pickled(
        global("_codecs", "encode"),
        [0x71, 0, 0x30],
        tupleOf(text("a".repeat(100_000)), text("latin1")),
        [0x71, 1, 0x30, 0x28],
        Array.from({ length: 10_000 }, () => [0x68, 0, 0x68, 1, 0x52]).flat(),
        [0x74],
      ),
      "copies the same values again and again",
    ],
    [
      "letters that are no bytes",
      pickled(global("_codecs", "encode"), tupleOf(text("\u0100"), text("latin1")), reduce),
      "bytes that are no bytes",
    ],
    [
      "a device of long names",
      pickled(
        text("a".repeat(2 ** 20)),
        [0x71, 0, 0x30],
        global("torch", "device"),
        [0x28],
        Array.from({ length: 1000 }, () => [0x68, 0]).flat(),
        [0x74],
        reduce,
      ),
      "calls torch.device with what it does not take",
    ],
    [
      "a million dicts",
      pickled(Array.from({ length: 2 ** 20 }, () => 0x7d)),
      "makes more than 250000 lists, dicts and tensors",
    ],
    [
      "a million axes",
      pickled(tensorPickle({ shape: ones(2 ** 15), strides: ones(2 ** 15) })),
      "with what it does not take",
    ],
    [
      "a long name of a storage",
      pickled(tensorPickle({ key: "0".repeat(60_000) })),
      "names no storage",
    ],
    [
      "a conjugate view",
      pickled(
        global("torch._utils", "_rebuild_tensor_v2"),
        tupleOf(
          [
            ...tupleOf(
              text("storage"),
              global("torch", "ComplexFloatStorage"),
              text("0"),
              text("cpu"),
              int(2),
            ),
            0x51,
          ],
          int(0),
          tupleOf(int(2)),
          tupleOf(int(1)),
          [0x89],
          [0x7d],
          [0x7d, ...text("conj"), 0x88, 0x73],
        ),
        reduce,
      ),
      "is marked conj. Save it as tensor.resolve_conj().resolve_neg()",
    ],
    ...[
      ["torch._utils", "_rebuild_sparse_tensor", "a sparse tensor. Save tensor.to_dense()"],
      ["torch._utils", "_rebuild_qtensor", "a quantized tensor. Save tensor.dequantize()"],
      ["numpy.core.multiarray", "_reconstruct", "an array of NumPy. Save torch.from_numpy"],
      ["torch._utils", "_rebuild_wrapper_subclass", "which is not read"],
    ].map(
      ([module, name, told]) =>
        [`${module}.${name}`, run(module!, name!), told!] as [string, Uint8Array, string],
    ),
  ])("%s is refused by name, at once", async (_, data, message) => {
    const bytes = fileOf(data);
    const started = performance.now();
    await expect(readPyTorch(bytes)).rejects.toMatchObject({
      name: "FormatError",
      message: expect.stringContaining(message) as string,
    });
    // 50 ms on a quiet machine.
    expect(performance.now() - started).toBeLessThan(500);
  });

  it("a storage that was changed is noticed", async () => {
    const bytes = fileOf(pickled(tensorPickle({})));
    const at = bytes.findIndex((_, i) => bytes.subarray(i, i + 16).every((byte) => byte === 1));
    bytes[at + 5] = 2;
    await expect(readPyTorch(bytes)).rejects.toThrow(
      '"archive/data/0" is damaged: its checksum differs',
    );
  });

  it("numbers of the other byte order are refused", async () => {
    const bytes = archive({
      "data.pkl": pickled(tensorPickle({})),
      "data/0": new Uint8Array(16),
      byteorder: new TextEncoder().encode("big"),
    });
    await expect(readPyTorch(bytes)).rejects.toThrow("big-endian");
  });

  it("a shape that is changed after its tensor was made leaves the tensor as it was", async () => {
    const shape = [0x5d, 0x71, 9, ...int(4), 0x61];
    const storage = tupleOf(
      text("storage"),
      global("torch", "FloatStorage"),
      text("0"),
      text("cpu"),
      int(4),
    );
    const bytes = pickled(
      global("torch._utils", "_rebuild_tensor_v2"),
      tupleOf([...storage, 0x51], int(0), shape, tupleOf(int(1)), [0x89], [0x7d]),
      reduce,
      [0x68, 9, ...int(1000), 0x61, 0x30],
    );
    expect(await readPyTorch(fileOf(bytes))).toMatchObject({ shape: [4] });
  });

  it("views of a storage at an odd place share one copy of it", async () => {
    const file = fileOf(
      pickled(tupleOf(tensorPickle({ shape: [3] }), tensorPickle({ shape: [3], offset: int(1) }))),
    );
    for (let shift = 0; shift < 8; shift++) {
      const bytes = new Uint8Array(file.length + shift).subarray(shift);
      bytes.set(file);
      const [first, second] = (await readPyTorch(bytes)) as HostTensor[];
      expect(first!.data.buffer).toBe(second!.data.buffer);
    }
  });

  it("empty bytes, byte arrays and counters of older protocols are read", async () => {
    const counter = [...global("collections", "Counter"), 0x7d, ...int(1), ...int(2), 0x73, 0x85];
    const encoded = [...global("_codecs", "encode"), ...tupleOf(text("x\u00ff"), text("latin1"))];
    const bytes = pickled(
      tupleOf(
        [...global("__builtin__", "bytes"), 0x29, ...reduce],
        [...global("__builtin__", "bytearray"), ...encoded, ...reduce, 0x85, ...reduce],
        [...counter, ...reduce],
      ),
    );
    expect(await readPyTorch(fileOf(bytes))).toEqual([
      new Uint8Array(0),
      Uint8Array.of(120, 255),
      new Map([[1, 2]]),
    ]);
  });

  it("an honest one of the same parts is read", async () => {
    const tensor = (await readPyTorch(fileOf(pickled(tensorPickle({}))))) as HostTensor;
    expect([tensor.dtype, tensor.shape, tensor.data.byteLength]).toEqual(["float32", [4], 16]);
  });
});
