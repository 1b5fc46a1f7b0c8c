import type { DType } from "@dl/backend";
import { expect, it } from "vitest";
import { bitsOf } from "./bits.ts";

const of = (data: ArrayLike<number>, dtype: DType = "float32", shape = [data.length]): string =>
  bitsOf([{ dtype, shape, data }]);

it("tells every bit, type, shape and order, but not one NaN from another", () => {
  const [quiet, other] = [0x7fc00000, 0xffc12345].map(
    (word) => new Float32Array(Uint32Array.of(word).buffer),
  );
  const different = [
    of([1, 2]),
    of([2, 1]),
    of([1 + 2 ** -23, 2]),
    of([1, 2], "int32"),
    of([1, 2], "float64"),
    of([1, 2 + 2 ** -51], "float64"),
    of([1, 2], "float32", [2, 1]),
    of([0, 2]),
    of([-0, 2]),
    of(quiet!),
    of([Infinity]),
  ];
  expect(new Set(different).size).toBe(different.length);
  expect(of(other!)).toBe(of(quiet!));
});
