import { gzipSync } from "node:zlib";
import { bench, describe } from "vitest";
import { parseCsv } from "./csv/parse-csv.ts";
import { readIdx } from "./idx/read-idx.ts";
import { parseNpy } from "./npy/parse-npy.ts";

/** How long a file that is refused takes, each the dearest of its kind that was found. */
describe("hostile files", () => {
  const bomb = new Uint8Array(2 ** 28);
  bomb.set([0, 0, 8, 1, 0, 0, 0, 9]);
  const compressed = new Uint8Array(gzipSync(bomb));
  bench("a gzip file that would grow a thousandfold", async () => {
    await readIdx(compressed).catch(() => undefined);
  });

  const unclosed = `a,b\n${"1,2\n".repeat(100_000)}"`;
  bench("a CSV text of 400 kB whose last quote is not closed", () => {
    refused(() => parseCsv(unclosed));
  });

  const dictionary = `{'descr': '<f4', 'fortran_order': False, 'shape': (${"9,".repeat(4900)}), }`;
  const header = new Uint8Array(12 + dictionary.length);
  header.set([
    0x93,
    0x4e,
    0x55,
    0x4d,
    0x50,
    0x59,
    2,
    0,
    dictionary.length & 255,
    dictionary.length >> 8,
  ]);
  header.set(new TextEncoder().encode(dictionary), 12);
  bench("an npy header of 10,000 characters", () => {
    refused(() => parseNpy(header));
  });
});

function refused(call: () => unknown): void {
  try {
    call();
  } catch {
    return;
  }
  throw new Error("the file was read");
}
