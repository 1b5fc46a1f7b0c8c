import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type IdxArray, parseIdx } from "./parse-idx.ts";
import { readIdx } from "./read-idx.ts";

const header = (type: number, ...shape: number[]): number[] => [
  0,
  0,
  type,
  shape.length,
  ...shape.flatMap((size) => [size >>> 24, (size >>> 16) & 255, (size >>> 8) & 255, size & 255]),
];

async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** One file per element type: its code, its big-endian bytes and what they mean. */
const samples: [dtype: IdxArray["dtype"], type: number, bytes: number[], values: number[]][] = [
  ["uint8", 0x08, [0, 255], [0, 255]],
  ["int8", 0x09, [0x80, 0x7f], [-128, 127]],
  ["int16", 0x0b, [0xff, 0xfe, 0x01, 0x00], [-2, 256]],
  ["int32", 0x0c, [0x80, 0, 0, 0, 0, 0, 1, 2], [-2147483648, 258]],
  ["float32", 0x0d, [0x3f, 0xc0, 0, 0, 0xff, 0x80, 0, 0], [1.5, -Infinity]],
  ["float64", 0x0e, [0x3f, 0xf8, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0], [1.5, -2]],
];

describe("parseIdx", () => {
  it.each(samples)("reads %s", (dtype, type, bytes, values) => {
    // An odd offset, as when the file lies inside a larger buffer.
    const file = Uint8Array.from([99, ...header(type, 2, 1), ...bytes]).subarray(1);
    const array = parseIdx(file);
    expect(array.dtype).toBe(dtype);
    expect(array.shape).toEqual([2, 1]);
    expect(Array.from(array.data)).toEqual(values);
    expect(array.data.buffer).not.toBe(file.buffer);
  });

  it("reads an empty array", () => {
    expect(parseIdx(Uint8Array.from(header(8, 0, 28, 28))).shape).toEqual([0, 28, 28]);
  });

  it.each<[bytes: number[], message: string]>([
    [
      [],
      "parseIdx: the file ends inside its header: it needs 4 bytes, received 0. Fetch it again.",
    ],
    [
      [0, 0, 8],
      "parseIdx: the file ends inside its header: it needs 4 bytes, received 3. Fetch it again.",
    ],
    [
      header(8, 2, 3).slice(0, 11),
      "parseIdx: the file ends inside its header: it needs 12 bytes, received 11. Fetch it again.",
    ],
    [
      [0x89, 0x50, 0x4e, 0x47],
      "parseIdx: not an IDX file: it must begin with 00 00, received 89 50.",
    ],
    [
      [0x1f, 0x8b, 8, 0],
      "parseIdx: not an IDX file: it must begin with 00 00, received 1f 8b. The file is gzip-compressed: use readIdx.",
    ],
    [
      [...new TextEncoder().encode("<!doctype html>")],
      "parseIdx: not an IDX file: it must begin with 00 00, received 3c 21. It looks like a web page: check the address it was fetched from.",
    ],
    [
      header(0x0a, 1),
      "parseIdx: unknown element type 0x0a. IDX has 0x08, 0x09, 0x0b, 0x0c, 0x0d, 0x0e.",
    ],
    [header(8), "parseIdx: the file has no axes: received 0, needs at least 1."],
    [
      [...header(8, 2, 3), 1, 2, 3, 4, 5],
      "parseIdx: the file is truncated: shape [2, 3] needs 6 bytes after the header, received 5. Fetch it again.",
    ],
    [
      [...header(0x0c, 2), 1, 2, 3, 4, 5, 6, 7],
      "parseIdx: the file is truncated: shape [2] needs 8 bytes after the header, received 7. Fetch it again.",
    ],
    [
      [...header(8, 2), 1, 2, 3],
      "parseIdx: the file is too long: shape [2] needs 2 bytes after the header, received 3.",
    ],
    [
      // As a 32-bit product this would be 0 bytes, and the file complete.
      header(8, 65536, 65536),
      "parseIdx: the file is truncated: shape [65536, 65536] needs 4294967296 bytes after the header, received 0. Fetch it again.",
    ],
    [
      header(0x0e, 0xffffffff, 0xffffffff, 0xffffffff),
      "parseIdx: the file is truncated: shape [4294967295, 4294967295, 4294967295] needs 6.3382529967139284e+29 bytes after the header, received 0. Fetch it again.",
    ],
  ])("refuses a malformed file %#", (bytes, message) => {
    expect(() => parseIdx(Uint8Array.from(bytes))).toThrow(
      expect.objectContaining({ name: "FormatError", message }),
    );
  });

  it("refuses 255 axes of the largest size, and does not take 0 times infinity for a size", () => {
    const sizes = Array.from({ length: 255 }, () => 0xffffffff);
    expect(() => parseIdx(Uint8Array.from(header(8, ...sizes)))).toThrow("truncated");
    sizes[254] = 0;
    expect(() => parseIdx(Uint8Array.from(header(8, ...sizes)))).toThrow("truncated");
  });

  it("either reads any bytes or throws a FormatError", () => {
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 64 }),
      fc
        .tuple(fc.integer({ min: 7, max: 15 }), fc.array(fc.nat(4), { maxLength: 4 }))
        .chain(([type, shape]) =>
          fc
            .uint8Array({ maxLength: 64 })
            .map((bytes) => Uint8Array.from([...header(type, ...shape), ...bytes])),
        ),
    );
    fc.assert(
      fc.property(anything, (bytes) => {
        expect(["read", "FormatError"]).toContain(outcome(bytes));
      }),
      { numRuns: 1000 },
    );
  });
});

/** What became of a file; reading more or fewer elements than its shape says counts as neither. */
function outcome(bytes: Uint8Array): string {
  try {
    const { data, shape } = parseIdx(bytes);
    return data.length === shape.reduce((a, b) => a * b, 1) ? "read" : "wrong length";
  } catch (error) {
    return (error as Error).name;
  }
}

describe("readIdx", () => {
  const plain = Uint8Array.from([...header(8, 3), 4, 5, 6]);

  it("reads plain and compressed bytes alike", async () => {
    expect(await readIdx(plain)).toEqual(parseIdx(plain));
    expect(await readIdx(await gzip(plain))).toEqual(parseIdx(plain));
  });

  it("stops a file that decompresses past the limit", async () => {
    const file = new Uint8Array(50_000_012);
    file.set(header(8, 5000, 10_000));
    const honest = await gzip(file);
    await expect(readIdx(honest, { maxByteLength: 1_000_000 })).rejects.toThrow(
      `readIdx: the file holds more than 1000000 bytes: it says 50000012, received ${honest.byteLength} compressed. Raise maxByteLength if you trust it.`,
    );
    file.set(header(8, 5, 10));
    await expect(readIdx(await gzip(file))).rejects.toThrow(
      /^readIdx: the compressed data is longer than it says: its beginning says 62 bytes, at least \d+ follow\.$/,
    );
    file.fill(0);
    await expect(readIdx(await gzip(file))).rejects.toThrow("unknown element type 0x00");
  });

  it("accepts a file of exactly the limit", async () => {
    const compressed = await gzip(plain);
    expect((await readIdx(compressed, { maxByteLength: plain.byteLength })).shape).toEqual([3]);
    await expect(
      readIdx(compressed, { maxByteLength: plain.byteLength - 1 }),
    ).rejects.toMatchObject({ name: "FormatError" });
  });

  it("refuses damaged and truncated gzip data", async () => {
    const compressed = await gzip(plain);
    const cut = compressed.subarray(0, compressed.byteLength - 6);
    const damaged = compressed.map((byte, i) => (i === 14 ? byte ^ 255 : byte));
    for (const bytes of [cut, damaged])
      await expect(readIdx(bytes)).rejects.toMatchObject({
        name: "FormatError",
        message: `readIdx: the gzip data is damaged or truncated: received ${bytes.byteLength} bytes. Fetch the file again.`,
      });
  });

  it("refuses a limit that is none", async () => {
    await expect(readIdx(plain, { maxByteLength: 0 })).rejects.toThrow(
      "readIdx: maxByteLength must be a whole number of at least 1: received 0.",
    );
  });
});
