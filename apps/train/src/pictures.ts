import type { Dataset } from "@dl/data";

/** Rows true classes, columns predictions; a dot where there is none. */
export function confusionText(confusion: readonly (readonly number[])[]): string {
  const width = Math.max(4, ...confusion.flat().map((count) => String(count).length + 1));
  const labels = confusion.map((_, i) => String(i).padStart(width)).join("");
  return [
    `true \\ predicted`,
    `    ${labels}`,
    ...confusion.map(
      (row, i) =>
        `  ${i} ${row.map((count) => (count === 0 ? "·" : String(count)).padStart(width)).join("")}`,
    ),
  ].join("\n");
}

const across = 5;

/**
 * A few examples side by side with what was predicted, some of them mistakes if there were any.
 * Two pixel rows share a line: the upper is the character's colour, the lower its background.
 */
export function digitsText(
  dataset: Dataset,
  predictions: readonly number[],
  hasColor: boolean,
): string {
  const wrong = predictions.flatMap((label, i) => (label === dataset.get(i).targets ? [] : [i]));
  const mistakes = wrong.slice(0, 2);
  const right = predictions.flatMap((_, i) => (wrong.includes(i) ? [] : [i]));
  const chosen = [...right.slice(0, across - mistakes.length), ...mistakes];
  const pictures = chosen.map((i) => drawDigit(dataset, i, hasColor));
  const captions = chosen.map((i) => {
    const { targets } = dataset.get(i);
    const label = predictions[i]!;
    return (label === targets ? `read as ${label}` : `read as ${label}, is ${targets}`).padEnd(28);
  });
  const rows = pictures[0]?.map((_, row) => pictures.map((lines) => lines[row]!).join("  ")) ?? [];
  return [...rows, captions.join("  ")].join("\n");
}

function drawDigit(dataset: Dataset, index: number, hasColor: boolean): string[] {
  const { data, shape } = dataset.get(index).inputs;
  const [, height, width] = shape as [number, number, number];
  const lines: string[] = [];
  for (let y = 0; y < height; y += 2) {
    let line = "";
    for (let x = 0; x < width; x++) {
      const upper = data[y * width + x]!;
      const lower = data[(y + 1) * width + x] ?? 0;
      line += hasColor ? colorCell(upper, lower) : shadeCell((upper + lower) / 2);
    }
    lines.push(hasColor ? `${line}\u001b[0m` : line);
  }
  return lines;
}

/** Grey levels of the 256-colour palette, 232 black to 255 white. */
function colorCell(upper: number, lower: number): string {
  const grey = (value: number): number => 232 + Math.round(23 * value);
  return `\u001b[38;5;${grey(upper)};48;5;${grey(lower)}m▀`;
}

function shadeCell(value: number): string {
  return " ░▒▓█"[Math.min(4, Math.floor(value * 5))]!;
}
