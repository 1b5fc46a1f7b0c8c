import { expect, test } from "vitest";
import { dtypes, isFloat, storageArray, type DType } from "./dtype.ts";

const names = Object.keys(dtypes) as DType[];

test("ids are distinct, sizes are those of the storage", () => {
  expect(new Set(names.map((name) => dtypes[name].id)).size).toBe(names.length);
  for (const name of names) {
    const array = storageArray(name, new ArrayBuffer(16));
    expect(array.BYTES_PER_ELEMENT).toBe(dtypes[name].bytesPerElement);
    expect(isFloat(name)).toBe(dtypes[name].kind === "float");
  }
});

test("a storage array is a window, not a copy", () => {
  const bytes = new ArrayBuffer(16);
  const window = storageArray("int32", bytes, 4, 2);
  window.fill(-1);
  expect([...new Int32Array(bytes, 0, 4)]).toEqual([0, -1, -1, 0]);
  expect(storageArray("float32", bytes)).toHaveLength(4);
  expect(storageArray("float64", bytes, 8)).toHaveLength(1);
  expect(storageArray("bool", bytes)).toBeInstanceOf(Uint32Array);
  expect(() => storageArray("int32", new ArrayBuffer(18))).toThrow(RangeError);
});
