import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import type { HostTensorSource } from "../bytes/host-tensor.ts";
import { openSafetensors, parseSafetensors } from "./read-safetensors.ts";
import { safetensorsLayout, safetensorsParts, writeSafetensors } from "./write-safetensors.ts";

const folder = mkdtempSync(join(tmpdir(), "safetensors-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A file with this header and these bytes after it. */
function file(header: string, data: readonly number[] = []): Uint8Array {
  const text = new TextEncoder().encode(header);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setUint32(0, text.byteLength, true);
  return Uint8Array.from([...length, ...text, ...data]);
}
const one = (fields: string, data: readonly number[] = []): Uint8Array =>
  file(`{"a":{${fields}}}`, data);

/** One tensor of each element type. */
const all: Record<string, HostTensorSource> = {
  flag: { dtype: "bool", data: Uint8Array.of(0, 1, 1), shape: [3] },
  "u-8": { data: Uint8Array.of(0, 255), shape: [2] },
  i8: { data: Int8Array.of(-128, 127), shape: [2, 1] },
  u16: { data: Uint16Array.of(65_535), shape: [] },
  i16: { data: Int16Array.of(-2, 256), shape: [1, 2] },
  half: { dtype: "float16", data: Uint16Array.of(0x3c00, 0xfc00), shape: [2] },
  brain: { dtype: "bfloat16", data: Uint16Array.of(0x3f80), shape: [1] },
  u32: { data: Uint32Array.of(2 ** 32 - 1), shape: [1] },
  i32: { data: Int32Array.of(-(2 ** 31)), shape: [1] },
  weight: { data: Float32Array.of(1.5, NaN, -Infinity, -0), shape: [2, 2] },
  bias: { data: Float32Array.of(3), shape: [1] },
  u64: { data: BigUint64Array.of(2n ** 64n - 1n), shape: [1] },
  i64: { data: BigInt64Array.of(-(2n ** 63n)), shape: [1] },
  f64: { data: Float64Array.of(0.1, -0), shape: [2] },
  empty: { data: new Float32Array(0), shape: [3, 0] },
  complex: { dtype: "complex64", data: Float32Array.of(1, 2), shape: [1] },
  e4: { dtype: "float8_e4m3", data: Uint8Array.of(0x7e), shape: [1] },
  e5: { dtype: "float8_e5m2", data: Uint8Array.of(0x7b), shape: [1] },
  e4z: { dtype: "float8_e4m3fnuz", data: Uint8Array.of(0x7f), shape: [1] },
  e5z: { dtype: "float8_e5m2fnuz", data: Uint8Array.of(0x7f), shape: [1] },
  e8: { dtype: "float8_e8m0", data: Uint8Array.of(127), shape: [1] },
  six: { dtype: "float6_e2m3", data: Uint8Array.of(1, 2, 3), shape: [4] },
  four: { dtype: "float4", data: Uint8Array.of(0x12), shape: [2] },
};

describe("writeSafetensors", () => {
  it("writes the bytes of the reference implementation: larger types first, then by name", () => {
    const written = writeSafetensors(
      {
        b: { data: Float32Array.of(1), shape: [1] },
        a: { data: Float32Array.of(2), shape: [] },
        c: { data: Uint8Array.of(7), shape: [1] },
        d: { data: BigInt64Array.of(9n), shape: [1] },
      },
      { metadata: { format: "pt" } },
    );
    const header =
      '{"__metadata__":{"format":"pt"},"d":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[],"data_offsets":[8,12]},"b":{"dtype":"F32","shape":[1],"data_offsets":[12,16]},"c":{"dtype":"U8","shape":[1],"data_offsets":[16,17]}}';
    const padded = header.padEnd(Math.ceil(header.length / 8) * 8);
    expect(written).toEqual(file(padded, [9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 64, 0, 0, 128, 63, 7]));
  });

  it("names go by their code points", () => {
    const names = ["\u{1f600}", "\uffee", "b", "", "ab"];
    const tensors = new Map(names.map((name) => [name, { data: Uint8Array.of(1), shape: [1] }]));
    const { tensors: read } = parseSafetensors(writeSafetensors(tensors));
    expect([...read.keys()]).toEqual(["", "ab", "b", "\uffee", "\u{1f600}"]);
  });

  it("copies no numbers into the parts", () => {
    const data = Float32Array.of(1, 2);
    const { parts } = safetensorsParts({ x: { data, shape: [2] } });
    expect(parts[1]!.buffer).toBe(data.buffer);
  });

  it.each<[string, HostTensorSource, string]>([
    ["another size", { data: Float32Array.of(1), shape: [2] }, '"x" has shape [2] but 1 elements.'],
    ["a list", { data: [1] as never, shape: [1] }, '"x" must have a typed array'],
    [
      "another array",
      { dtype: "float16", data: Float32Array.of(1), shape: [1] },
      '"x" must have a typed array that its element type is held in',
    ],
    [
      "a type that it has not",
      { dtype: "complex128", data: Float64Array.of(1, 2), shape: [1] },
      'a safetensors file cannot hold "x" of complex128.',
    ],
    [
      "an unknown type",
      { dtype: "float" as never, data: Float32Array.of(1), shape: [1] },
      '"x" must have a typed array',
    ],
    [
      "a type of JavaScript's",
      { dtype: "constructor" as never, data: Float32Array.of(1), shape: [1] },
      '"x" must have a typed array',
    ],
    ["half a size", { data: Float32Array.of(1), shape: [0.5, 2] }, '"x" has shape'],
  ])("refuses %s", (_, x, message) => {
    expect(() => writeSafetensors({ x })).toThrow(message);
  });

  it("refuses to lay out sizes that are none", () => {
    for (const size of [-1, 0.5, Number.NaN])
      expect(() =>
        safetensorsLayout(new Map([["x", { dtype: "int8" as const, shape: [size] }]])),
      ).toThrow('a size of "x" must be a whole number');
  });

  it("refuses metadata that is no text", () => {
    expect(() => writeSafetensors({}, { metadata: { step: 3 as never } })).toThrow(
      "metadata must be texts: received 3 for step.",
    );
  });
});

describe("names and metadata", () => {
  const x = { data: Uint8Array.of(1), shape: [1] };

  it("are refused where no UTF-8 can write them", () => {
    expect(() => writeSafetensors({ "a\ud800": x })).toThrow("has half of a letter");
    expect(() => writeSafetensors({ x }, { metadata: { k: "\udc00" } })).toThrow("has half of a");
    expect(parseSafetensors(writeSafetensors({ "\\ud800": x })).tensors.has("\\ud800")).toBe(true);
  });

  it("may be those of every object", () => {
    const named = new Map(["__proto__", "constructor", "toString"].map((name) => [name, x]));
    const metadata = JSON.parse('{"__proto__":"a"}') as Record<string, string>;
    const read = parseSafetensors(writeSafetensors(named, { metadata }));
    expect([...read.tensors.keys()].toSorted()).toEqual([...named.keys()].toSorted());
    expect(Object.entries(read.metadata)).toEqual([["__proto__", "a"]]);
    expect(({} as { 0?: string })[0]).toBeUndefined();
  });

  it("stand in the file where they are given, be they none", () => {
    const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes.subarray(8));
    expect(textOf(writeSafetensors({}))).toBe("{}      ");
    expect(textOf(writeSafetensors({}, { metadata: {} }))).toBe('{"__metadata__":{}}     ');
  });

  // Their lengths, 0x4b50 and 0x3c, begin as a ZIP file and a web page do.
  it.each([19_280, 60])("may make a header of %d bytes", (length) => {
    const text = `{"__metadata__":{"k":"${"v".repeat(length - 26)}"}}`.padEnd(length);
    expect(parseSafetensors(file(text)).tensors.size).toBe(0);
  });
});

describe("parseSafetensors", () => {
  it("reads back every element type, without copying", () => {
    const bytes = writeSafetensors(all, { metadata: { format: "pt", '"\n': "é\u{1f600}" } });
    const { tensors, metadata } = parseSafetensors(bytes);
    expect(metadata).toEqual({ format: "pt", '"\n': "é\u{1f600}" });
    expect(tensors.size).toBe(Object.keys(all).length);
    for (const [name, { data, shape }] of Object.entries(all)) {
      expect(tensors.get(name)).toMatchObject({ shape });
      expect(tensors.get(name)!.data).toEqual(data);
      expect(tensors.get(name)!.data.buffer).toBe(bytes.buffer);
    }
  });

  it("reads numbers that lie at an odd place of memory", () => {
    const bytes = writeSafetensors({ x: { data: Float64Array.of(1, 2), shape: [2] } });
    const moved = new Uint8Array(bytes.byteLength + 1);
    moved.set(bytes, 1);
    expect(parseSafetensors(moved.subarray(1)).tensors.get("x")!.data).toEqual(
      Float64Array.of(1, 2),
    );
  });

  it("reads back any names and shapes", () => {
    const shape = fc.array(fc.nat(3), { maxLength: 3 });
    const tensors = fc.dictionary(fc.string({ unit: "grapheme" }), shape, { maxKeys: 5 });
    fc.assert(
      fc.property(tensors, (shapes) => {
        const given = Object.entries(shapes).filter(([name]) => name !== "__metadata__");
        const named = new Map(
          given.map(([name, sizes], k) => {
            const count = sizes.reduce((product, size) => product * size, 1);
            return [
              name,
              { data: Int16Array.from({ length: count }, (_, i) => i * 31 + k), shape: sizes },
            ];
          }),
        );
        const { tensors: read } = parseSafetensors(writeSafetensors(named));
        expect(read.size).toBe(named.size);
        for (const [name, { data, shape: sizes }] of named)
          expect(read.get(name)).toEqual({ dtype: "int16", shape: sizes, data });
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  it.each<[string, Uint8Array, string]>([
    ["nothing", new Uint8Array(0), "it has 0 bytes"],
    [
      "a header beyond the file",
      Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255),
      "its header is to have 18446744073709552000 bytes, the most are 100000000",
    ],
    ["a header beyond the end", file("{}").subarray(0, 9), "is to have 2 bytes, but 1 follow"],
    ["a web page", new TextEncoder().encode("<!doctype html><title>404</title>"), "is a web page"],
    ["a header that begins with a space", file(" {}"), "its header needs { at its beginning"],
    [
      "a ZIP file",
      Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0, 0, 0),
      "it is a ZIP file, as PyTorch writes. Use readPyTorch",
    ],
    ["no object", file("[]"), "its header needs {"],
    ["bytes that are no text", file('{"ab').fill(0xff, 10, 11), "has a text without an end"],
    ["a name that is no text", file('{"ab":1}').fill(0xff, 10, 11), "has a text that is not UTF-8"],
    ["a name of two lines", file('{"a\n":1}'), "has a text with a line break"],
    ["half a letter", file('{"a').fill(0xc3, 10), "has a text without an end"],
    ["a list of many", file(`{"a":{"shape":[${"1,".repeat(2000)}`), "has a list of over 1024"],
    [
      "a zero before a size",
      one('"dtype":"U8","shape":[01]'),
      "has a size that is no whole number",
    ],
    ["a size of letters", one('"dtype":"U8","shape":["a"]'), "has a size that is no whole number"],
    ["nested lists", file(`{"a":${"[".repeat(100_000)}`), "its header needs {"],
    ["nested objects", file(`{"a":{"shape":{`), "its header needs ["],
    [
      "a name that comes twice",
      file(
        '{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}',
      ),
      'has the key "a" twice',
    ],
    ["metadata that is no text", file('{"__metadata__":{"a":1}}'), 'its header needs "'],
    [
      "an unknown type",
      one('"dtype":"F31","shape":[0],"data_offsets":[0,0]'),
      'the element type "F31", which is not known',
    ],
    ["an unknown field", one('"dtype":"U8","extra":[0]'), 'has an unknown field "extra"'],
    ["a missing field", one('"dtype":"U8","shape":[0]'), "needs dtype, shape and two data_offsets"],
    [
      "a negative size",
      one('"dtype":"U8","shape":[-1],"data_offsets":[0,0]'),
      "has a size that is no whole number",
    ],
    [
      "a fraction",
      one('"dtype":"U8","shape":[1.5],"data_offsets":[0,0]'),
      "has a size that is no whole number",
    ],
    [
      "sizes beyond exact numbers",
      one('"dtype":"U8","shape":[9007199254740991,9007199254740991],"data_offsets":[0,0]'),
      "needs 8.112963841460666e+31 bytes",
    ],
    [
      "another number of bytes",
      one('"dtype":"F32","shape":[1],"data_offsets":[0,3]', [1, 2, 3]),
      "F32 of shape [1], needs 4 bytes but has those from 0 to 3",
    ],
    [
      "a hole",
      one('"dtype":"U8","shape":[1],"data_offsets":[1,2]', [1, 2]),
      "begins at byte 1 of the data, where 0 is due",
    ],
    [
      "overlap",
      file(
        '{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}',
        [1, 2],
      ),
      '"b" begins at byte 1 of the data, where 2 is due',
    ],
    [
      "bytes that are too many",
      one('"dtype":"U8","shape":[1],"data_offsets":[0,1]', [1, 2]),
      "its tensors end at byte",
    ],
    ["an end before its end", file("{} {}"), "goes on after its end"],
    ["a text without an end", file('{"a'), "has a text without an end"],
    ["a text that is none", file('{"\\q":1}'), "has a text that is none"],
    ["half a byte", one('"dtype":"F4","shape":[1],"data_offsets":[0,1]', [1]), "needs 0.5 bytes"],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => parseSafetensors(bytes)).toThrow(message);
  });

  it("refuses a file cut at any byte", () => {
    const bytes = writeSafetensors({ x: { data: Float32Array.of(1, 2), shape: [2] } });
    for (let length = 0; length < bytes.byteLength; length++)
      expect(() => parseSafetensors(bytes.subarray(0, length))).toThrow("malformed");
  });

  it("cut at any byte, is refused when it is opened", async () => {
    const bytes = writeSafetensors({ x: { data: Float32Array.of(1, 2), shape: [2] } });
    for (let length = 0; length < bytes.byteLength; length++)
      await expect(openSafetensors(new Blob([bytes.slice(0, length)]))).rejects.toThrow(
        "malformed",
      );
  });
});

describe("openSafetensors", () => {
  it.each(["path", "handle", "Blob", "bytes"])(
    "reads tensors one by one from a %s",
    async (place) => {
      const bytes = writeSafetensors(all, { metadata: { made: "here" } });
      const path = join(folder, "all.safetensors");
      writeFileSync(path, bytes);
      const handle = place === "handle" ? await open(path) : undefined;
      const source =
        handle ?? (place === "path" ? path : place === "Blob" ? new Blob([bytes.slice()]) : bytes);
      const found = await openSafetensors(source);
      expect(found.metadata).toEqual({ made: "here" });
      expect(found.names).toHaveLength(Object.keys(all).length);
      for (const [name, { data }] of Object.entries(all))
        expect((await found.read(name)).data).toEqual(data);
      await expect(found.read("other")).rejects.toThrow('there is no tensor "other": there are ');
      await found.close();
      await handle?.close();
    },
  );

  it.each([true, false])("reads from an address, by ranges: %s", async (hasRanges) => {
    const bytes = writeSafetensors(all);
    let sent = 0;
    const server = createServer(({ headers }, response) => {
      const [, from, to] = /bytes=(\d+)-(\d+)/.exec(headers.range ?? "") ?? [];
      const [start, end] = hasRanges ? [Number(from), Number(to) + 1] : [0, bytes.byteLength];
      const range = { "Content-Range": `bytes ${start}-${end - 1}/${bytes.byteLength}` };
      response.writeHead(hasRanges ? 206 : 200, hasRanges ? range : {});
      response.end(bytes.subarray(start, end));
      sent += end - start;
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const found = await openSafetensors(`http://127.0.0.1:${port}/all.safetensors`);
    sent = 0;
    expect((await found.read("weight")).data).toEqual(all["weight"]!.data);
    expect(sent).toBe(hasRanges ? 16 : 0);
    for (const [name, { data }] of Object.entries(all))
      expect((await found.read(name)).data).toEqual(data);
    await found.close();
    server.close();
  });

  it("tells of a file that is not there, or a folder", async () => {
    await expect(openSafetensors(join(folder, "none"))).rejects.toThrow("there is no such file");
    await expect(openSafetensors(folder)).rejects.toThrow("is a folder, not a file");
    await expect(openSafetensors(3 as never)).rejects.toThrow("needs a path, an address, a Blob");
  });
});

/** A reader of the format by its description, in NumPy; prints each tensor's bytes. */
const numpyReader = `
import json, sys, numpy
names = {"BOOL": "?", "U8": "u1", "I8": "i1", "U16": "u2", "I16": "i2", "F16": "f2", "U32": "u4",
         "I32": "i4", "F32": "f4", "U64": "u8", "I64": "i8", "F64": "f8", "C64": "c8"}
with open(sys.argv[1], "rb") as f:
    length = int.from_bytes(f.read(8), "little")
    header = json.loads(f.read(length))
    data = f.read()
assert length % 8 == 0
header.pop("__metadata__", None)
out = {}
for name, entry in header.items():
    start, end = entry["data_offsets"]
    kind = names.get(entry["dtype"], "u1")
    numbers = numpy.frombuffer(data[start:end], dtype=kind)
    if entry["dtype"] in names: numbers = numbers.reshape(entry["shape"])
    out[name] = [list(numbers.shape), numbers.tobytes().hex()]
print(json.dumps(out))
`;

const hasNumPy = ["/usr/bin/python3", "python3"].find(
  (name) => spawnSync(name, ["-c", "import numpy"]).status === 0,
);
if (hasNumPy === undefined) process.stdout.write("NumPy skipped: not installed\n");

describe.skipIf(hasNumPy === undefined)("a reader in NumPy", () => {
  it("finds what was written", () => {
    const path = join(folder, "numpy.safetensors");
    writeFileSync(path, writeSafetensors(all));
    const { stdout, stderr } = spawnSync(hasNumPy!, ["-c", numpyReader, path], {
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    const found = JSON.parse(stdout) as Record<string, [number[], string]>;
    expect(Object.keys(found)).toHaveLength(Object.keys(all).length);
    for (const [name, { data, shape, dtype }] of Object.entries(all)) {
      const hex = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("hex");
      expect([name, found[name]![1]]).toEqual([name, hex]);
      if (dtype === undefined) expect(found[name]![0]).toEqual(shape);
    }
  });
});
