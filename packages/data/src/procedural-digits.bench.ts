import { bench, describe } from "vitest";
import { ProceduralDigits } from "./procedural-digits.ts";

const digits = new ProceduralDigits({ length: 2 ** 31 });
let next = 0;

describe("ProceduralDigits", () => {
  bench("100 digits", () => {
    digits.getBatch(Array.from({ length: 100 }, () => next++));
  });
});
