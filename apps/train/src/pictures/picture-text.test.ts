import { expect, test } from "vitest";
import { pictureText } from "./picture-text.ts";

const picture = (shape: readonly number[], ...data: number[]) => ({
  data: Float32Array.from(data),
  shape,
});

test("two rows share a line", () => {
  const grey = picture([1, 3, 2], 1, 0, 1, 0, 0.5, 1);
  expect(pictureText(grey, { width: 80, isColored: false })).toBe("█\n░▒");
});

test("colours are those of the palette, greys its greys", () => {
  const red = picture([3, 1, 1], 1, 0, 0);
  expect(pictureText(red, { width: 80, isColored: true })).toBe(
    "\u001b[38;5;196;48;5;232m▀\u001b[0m",
  );
  const grey = picture([1, 2, 1], 1, 0);
  expect(pictureText(grey, { width: 80, isColored: true })).toBe(
    "\u001b[38;5;255;48;5;232m▀\u001b[0m",
  );
});

test("what is too wide is shrunk by a whole number", () => {
  const wide = picture([1, 4, 8], ...Array.from({ length: 32 }, (_, i) => (i % 8 < 4 ? 1 : 0)));
  expect(pictureText(wide, { width: 8, isColored: false })).toBe("████\n████");
  expect(pictureText(wide, { width: 4, isColored: false })).toBe("██");
  expect(pictureText(wide, { width: 3, isColored: false })).toBe("▒░");
});

test("what is no number is black, and what is out of range is clipped", () => {
  expect(
    pictureText(picture([1, 2, 3], NaN, 9, -9, NaN, 9, -9), { width: 80, isColored: false }),
  ).toBe(" █");
});
