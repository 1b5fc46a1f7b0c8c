import fc from "fast-check";
import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { crc32 } from "../bytes/crc32.ts";
import { toHostArray } from "@dl/data";
import { parseNpy } from "./parse-npy.ts";
import { readNpz } from "./read-npz.ts";
import { type NpySource, writeNpy } from "./write-npy.ts";
import { writeNpz } from "./write-npz.ts";

const ascii = (text: string): number[] => Array.from(text, (letter) => letter.charCodeAt(0));

/** An npy file with this dictionary and these elements. */
const npy = (dictionary: string, elements: readonly number[] = [], version = 1): Uint8Array =>
  Uint8Array.from([
    0x93,
    ...ascii("NUMPY"),
    version,
    0,
    dictionary.length & 255,
    dictionary.length >> 8,
    ...(version > 1 ? [0, 0] : []),
    ...ascii(dictionary),
    ...elements,
  ]);
const described = (descr: string, shape: string, order = "False"): string =>
  `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }`;

const arrays: NpySource[] = [
  { data: Uint8Array.of(0, 255), shape: [2] },
  { data: Int8Array.of(-128, 127), shape: [2, 1] },
  { data: Uint16Array.of(65_535), shape: [] },
  { data: Int16Array.of(-2, 256), shape: [1, 2] },
  { data: Uint32Array.of(2 ** 32 - 1), shape: [1] },
  { data: Int32Array.of(-(2 ** 31)), shape: [1] },
  { data: BigUint64Array.of(2n ** 64n - 1n), shape: [1] },
  { data: BigInt64Array.of(-(2n ** 63n), 5n), shape: [2] },
  { data: Float32Array.of(1.5, Number.NaN, -Infinity), shape: [3] },
  { data: Float64Array.of(0.1, -0), shape: [2] },
  { data: new Float32Array(0), shape: [3, 0, 2] },
];

describe("parseNpy and writeNpy", () => {
  it.each(arrays)("write and read %o", (array) => {
    const bytes = writeNpy(array);
    expect(bytes.byteLength % 64).toBe(array.data.byteLength % 64);
    // An odd offset, as when the file lies inside a larger buffer.
    const shifted = new Uint8Array(bytes.byteLength + 1);
    shifted.set(bytes, 1);
    const { data, shape } = parseNpy(shifted.subarray(1));
    expect({ data, shape }).toEqual({ data: array.data, shape: array.shape });
  });

  it("reads booleans, half floats, the other byte order, the other axis order, other versions", () => {
    expect(parseNpy(npy(described("|b1", "(2,)"), [1, 0]))).toEqual({
      dtype: "bool",
      shape: [2],
      data: Uint8Array.of(1, 0),
    });
    const half = [0x3e, 0, 0xc0, 0, 0, 1, 0x7c, 0, 0x7e, 0];
    expect(parseNpy(npy(described(">f2", "(5,)"), half)).data).toEqual(
      Float32Array.of(1.5, -2, 2 ** -24, Infinity, Number.NaN),
    );
    expect(parseNpy(npy(described(">i4", "()"), [255, 255, 255, 254])).data).toEqual(
      Int32Array.of(-2),
    );
    const columns = npy(described("|u1", "(2, 3)", "True"), [0, 3, 1, 4, 2, 5], 3);
    expect(Array.from(parseNpy(columns).data as Uint8Array)).toEqual([0, 1, 2, 3, 4, 5]);
    const cube = npy(described("|u1", "(2L, 2L, 2L)", "True"), [0, 4, 2, 6, 1, 5, 3, 7], 2);
    expect(Array.from(parseNpy(cube).data as Uint8Array)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it("reads what NumPy 2.4 wrote", () => {
    const file =
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPGYyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDQsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAPgDAAQAAfA==";
    expect(parseNpy(Buffer.from(file, "base64")).data).toEqual(
      Float32Array.of(1.5, -2, 2 ** -24, Infinity),
    );
  });

  it.each<[Uint8Array, string]>([
    [
      new Uint8Array(0),
      "parseNpy: the file ends inside its header: received 0 bytes. Fetch it again.",
    ],
    [
      Uint8Array.of(0x93, 0x4e),
      "parseNpy: the file ends inside its header: received 2 bytes. Fetch it again.",
    ],
    [
      Uint8Array.of(80, 75, 3, 4),
      "parseNpy: not an npy file: it must begin with 93 4e 55 4d 50 59, received 50 4b 03 04.",
    ],
    [
      npy(described("<f4", "(1,)"), [0, 0, 0, 0], 4),
      "parseNpy: unknown version 4.0. Versions 1.0, 2.0 and 3.0 can be read.",
    ],
    [
      npy(described("<f4", "(2,)"), [0, 0, 0, 0]),
      "parseNpy: the file is truncated: float32 of shape [2] needs 8 bytes after the header, received 4.",
    ],
    [
      npy(described("<f4", "(1,)"), [0, 0, 0, 0, 0]),
      "parseNpy: the file is too long: float32 of shape [1] needs 4 bytes after the header, received 5.",
    ],
    [
      npy(described("<f8", "(65536, 65536)")),
      "parseNpy: the file is truncated: float64 of shape [65536, 65536] needs 34359738368 bytes after the header, received 0.",
    ],
    [
      npy(described("|O", "(1,)"), [0x80, 3, 0x2e]),
      'parseNpy: the array holds Python objects (descr "|O"), and reading them would run code. Save numbers.',
    ],
    [
      npy(described("<c8", "(1,)"), [0]),
      'parseNpy: the element type "<c8" cannot be read. Save booleans, integers or floats of 16, 32 or 64 bits.',
    ],
    [
      npy(described("<U5", "(1,)"), [0]),
      'parseNpy: the element type "<U5" cannot be read. Save booleans, integers or floats of 16, 32 or 64 bits.',
    ],
    [
      npy("{'descr': '<f4'}"),
      `parseNpy: the header is malformed: fortran_order is neither True nor False: received "{'descr': '<f4'}".`,
    ],
    [
      npy("__import__('os').system('true')"),
      `parseNpy: the header is malformed: it is not a dictionary of descr, fortran_order and shape: received "__import__('os').system('true')".`,
    ],
    [
      npy(described("<f4", "(3)")),
      `parseNpy: the header is malformed: shape is not a tuple: received "${described("<f4", "(3)")}".`,
    ],
    [
      npy(described("<f4", "(99999999999999999999,)")),
      `parseNpy: the header is malformed: shape has a size of "99999999999999999999": received "${described("<f4", "(99999999999999999999,)")}".`,
    ],
    [
      npy(`{'descr': '<f4', 'descr': '<f8', 'fortran_order': False, 'shape': (1,), }`),
      `parseNpy: the header is malformed: "descr" occurs twice: received "{'descr': '<f4', 'descr': '<f8', 'fortran_order': False, 'shape': (1,), }".`,
    ],
  ])("refuses a malformed file %#", (bytes, message) => {
    expect(() => parseNpy(bytes)).toThrow(
      expect.objectContaining({ name: "FormatError", message }),
    );
  });

  it("refuses a header that would need much memory, and one of very many axes", () => {
    const long = Uint8Array.from([0x93, ...ascii("NUMPY"), 2, 0, 0, 0, 0, 0x40]);
    expect(() => parseNpy(long)).toThrow("the header is too long: 1073741824 bytes, limit 10000");
    const axes = npy(described("<f4", `(${"1, ".repeat(65)})`), [0, 0, 0, 0]);
    expect(() => parseNpy(axes)).toThrow("it has 65 axes, limit 64");
  });

  it("refuses to write what does not fit", () => {
    expect(() => writeNpy({ data: new Float32Array(3), shape: [2, 2] })).toThrow(
      "writeNpy: the array has shape [2, 2] but 3 elements.",
    );
  });

  it("gives datasets what they hold", () => {
    expect(
      toHostArray(parseNpy(writeNpy({ data: BigInt64Array.of(-3n, 5n), shape: [2] }))).data,
    ).toEqual(Int32Array.of(-3, 5));
    expect(
      toHostArray(parseNpy(writeNpy({ data: Float64Array.of(0.1), shape: [1] }))).data,
    ).toEqual(Float32Array.of(0.1));
    expect(() => toHostArray(parseNpy(writeNpy(arrays[7]!)))).toThrow(
      "toHostArray: the array: the number -9223372036854775808 at position 0 of a BigInt64Array does not fit 32 bits with a sign. Store smaller integers, or floats.",
    );
  });
});

describe("versions of npy", () => {
  const file = npy(described("<f4", "(1,)"), [0, 0, 128, 63]);

  it.each([1, 2, 9, 255])("1.%i, 2.%i and 3.%i do not exist", (minor) => {
    for (const major of [1, 2, 3])
      expect(() => parseNpy(file.with(6, major).with(7, minor))).toThrow(
        `parseNpy: unknown version ${major}.${minor}. Versions 1.0, 2.0 and 3.0 can be read.`,
      );
  });
});

describe("readNpz and writeNpz", () => {
  it("take any name that a file may have", async () => {
    const named = new Map(
      ["__proto__", "constructor", "toString"].map((name, i) => [
        name,
        { data: Float32Array.of(i), shape: [1] },
      ]),
    );
    const read = await readNpz(writeNpz(named));
    expect(read).toEqual(
      new Map([...named].map(([name, array]) => [name, { ...array, dtype: "float32" }])),
    );
    expect(Object.prototype).not.toHaveProperty("shape");
  });

  it.each([0, 8])(
    "give numbers of every type, in memory of their own (method %i)",
    async (method) => {
      for (const { data, shape } of arrays) {
        const file = zip({ content: writeNpy({ data, shape }), method });
        const odd = Uint8Array.from([9, ...file]).subarray(1);
        const read = (await readNpz(odd)).get("a")!;
        expect(Array.from<number | bigint>(read.data)).toEqual(Array.from<number | bigint>(data));
        expect(read.data.buffer).not.toBe(odd.buffer);
      }
      // A header of a length at which no float64 can begin.
      const content = npy(described("<f8", "(2,)"), [
        ...new Uint8Array(Float64Array.of(1.5, -2).buffer),
      ]);
      expect((await readNpz(zip({ content, method }))).get("a")!.data).toEqual(
        Float64Array.of(1.5, -2),
      );
    },
  );

  it("write and read any names and arrays", async () => {
    const name = fc.stringMatching(/^[a-zA-Zé_][\wé.]{0,8}$/);
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(name, { maxLength: 5 }), async (names) => {
        const named = new Map(names.map((text, i) => [text, arrays[i]!]));
        const read = await readNpz(writeNpz(named));
        expect([...read.keys()]).toEqual(names);
        for (const [text, { data, shape }] of named) {
          expect(read.get(text)!.data).toEqual(data);
          expect(read.get(text)!.shape).toEqual(shape);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("reads what NumPy 2.4 wrote, stored and compressed", async () => {
    const compressed =
      "UEsDBC0AAAAIAAAAIQBP6QAq//////////8KABQAd2VpZ2h0Lm5weQEAEACYAAAAAAAAAFUAAAAAAAAAm+wX6hsQychQxlCtnpJanFykbqWgbpNmoq6joJ6WX1RSlJgXn1+UkgoSd0vMKU4FihdnJBakAvkaRjoKxpo6CrUKZAMuBjBosAcSDkAExA1AvMABAFBLAwQtAAAACAAAACEA3+kMsv//////////CQAUAGxhYmVsLm5weQEAEACYAAAAAAAAAE0AAAAAAAAAm+wX6hsQychQxlCtnpJanFykbqWgbpNpoa6joJ6WX1RSlJgXn1+UkgoSd0vMKU4FihdnJBakAvkaxjqaOgq1ChQALmYGCGCE0kxQGgBQSwECLQMtAAAACAAAACEAT+kAKlUAAACYAAAACgAAAAAAAAAAAAAAgAEAAAAAd2VpZ2h0Lm5weVBLAQItAy0AAAAIAAAAIQDf6QyyTQAAAJgAAAAJAAAAAAAAAAAAAACAAZEAAABsYWJlbC5ucHlQSwUGAAAAAAIAAgBvAAAAGQEAAAAA";
    const read = await readNpz(Buffer.from(compressed, "base64"));
    expect(read.get("weight")).toEqual({
      dtype: "float32",
      shape: [2, 3],
      data: Float32Array.of(0, 1, 2, 3, 4, 5),
    });
    expect(read.get("label")!.data).toEqual(BigInt64Array.of(3n, 1n, 2n));
    const stored =
      "UEsDBC0AAAAAAAAAIQDhHvqo//////////8KABQAd2VpZ2h0Lm5weQEAEACMAAAAAAAAAIwAAAAAAAAAk05VTVBZAQB2AHsnZGVzY3InOiAnPmkyJywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAADAAEABAACAAVQSwECLQMtAAAAAAAAACEA4R76qIwAAACMAAAACgAAAAAAAAAAAAAAgAEAAAAAd2VpZ2h0Lm5weVBLBQYAAAAAAQABADgAAADIAAAAAAA=";
    expect((await readNpz(Buffer.from(stored, "base64"))).get("weight")).toEqual({
      dtype: "int16",
      shape: [2, 3],
      data: Int16Array.of(0, 1, 2, 3, 4, 5),
    });
  });
});

/** A ZIP file of these entries, each field as asked for, right unless said. */
interface Entry {
  readonly name?: string;
  readonly content?: Uint8Array;
  readonly method?: number;
  readonly byteLength?: number;
  readonly crc?: number;
  readonly flags?: number;
  readonly start?: number;
}
function zip(...entries: readonly Entry[]): Uint8Array {
  const files: number[] = [];
  const directory: number[] = [];
  const little = (value: number, count: number): number[] =>
    Array.from({ length: count }, (_, k) => Math.floor(value / 256 ** k) & 255);
  for (const entry of entries) {
    const { name = "a.npy", content = writeNpy(arrays[0]!), method = 0, flags = 0 } = entry;
    const packed = method === 8 ? deflateRawSync(content) : content;
    const { byteLength = content.length, crc = crc32(content), start = files.length } = entry;
    const shared = [
      ...little(20, 2),
      ...little(flags, 2),
      ...little(method, 2),
      ...little(0, 4),
      ...little(crc, 4),
      ...little(packed.length, 4),
      ...little(byteLength, 4),
      ...little(name.length, 2),
      ...little(0, 2),
    ];
    directory.push(
      0x50,
      0x4b,
      1,
      2,
      20,
      0,
      ...shared,
      ...little(0, 10),
      ...little(start, 4),
      ...ascii(name),
    );
    if (entry.start === undefined)
      files.push(0x50, 0x4b, 3, 4, ...shared, ...ascii(name), ...Array.from(packed));
  }
  const count = little(entries.length, 2);
  return Uint8Array.from([
    ...files,
    ...directory,
    0x50,
    0x4b,
    5,
    6,
    ...little(0, 4),
    ...count,
    ...count,
    ...little(directory.length, 4),
    ...little(files.length, 4),
    0,
    0,
  ]);
}

describe("readNpz refuses", () => {
  const good = writeNpy(arrays[0]!);
  it.each<[string, Uint8Array, string]>([
    ["no ZIP file", good, "not a ZIP file, or a truncated one: no end record"],
    ["a cut file", zip({}).subarray(0, -1), "not a ZIP file, or a truncated one"],
    ["a cut beginning", zip({}).subarray(1), "does not end at"],
    [
      "a name that climbs",
      zip({ name: "../../etc/cron.npy" }),
      'a name that is not safe: received "../../etc/cron.npy"',
    ],
    ["an absolute name", zip({ name: "/etc/passwd.npy" }), "not safe"],
    ["a drive", zip({ name: "C:evil.npy" }), "not safe"],
    ["a backslash", zip({ name: "..\\evil.npy" }), "not safe"],
    ["a control character", zip({ name: "a\0.npy" }), "not safe"],
    ["another file", zip({ name: "a.txt" }), 'no array: "a.txt". Every name must end in .npy.'],
    ["the same name twice", zip({}, {}), 'the name "a.npy" occurs twice'],
    [
      "entries that overlap",
      zip({}, { name: "b.npy", start: 0 }),
      "another file than its directory says",
    ],
    ["one entry's content inside another's", overlapping(), "its entries overlap"],
    ["encryption", zip({ flags: 1 }), "encrypted"],
    ["another compression", zip({ method: 12 }), "by method 12"],
    ["a wrong checksum", zip({ crc: 7 }), "is damaged: its checksum is"],
    ["a size that is not the stored one", zip({ byteLength: 5 }), "says 5 bytes in 130"],
    [
      "a size no compression reaches",
      zip({ method: 8, byteLength: 2 ** 30 }),
      "says 1073741824 bytes in",
    ],
    [
      "a header that disagrees",
      zip({ method: 8, byteLength: 200 }),
      "its directory says 200 bytes, its header 130",
    ],
    [
      "content beyond its header",
      zip({
        method: 8,
        content: Uint8Array.from([...good, ...new Uint8Array(5_000_000)]),
        byteLength: 130,
      }),
      "longer than it says",
    ],
    [
      "content that is no array",
      zip({ content: Uint8Array.from(ascii("hello, world")) }),
      "not an npy file",
    ],
    ["a beginning that points nowhere", zip({ start: 77 }), "is not where the directory says"],
  ])("%s", async (_, bytes, problem) => {
    const failure = await readNpz(bytes).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: "FormatError", op: "readNpz" });
    expect((failure as Error).message).toContain(problem);
  });

  /** Two entries, the second in the content of the first, as in a bomb of quoted files. */
  function overlapping(): Uint8Array {
    const inner = zip({ name: "b.npy" });
    const local = inner.subarray(0, 35 + good.length);
    return zip({ name: "a.npy", content: local }, { name: "b.npy", start: 35 });
  }

  it("more than the limit", async () => {
    const file = writeNpz({ a: { data: new Float32Array(1000), shape: [1000] } });
    await expect(readNpz(file, { maxByteLength: 4127 })).rejects.toThrow(
      `readNpz: the file holds more than 4127 bytes: it says 4128, received ${file.byteLength} compressed. Raise maxByteLength if you trust it.`,
    );
    expect((await readNpz(file, { maxByteLength: 4128 })).size).toBe(1);
    await expect(readNpz(file, { maxByteLength: -1 })).rejects.toThrow("maxByteLength must be");
  });
});
