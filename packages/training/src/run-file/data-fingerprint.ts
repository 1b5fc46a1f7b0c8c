import { checkGiven } from "@dl/backend";
import { crc32 } from "@dl/formats";

/** What of a data set is used. */
interface Samples {
  readonly length: number;
  get(index: number): object | Promise<object>;
}

/** So many samples, spread over all, tell one set from another. */
const looked = 1000;

/**
 * A word that tells one data set from another: of its length and up to 1,000 of its samples, to the bit.
 *
 * @throws {ArgumentError} unless it has samples that can be had by their number.
 * @example
 * const set = { length: 1, get: () => ({ inputs: { data: Float32Array.of(1), shape: [1] }, targets: 3 }) };
 * await dataFingerprint(set); // => "1-c1ae43fb"
 */
export async function dataFingerprint(dataset: Samples): Promise<string> {
  checkGiven("dataFingerprint", "the dataset", dataset, ["length", "get()"]);
  const text = new TextEncoder();
  let sum = 0;
  const stride = Math.max(1, Math.floor(dataset.length / looked));
  for (let i = 0; i < dataset.length; i += stride)
    for (const [name, value] of Object.entries(await dataset.get(i))) {
      const { data, shape } = (typeof value === "object" ? value : {}) as {
        data?: ArrayBufferView;
        shape?: readonly number[];
      };
      sum = crc32(text.encode(`${name} ${shape?.join(" ") ?? String(value)}\n`), sum);
      if (data !== undefined)
        sum = crc32(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), sum);
    }
  return `${dataset.length}-${sum.toString(16).padStart(8, "0")}`;
}
