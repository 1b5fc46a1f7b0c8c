import { describe, expect, it } from "vitest";
import { crc32c, maskedCrc32c } from "./crc32c.ts";
import {
  eventRecord,
  histogramValue,
  scalarValue,
  summaryEvent,
  versionEvent,
} from "./event-file.ts";
import { integerField, message } from "./protobuf.ts";

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("CRC32C", () => {
  it.each([
    // RFC 3720, appendix B.4.
    ["32 zeros", new Uint8Array(32), 0x8a9136aa],
    ["32 ones", new Uint8Array(32).fill(255), 0x62a8ab43],
    ["counting up", Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
    ["counting down", Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
    // The check value of the catalogue of CRC algorithms.
    ["123456789", ascii("123456789"), 0xe3069283],
    ["nothing", new Uint8Array(0), 0],
  ])("of %s", (_name, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected);
  });

  it("masks as LevelDB does: rotate right by 15, add 0xa282ead8", () => {
    const crc = BigInt(crc32c(ascii("foo")));
    const rotated = ((crc >> 15n) | (crc << 17n)) & 0xffffffffn;
    expect(BigInt(maskedCrc32c(ascii("foo")))).toBe((rotated + 0xa282ead8n) & 0xffffffffn);
  });
});

/** A reader of protocol buffers written for this test: fields by number, in order. */
function decode(bytes: Uint8Array): Map<number, (number | Uint8Array)[]> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fields = new Map<number, (number | Uint8Array)[]>();
  let at = 0;
  const varint = (): number => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = view.getUint8(at++);
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return Number(value);
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const read = (): number | Uint8Array => {
      if (tag % 8 === 0) return varint();
      if (tag % 8 === 1) return view.getFloat64((at += 8) - 8, true);
      if (tag % 8 === 5) return view.getFloat32((at += 4) - 4, true);
      const length = varint();
      return bytes.subarray(at, (at += length));
    };
    const number = Math.floor(tag / 8);
    fields.set(number, [...(fields.get(number) ?? []), read()]);
  }
  return fields;
}

const text = (bytes: unknown): string => new TextDecoder().decode(bytes as Uint8Array);
const doubles = (bytes: unknown): number[] => {
  const { buffer, byteOffset, byteLength } = bytes as Uint8Array;
  return [...new Float64Array(buffer.slice(byteOffset, byteOffset + byteLength))];
};

describe("event files", () => {
  it("frames records with length and two checksums", () => {
    const data = ascii("hello");
    const framed = eventRecord(data);
    const view = new DataView(framed.buffer);
    expect(framed).toHaveLength(21);
    expect(view.getBigUint64(0, true)).toBe(5n);
    expect(view.getUint32(8, true)).toBe(maskedCrc32c(framed.subarray(0, 8)));
    expect(text(framed.subarray(12, 17))).toBe("hello");
    expect(view.getUint32(17, true)).toBe(maskedCrc32c(data));
  });

  it("begins with the version", () => {
    const fields = decode(versionEvent(1.5));
    expect(fields.get(1)).toEqual([1.5]);
    expect(text(fields.get(3)![0])).toBe("brain.Event:2");
  });

  it("holds scalars and histograms", () => {
    const event = decode(
      summaryEvent(2, 300, [
        scalarValue("loss", 0.25),
        histogramValue("weights", {
          min: -1,
          max: 3,
          mean: 1,
          variance: 2,
          elementCount: 6,
          nonFinite: 1,
          counts: [1, 0, 2, 2],
        }),
      ]),
    );
    expect(event.get(2)).toEqual([300]);
    const [scalar, histogram] = decode(event.get(5)![0] as Uint8Array)
      .get(1)!
      .map((value) => decode(value as Uint8Array));
    expect(text(scalar!.get(1)![0])).toBe("loss");
    expect(scalar!.get(2)).toEqual([0.25]);
    expect(text(histogram!.get(1)![0])).toBe("weights");
    const proto = decode(histogram!.get(5)![0] as Uint8Array);
    expect([1, 2, 3, 4, 5].map((number) => proto.get(number)![0])).toEqual([-1, 3, 5, 5, 15]);
    expect(doubles(proto.get(6)![0])).toEqual([0, 1, 2, 3]);
    expect(doubles(proto.get(7)![0])).toEqual([1, 0, 2, 2]);
  });

  it.each([0, 1, 127, 128, 300, 2 ** 31, 2 ** 40 + 3, Number.MAX_SAFE_INTEGER])(
    "encodes the integer %i",
    (value) => {
      expect(decode(message(integerField(2, value))).get(2)).toEqual([value]);
    },
  );
});
