import { philox4x32 } from "@dl/backend";

/** Numbers that break size arithmetic. */
const extremes = [
  0,
  1,
  2,
  127,
  128,
  255,
  256,
  32_767,
  65_535,
  65_536,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
];

/** The file with one to four changes: bits, bytes, numbers, pieces cut, doubled or moved; the same ones for a number. */
export function damaged(file: Uint8Array, number: number): Uint8Array {
  const below = drawing(number);
  let bytes = file;
  for (let changes = 1 + below(4); changes > 0; changes--) {
    const at = below(bytes.length + 1);
    const end = Math.min(at + below(16), bytes.length);
    const copy = bytes.slice();
    switch (below(7)) {
      case 0:
        copy[at] = copy[at]! ^ (1 << below(8));
        break;
      case 1:
        copy[at] = below(256);
        break;
      case 2:
      case 3: {
        const value = extremes[below(extremes.length)]!;
        const isBig = below(2) === 0;
        for (let k = 0; k < 4; k++)
          copy[at + k] = Math.floor(value / 256 ** (isBig ? 3 - k : k)) & 255;
        break;
      }
      case 4:
        bytes = copy.subarray(0, at);
        continue;
      case 5:
        bytes = Uint8Array.from([...copy.subarray(0, at), ...copy.subarray(end)]);
        continue;
      default: {
        const to = below(bytes.length + 1);
        bytes = Uint8Array.from([
          ...copy.subarray(0, to),
          ...copy.subarray(at, end),
          ...copy.subarray(to),
        ]);
        continue;
      }
    }
    bytes = copy;
  }
  return bytes;
}

/** Whole numbers from 0 to count - 1, one stream for each number of a file. */
function drawing(number: number): (count: number) => number {
  let drawn = 0;
  return (count) => philox4x32([drawn++, number, 0, 0], [2026, 0])[0] % count;
}
