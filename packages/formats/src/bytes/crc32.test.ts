import { crc32 as oracle } from "node:zlib";
import { expect, it } from "vitest";
import { crc32, tableCrc32 } from "./crc32.ts";

it("agrees with zlib for every length and place", () => {
  const bytes = Uint8Array.from({ length: 3000 }, (_, i) => (i * 2654435761) >>> 24);
  for (let length = 0; length < 40; length++)
    for (let start = 0; start < 9; start++) {
      const part = bytes.subarray(start, start + length);
      expect(tableCrc32(part)).toBe(oracle(part));
    }
  expect([tableCrc32(bytes), crc32(bytes)]).toEqual([oracle(bytes), oracle(bytes)]);
});
