import { full, maskedFill, pad, scatter, tensor, type Tensor } from "@dl/tensor";
import { expect } from "vitest";

const int32 = (...numbers: number[]): Tensor => tensor(numbers, { dtype: "int32" });
const gives = async (x: Tensor, expected: unknown): Promise<void> =>
  expect(await x.toArray()).toEqual(expected);
const refuses = (call: () => unknown, message: string): void => expect(call).toThrow(message);

/** What stands under "here" of numbers, by the words of its line. */
export const numberLines: Readonly<Record<string, () => Promise<void>>> = {
  "`floorDivide`, `remainder` and `fmod` of integers by 0": async () => {
    for (const op of ["floorDivide", "remainder", "fmod"] as const) {
      await gives(int32(5, -5, 100)[op](0), [0, 0, 0]);
      await gives(tensor(Uint32Array.of(5, 2 ** 32 - 1))[op](tensor(Uint32Array.of(0))), [0, 0]);
    }
  },
  "-2³¹ divided by -1": async () => {
    await gives(int32(-(2 ** 31)).floorDivide(-1), [-(2 ** 31)]);
    await gives(int32(-(2 ** 31)).remainder(-1), [0]);
    await gives(int32(-(2 ** 31)).fmod(-1), [0]);
  },
  "integers compared with a number outside their type": async () => {
    await gives(int32(1).less(3_000_000_000), [true]);
    await gives(int32(0).equal(2 ** 32), [false]);
  },
  "integers compared with a fraction": () => gives(int32(16777217).greater(16777216.5), [true]),
  "a number that an integer type does not hold, in arithmetic": async () =>
    refuses(() => int32(1).add(3e9), "add: 3000000000 does not fit int32"),
  "a fraction written into integers (`full`, `scatter`, `maskedFill`, `pad`)": async () => {
    const x = int32(1, 2);
    const message = "0.5 does not fit int32";
    refuses(() => full([1], 0.5, { dtype: "int32" }), message);
    refuses(() => scatter(x, 0, int32(0), 0.5), message);
    refuses(() => maskedFill(x, x.less(2), 0.5), message);
    refuses(() => pad(x, [[1, 0]], { value: 0.5 }), message);
    await gives(tensor([0.5, -1.5], { dtype: "int32" }), [0, -1]);
  },
  "a finite number beyond float32, in arithmetic": async () => {
    refuses(() => tensor([1]).add(1e300), "add: 1e+300 does not fit float32");
    await gives(tensor([1]).add(Infinity), [Infinity]);
  },
  "a bound outside the type, in `clamp`, `minimum`, `maximum`": async () => {
    await gives(int32(5).clamp(0, 3e9), [5]);
    await gives(int32(5).minimum(3e9), [5]);
    refuses(() => int32(5).maximum(3e9), "maximum: 3000000000 does not fit int32");
  },
  "uint32 beside int32": async () => {
    const large = tensor(Uint32Array.of(2 ** 32 - 1));
    await gives(large.greater(int32(-1)), [true]);
    refuses(() => large.add(int32(-1)), "add: no type holds both uint32 and int32");
  },
  "floats cast to integers that do not hold them": async () => {
    const x = tensor([3e9, -3e9, NaN, Infinity]);
    await gives(x.cast("int32"), [2 ** 31 - 1, -(2 ** 31), 0, 2 ** 31 - 1]);
    await gives(x.cast("uint32"), [3e9, 0, 0, 2 ** 32 - 1]);
  },
  "shifts by a number outside 0 to 31": async () => {
    refuses(() => int32(1).shiftLeft(32), "shiftLeft: a word has no such bit: received 32");
    refuses(() => int32(1).shiftRight(-1), "shiftRight: a word has no such bit: received -1");
    await gives(int32(1).shiftLeft(int32(33)), [2]);
  },
  "the product of bool matrices": () =>
    gives(tensor([[true, true]]).matmul(tensor([[true], [true]])), [[2]]),
};
