import { ProceduralDigits } from "@dl/data";
import { expect, test } from "vitest";
import { confusionText } from "./confusion.ts";
import { curvesText, sparkline } from "./curves.ts";
import { digitsText } from "./digits-text.ts";
import { painter } from "../terminal.ts";

const dataset = new ProceduralDigits({ length: 40, split: "test" });
const labels = Array.from({ length: 40 }, (_, i) => dataset.get(i).targets);
// eslint-disable-next-line no-control-regex
const plain = (text: string): string => text.replaceAll(/\u001b\[[\d;]*m/g, "");

test.each([
  [20, 1, 6],
  [41, 1, 6],
  [80, 3, 6],
  [100, 4, 8],
  [140, 6, 6],
  [200, 9, 9],
])("at %i columns %i digits stand side by side, %i in all", (width, across, count) => {
  const text = digitsText(dataset, labels, { width, isColored: false });
  const lines = text.split("\n");
  const captions = lines.filter((line) => line.includes("read as"));
  expect(captions).toHaveLength(Math.ceil(count / across));
  expect(captions.map((line) => line.split("read as").length - 1)).toEqual(
    Array.from(captions, (_, row) => Math.min(across, count - row * across)),
  );
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
  expect(text).not.toContain("\u001b");
});

test("colour changes nothing but the colour", () => {
  const colored = digitsText(dataset, labels, { width: 80, isColored: true });
  const uncolored = digitsText(dataset, labels, { width: 80, isColored: false });
  const trimmed = plain(colored)
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
  expect(colored).toContain("\u001b[38;5;");
  expect(trimmed).toBe(uncolored);
});

test("mistakes are shown, and what they are", () => {
  const predictions = [...labels];
  predictions[7] = (labels[7]! + 1) % 10;
  const text = digitsText(dataset, predictions, { width: 80, isColored: false });
  expect(text.match(/read as \d/g)).toHaveLength(6);
  expect(text).toContain(`read as ${predictions[7]}, is ${labels[7]!}`);
  const allWrong = labels.map((label) => (label + 1) % 10);
  const wrong = digitsText(dataset, allWrong, { width: 80, isColored: false });
  expect(wrong.match(/read as \d, is \d/g)).toHaveLength(6);
});

test("an image far from the middle, or empty, or small is drawn", () => {
  const draw = (size: number, ink: readonly number[]): string => {
    const data = new Float32Array(size * size);
    for (const at of ink) data[at] = 1;
    const one = {
      length: 1,
      get: () => ({ inputs: { data, shape: [1, size, size] }, targets: 3 }),
    };
    return digitsText(one, [3], { width: 80, isColored: false });
  };
  expect(draw(28, [0])).toMatch(/[▀▄]/);
  expect(draw(28, [783])).toMatch(/[▀▄]/);
  expect(draw(28, [])).toMatch(/^\n{10}read as 3$/);
  expect(draw(3, [4])).toMatch(/[▀▄]/);
});

test("the confusion matrix is aligned, with and without colour", () => {
  const confusion = Array.from({ length: 10 }, (_, i) =>
    Array.from({ length: 10 }, (_entry, j) => (i === j ? 980 + i : i < j ? 0 : i)),
  );
  confusion[4]!.fill(0);
  const text = confusionText(confusion);
  const lines = text.split("\n");
  expect(lines).toHaveLength(12);
  expect(lines[2]).toBe("true 0 980   ·   ·   ·   ·   ·   ·   ·   ·   ·  100.0 %");
  expect(lines[11]).toBe("     9   9   9   9   9   9   9   9   9   9 989   92.4 %");
  expect(lines[6]).toBe("     4   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·");
  expect(plain(confusionText(confusion, painter(true)))).toBe(text);
  expect(text).not.toContain("\u001b");
});

test("large counts widen the columns", () => {
  const confusion = Array.from({ length: 10 }, () => Array.from({ length: 10 }, () => 12345));
  const [, labelLine, row] = confusionText(confusion).split("\n");
  expect(row).toContain(" 12345 12345");
  expect(labelLine!.indexOf("9")).toBe(row!.lastIndexOf("12345") + 4);
});

test("sparkline", () => {
  expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7, 8], 9)).toBe("▁▁▂▃▄▅▆▇█");
  expect(sparkline([8, 8, 4, 4, 1, 1], 3)).toBe("█▄▁");
  expect(sparkline([0, 0], 10)).toBe("▁▁");
  expect(sparkline([], 10)).toBe("");
  expect(sparkline([1, 2], 0)).toBe("");
});

test("curves fit the width", () => {
  const steps = Array.from({ length: 500 }, (_, i) => 0.99 ** i);
  const training = {
    losses: steps.map((share) => 2.3 * share),
    accuracies: steps.map((share) => 1 - 0.9 * share),
  };
  for (const width of [40, 80, 140])
    for (const line of curvesText(training, width).split("\n"))
      expect(line.length).toBeLessThan(width);
  expect(curvesText(training, 80)).toMatch(
    /^loss {7}2\.300 █+[▁-█]*▁ 0\.023\naccuracy {2}10\.0 % ▁[▁-█]*█ 99\.1 %$/,
  );
});
