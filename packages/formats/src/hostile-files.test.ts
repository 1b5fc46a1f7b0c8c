import { deflateSync, gzipSync } from "node:zlib";
import { FormatError } from "@dl/backend";
import { encode as encodePng } from "fast-png";
import { encode as encodeJpeg } from "jpeg-js";
import { describe, expect, it } from "vitest";
import { damaged } from "../test/damaged.ts";
import { pngChunk, pngSignature } from "../test/png-file.ts";
import { fileOf, pickle, pickled, tensorPickle } from "../test/pytorch-archive.ts";
import { crc32 } from "./bytes/crc32.ts";
import { parseCsv } from "./csv/parse-csv.ts";
import { parseIdx } from "./idx/parse-idx.ts";
import { readIdx } from "./idx/read-idx.ts";
import { decodeImage } from "./image/decode-in-node.ts";
import { parseNpy } from "./npy/parse-npy.ts";
import { readNpz } from "./npy/read-npz.ts";
import { writeNpy } from "./npy/write-npy.ts";
import { writeNpz } from "./npy/write-npz.ts";
import { readPyTorch } from "./pytorch/read-pytorch.ts";
import { parseSafetensors } from "./safetensors/read-safetensors.ts";
import { writeSafetensors } from "./safetensors/write-safetensors.ts";

const pixels = Uint8Array.from({ length: 4 * 16 * 12 }, (_, i) => (i * 31) & 255);
const text = new TextEncoder();
const idx = Uint8Array.from([0, 0, 13, 2, 0, 0, 0, 2, 0, 0, 0, 3, ...new Uint8Array(24).fill(63)]);
const npy = writeNpy({ data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3] });
const npz = writeNpz({
  weight: { data: Int16Array.of(1, 2, 3), shape: [3] },
  bias: { data: Float64Array.of(7), shape: [] },
});
/** What NumPy 2.4 wrote by savez_compressed. */
const compressedNpz = Buffer.from(
  "UEsDBC0AAAAIAAAAIQBP6QAq//////////8KABQAd2VpZ2h0Lm5weQEAEACYAAAAAAAAAFUAAAAAAAAAm+wX6hsQychQxlCtnpJanFykbqWgbpNmoq6joJ6WX1RSlJgXn1+UkgoSd0vMKU4FihdnJBakAvkaRjoKxpo6CrUKZAMuBjBosAcSDkAExA1AvMABAFBLAwQtAAAACAAAACEA3+kMsv//////////CQAUAGxhYmVsLm5weQEAEACYAAAAAAAAAE0AAAAAAAAAm+wX6hsQychQxlCtnpJanFykbqWgbpNpoa6joJ6WX1RSlJgXn1+UkgoSd0vMKU4FihdnJBakAvkaxjqaOgq1ChQALmYGCGCE0kxQGgBQSwECLQMtAAAACAAAACEAT+kAKlUAAACYAAAACgAAAAAAAAAAAAAAgAEAAAAAd2VpZ2h0Lm5weVBLAQItAy0AAAAIAAAAIQDf6QyyTQAAAJgAAAAJAAAAAAAAAAAAAACAAZEAAABsYWJlbC5ucHlQSwUGAAAAAAIAAgBvAAAAGQEAAAAA",
  "base64",
);
const jpeg = (quality: number): Uint8Array =>
  new Uint8Array(encodeJpeg({ width: 16, height: 12, data: pixels }, quality).data);

/** A progressive file that Pillow 12 wrote. */
const progressive = Buffer.from(
  "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNSMj5aYVpQYEpRUk//2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT0//wgARCAAIABADAREAAhEBAxEB/8QAFAABAAAAAAAAAAAAAAAAAAAABP/EABYBAQEBAAAAAAAAAAAAAAAAAAYEBf/aAAwDAQACEAMQAAABNLuETHv/xAAUEAEAAAAAAAAAAAAAAAAAAAAQ/9oACAEBAAEFAj//xAAUEQEAAAAAAAAAAAAAAAAAAAAQ/9oACAEDAQE/AT//xAAUEQEAAAAAAAAAAAAAAAAAAAAQ/9oACAECAQE/AT//xAAUEAEAAAAAAAAAAAAAAAAAAAAQ/9oACAEBAAY/Aj//xAAUEAEAAAAAAAAAAAAAAAAAAAAQ/9oACAEBAAE/IT//2gAMAwEAAgADAAAAEO//xAAUEQEAAAAAAAAAAAAAAAAAAAAQ/9oACAEDAQE/ED//xAAUEQEAAAAAAAAAAAAAAAAAAAAQ/9oACAECAQE/ED//xAAUEAEAAAAAAAAAAAAAAAAAAAAQ/9oACAEBAAE/ED//2Q==",
  "base64",
);

/** A reader, whole files to start from, and how many changed ones it is given; 100,000 in all. */
const readers: Record<
  string,
  {
    samples: Uint8Array[];
    count: number;
    read: (bytes: Uint8Array) => unknown;
    repair?: (bytes: Uint8Array) => Uint8Array;
  }
> = {
  parseIdx: { samples: [idx], count: 22_000, read: (bytes) => parseIdx(bytes) },
  readIdx: {
    samples: [new Uint8Array(gzipSync(idx))],
    count: 6000,
    read: (bytes) => readIdx(bytes),
  },
  parseCsv: {
    samples: [
      text.encode('name,age,"height, m"\r\n"Ada ""Countess""",36,1.65\r\nGrace,,NA\r\n'),
      text.encode("1,2\n3e4,inf\n,\n"),
    ],
    count: 27_000,
    read: (bytes) => parseCsv(bytes),
  },
  parseSafetensors: {
    samples: [
      writeSafetensors(
        {
          weight: { data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3] },
          classes: { data: BigInt64Array.of(3n), shape: [] },
          none: { data: new Uint8Array(0), shape: [0, 4] },
        },
        { metadata: { format: "pt" } },
      ),
      writeSafetensors({ '"\n': { dtype: "bfloat16", data: Uint16Array.of(1), shape: [1] } }),
    ],
    count: 100_000,
    read: (bytes) => parseSafetensors(bytes),
  },
  readPyTorch: {
    samples: [
      fileOf(pickled(tensorPickle({}))),
      fileOf(
        pickled(
          [0x7d, 0x28],
          pickle.text("weight"),
          tensorPickle({ shape: [2, 2], strides: [1, 2] }),
          pickle.text("step"),
          pickle.int(3),
          [0x75],
        ),
      ),
    ],
    count: 100_000,
    read: (bytes) => readPyTorch(bytes),
    repair: withZipChecksums,
  },
  parseNpy: { samples: [npy], count: 20_000, read: (bytes) => parseNpy(bytes) },
  readNpz: { samples: [npz, compressedNpz], count: 12_000, read: (bytes) => readNpz(bytes) },
  "decodeImage of PNG": {
    samples: [
      encodePng({ width: 16, height: 12, data: pixels, channels: 4 }),
      encodePng({ width: 8, height: 3, data: pixels.slice(0, 3), depth: 1, channels: 1 }),
    ],
    count: 8000,
    read: (bytes) => decodeImage(bytes),
    repair: withChecksums,
  },
  "decodeImage of JPEG": {
    samples: [jpeg(30), jpeg(95), progressive],
    count: 5000,
    read: (bytes) => decodeImage(bytes),
  },
};

/** The checksums of a PNG file put right, or no change would get past them. */
function withChecksums(file: Uint8Array): Uint8Array {
  const bytes = file.slice();
  const view = new DataView(bytes.buffer);
  for (let at = 8; at + 12 <= bytes.length;) {
    const end = at + 12 + view.getUint32(at);
    if (end > bytes.length) break;
    view.setUint32(end - 4, crc32(bytes.subarray(at + 4, end - 4)));
    at = end;
  }
  return bytes;
}

/** The same for the files of a ZIP file, as far as its directory can be read. */
function withZipChecksums(file: Uint8Array): Uint8Array {
  const bytes = file.slice();
  const view = new DataView(bytes.buffer);
  if (bytes.length < 22) return bytes;
  for (let at = view.getUint32(bytes.length - 6, true); at + 46 <= bytes.length;) {
    if (view.getUint32(at, true) !== 0x02014b50) break;
    const local = view.getUint32(at + 42, true);
    if (local + 30 > bytes.length) break;
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    const content = bytes.subarray(start, start + view.getUint32(at + 20, true));
    view.setUint32(at + 16, crc32(content), true);
    at +=
      46 +
      view.getUint16(at + 28, true) +
      view.getUint16(at + 30, true) +
      view.getUint16(at + 32, true);
  }
  return bytes;
}

describe("300,000 damaged files", () => {
  it("are as many as they say", () => {
    expect(Object.values(readers).reduce((sum, { count }) => sum + count, 0)).toBe(300_000);
  });

  it.each(Object.entries(readers))(
    "%s reads them or refuses them with a FormatError",
    async (_, { samples, count, read, repair }) => {
      for (const sample of samples) await read(sample);
      let refused = 0;
      for (let i = 0; i < count; i++) {
        const changed = damaged(samples[i % samples.length]!, i);
        const bytes = repair !== undefined && i % 4 > 0 ? repair(changed) : changed;
        try {
          await read(bytes);
        } catch (error) {
          refused++;
          if (!(error instanceof FormatError))
            throw new Error(
              `file ${i}: ${String(error)}: ${Buffer.from(bytes).toString("base64")}`,
              { cause: error },
            );
        }
      }
      // A test of which all or none gets through tests nothing.
      expect(refused).toBeGreaterThan(count / 10);
      expect(refused).toBeLessThan(count);
    },
    120_000,
  );
});

describe("bombs", () => {
  /** Most bytes held at once beyond what was held before. */
  async function peakBytes(work: () => Promise<unknown>): Promise<number> {
    const held = (): number => process.memoryUsage().external;
    const before = held();
    let peak = 0;
    const watch = setInterval(() => (peak = Math.max(peak, held() - before)), 1);
    await work().catch(() => undefined);
    clearInterval(watch);
    return Math.max(peak, held() - before);
  }
  const zeros = new Uint8Array(160 * 2 ** 20);

  it("do not grow", async () => {
    const header = Uint8Array.from([0, 0, 8, 1, 0, 0, 0, 9]);
    zeros.set(header);
    const gzip = new Uint8Array(gzipSync(zeros, { level: 1 }));
    zeros.fill(0, 0, 8);
    const deflated = deflateSync(zeros, { level: 1 });
    const head = Uint8Array.of(0, 0, 16, 0, 0, 0, 16, 0, 8, 0, 0, 0, 0);
    const png = Uint8Array.from([
      ...pngSignature,
      ...pngChunk("IHDR", head),
      ...pngChunk("IDAT", deflated),
      ...pngChunk("IEND", []),
    ]);
    expect(await peakBytes(() => readIdx(gzip))).toBeLessThan(64 * 2 ** 20);
    expect(await peakBytes(() => decodeImage(png))).toBeLessThan(64 * 2 ** 20);
    await expect(readIdx(gzip)).rejects.toBeInstanceOf(FormatError);
    await expect(decodeImage(png)).rejects.toBeInstanceOf(FormatError);
  });
});
