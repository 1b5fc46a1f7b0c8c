import { ArgumentError } from "@dl/backend";
import type { HostArray } from "../dataset.ts";
import type { IdxArray } from "../idx/parse-idx.ts";
import type { NpyArray } from "./parse-npy.ts";

/**
 * The contents of a file as numbers that datasets hold: integers become int32, floats float32.
 *
 * @throws {ArgumentError} if an integer does not fit 32 bits.
 * @example
 * const classes = parseNpy(writeNpy({ data: BigInt64Array.of(3n, 1n), shape: [2] }));
 * toHostArray(classes).data; // => [3, 1]
 */
export function toHostArray({ dtype, data, shape }: NpyArray | IdxArray): HostArray {
  if (data instanceof Float32Array || data instanceof Int32Array) return { data, shape };
  if (data instanceof Float64Array) return { data: Float32Array.from(data), shape };
  const whole = new Int32Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const value = Number(data[i]!);
    whole[i] = value;
    if (whole[i] !== value)
      throw new ArgumentError(
        "toHostArray",
        `the ${dtype} number ${value} at position ${i} does not fit 32 bits. Store smaller integers, or floats.`,
        { received: value },
      );
  }
  return { data: whole, shape };
}
