import type { DType } from "@dl/backend";
import { splitAtAxis } from "./axis-split.ts";
import type { RoutineImplementation } from "./routine.ts";

/**
 * Sorts pairs of a key and a position as 64-bit integers, which engines do natively; the position
 * in the low half makes the order stable.
 */
export const sort: RoutineImplementation<"sort"> = (device) => (program) => {
  const { axis, descending } = program.settings;
  const { outer, size, inner } = splitAtAxis(program.result.shape, axis);
  const flip = descending ? 0xffffffff : 0;
  const keyOf = keyFunction(program.result.dtype);
  return (inputs, outputs) => {
    const { i32 } = device.memory;
    const from = device.bindingAddress(inputs[0]!) / 4;
    const [values, positions] = outputs.map((buffer) => device.address(buffer) / 4) as [
      number,
      number,
    ];
    const pairs = new BigUint64Array(size);
    const halves = new Uint32Array(pairs.buffer); // low, high: WebAssembly's hosts are little-endian
    for (let o = 0; o < outer; o++)
      for (let j = 0; j < inner; j++) {
        const start = o * size * inner + j;
        for (let i = 0; i < size; i++) {
          halves[2 * i] = i;
          halves[2 * i + 1] = keyOf(i32[from + start + i * inner]!) ^ flip;
        }
        pairs.sort();
        for (let i = 0; i < size; i++) {
          const position = halves[2 * i]!;
          i32[values + start + i * inner] = i32[from + start + position * inner]!;
          i32[positions + start + i * inner] = position;
        }
      }
  };
};

/** Unsigned integers in the order of the values whose bits are given: NaN last, -0 beside 0. */
function keyFunction(dtype: DType): (bits: number) => number {
  if (dtype === "int32") return (bits) => bits ^ 0x80000000;
  if (dtype !== "float32") return (bits) => bits;
  return (bits) => {
    if ((bits & 0x7fffffff) > 0x7f800000) return 0xffffffff;
    if (bits === 0x80000000 >> 0) return 0x80000000;
    return bits < 0 ? ~bits : bits | 0x80000000;
  };
}
