import type { Dataset } from "@dl/data";
import { painter } from "../terminal.ts";

/** Side of the square that is drawn: MNIST's digits fit 20 x 20 pixels, and their middle varies. */
const side = 20;
const gap = 2;
const fewest = 6;
/** Strength from which a pixel counts as ink. */
const inkThreshold = 0.35;

interface Picture {
  readonly lines: readonly string[];
  readonly caption: string;
  readonly isRight: boolean;
}

/**
 * A few examples side by side with what was predicted, some of them mistakes if there were any.
 * Two pixel rows share a line.
 */
export function digitsText(
  dataset: Dataset,
  predictions: readonly number[],
  { width, isColored }: { readonly width: number; readonly isColored: boolean },
): string {
  const across = Math.max(1, Math.floor((width + gap) / (side + gap)));
  const paint = painter(isColored);
  const pictures = chooseDigits(dataset, predictions, across * Math.ceil(fewest / across)).map(
    (index): Picture => {
      const { inputs, targets } = dataset.get(index);
      const label = predictions[index]!;
      const isRight = label === targets;
      return {
        lines: drawDigit(inputs.data, inputs.shape as [number, number, number], isColored),
        caption: isRight ? `read as ${label}` : `read as ${label}, is ${targets}`,
        isRight,
      };
    },
  );
  const rows: string[] = [];
  for (let start = 0; start < pictures.length; start += across) {
    const row = pictures.slice(start, start + across);
    if (start > 0) rows.push("");
    for (let y = 0; y < side / 2; y++)
      rows.push(
        row
          .map(({ lines }) => lines[y]!)
          .join(" ".repeat(gap))
          .trimEnd(),
      );
    const captions = row.map(({ caption, isRight }, i) => {
      const padding = i < row.length - 1 ? " ".repeat(side + gap - caption.length) : "";
      return paint(isRight ? "green" : "red", caption) + padding;
    });
    rows.push(captions.join(""));
  }
  return rows.join("\n");
}

/** The first right answers, of different classes as far as they go, and up to a third mistakes. */
function chooseDigits(dataset: Dataset, predictions: readonly number[], count: number): number[] {
  const right: number[] = [];
  const mistakes: number[] = [];
  const classes = new Set<number>();
  for (const [index, label] of predictions.entries()) {
    const { targets } = dataset.get(index);
    if (label !== targets) mistakes.push(index);
    else if (!classes.has(label) && classes.add(label)) right.push(index);
    if (mistakes.length >= count / 3 && right.length >= count) break;
  }
  const shownMistakes = mistakes.slice(0, Math.max(Math.floor(count / 3), count - right.length));
  return [...right.slice(0, count - shownMistakes.length), ...shownMistakes];
}

function drawDigit(
  data: ArrayLike<number>,
  [, height, width]: [number, number, number],
  isColored: boolean,
): string[] {
  const [top, left] = cropStart(data, height, width);
  const pixel = (y: number, x: number): number =>
    y >= 0 && y < height && x >= 0 && x < width ? data[y * width + x]! : 0;
  const lines: string[] = [];
  for (let y = top; y < top + side; y += 2) {
    let line = "";
    for (let x = left; x < left + side; x++)
      line += isColored
        ? colorCell(pixel(y, x), pixel(y + 1, x))
        : blockCell(pixel(y, x), pixel(y + 1, x));
    lines.push(isColored ? `${line}\u001b[0m` : line);
  }
  return lines;
}

/** Top and left of the square around the ink's middle. */
function cropStart(
  data: ArrayLike<number>,
  height: number,
  width: number,
): [top: number, left: number] {
  const rows: number[] = [];
  const columns: number[] = [];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      if (data[y * width + x]! >= inkThreshold) {
        rows.push(y);
        columns.push(x);
      }
  const start = (at: readonly number[], size: number): number => {
    const middle = at.length === 0 ? size / 2 : (Math.min(...at) + Math.max(...at) + 1) / 2;
    return Math.round(middle - side / 2);
  };
  return [start(rows, height), start(columns, width)];
}

/**
 * The blocks of `blockCell` in shades of grey, so that text copied from the terminal still shows the
 * digit: where both pixels are ink, or neither, they share their mean.
 */
function colorCell(upper: number, lower: number): string {
  const block = blockCell(upper, lower);
  const mean = (upper + lower) / 2;
  const [front, back] =
    block === "▀" ? [upper, lower] : block === "▄" ? [lower, upper] : [mean, mean];
  return `\u001b[38;5;${grey(front)};48;5;${grey(back)}m${block}`;
}

/** From 232, nearly black, to 255, nearly white, in the 256-colour palette. */
function grey(value: number): number {
  return 232 + Math.round(23 * value);
}

/** Ink or none: at this size shapes read better than shades. */
function blockCell(upper: number, lower: number): string {
  const [isUpper, isLower] = [upper >= inkThreshold, lower >= inkThreshold];
  return isUpper ? (isLower ? "█" : "▀") : isLower ? "▄" : " ";
}
