import type { Tensor } from "@dl/tensor";
import { toSigned, toUnit } from "./game-model.ts";

/** Pictures with a border, for networks that halve their sides often, and without it. */
export interface Framing {
  readonly size: number;
  /** From 0 to 1 without, to −1 to 1 with it. */
  frame(pictures: Tensor): Tensor;
  /** The way back. */
  unframe(made: Tensor): Tensor;
}

/** The border up to the next power of two. */
export function framing(size: number): Framing {
  const whole = 2 ** Math.ceil(Math.log2(size));
  const before = Math.floor((whole - size) / 2);
  const sides = [before, whole - size - before] as const;
  return {
    size: whole,
    frame: (x) => {
      const signed = toSigned(x);
      return whole === size ? signed : signed.pad([[0, 0], [0, 0], sides, sides], { value: -1 });
    },
    unframe: (x) => toUnit(x.narrow(2, before, size).narrow(3, before, size)),
  };
}
