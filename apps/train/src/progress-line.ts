import { columnsOf, type Output } from "./terminal.ts";
import type { TrainingProgress } from "./training.ts";

/** Least time between two redraws of the line. */
const redrawMs = 100;
/** Lines printed per epoch where the output is no terminal. */
const linesPerEpoch = 4;
/** Seconds without a line, at most, where steps allow it. */
const longestSilence = 30;
/** Left free at the end of the line, so that a terminal's echo of Ctrl-C does not wrap it. */
const margin = 3;
const eraseLine = "\r\u001b[K";

/** One line that tells how training goes: redrawn in place on a terminal, a few lines elsewhere. */
export class ProgressLine {
  private readonly output: Output;
  private lastDrawn = -Infinity;
  private lastPart = 0;
  private lastSeconds = 0;
  private isOpen = false;

  constructor(output: Output) {
    this.output = output;
  }

  show(progress: TrainingProgress): void {
    const isLast = progress.seen === progress.total;
    if (this.output.isTTY !== true) {
      const part = Math.floor((progress.seen / progress.total) * progress.epochs * linesPerEpoch);
      const isOverdue = progress.seconds - this.lastSeconds >= longestSilence;
      if (part === this.lastPart && !isOverdue) return;
      this.lastPart = part;
      this.lastSeconds = progress.seconds;
      this.output.write(`${progressText(progress, columnsOf(this.output) - 1, false)}\n`);
      return;
    }
    const now = performance.now();
    if (now - this.lastDrawn < redrawMs && !isLast) return;
    this.lastDrawn = now;
    this.draw(progressText(progress, columnsOf(this.output) - margin));
  }

  /** A line that the next one takes the place of; only on a terminal. */
  note(text: string): void {
    if (this.output.isTTY === true) this.draw(text.slice(0, columnsOf(this.output) - margin));
  }

  /** Leaves the line standing and goes to the next. */
  end(): void {
    if (this.isOpen) this.output.write("\n");
    this.isOpen = false;
  }

  /** Takes the line away. */
  clear(): void {
    if (this.isOpen) this.output.write(eraseLine);
    this.isOpen = false;
  }

  private draw(text: string): void {
    this.isOpen = true;
    this.output.write(`${eraseLine}${text}`);
  }
}

const longestBar = 32;
const shortestBar = 4;

/** The line's text, at most `width` characters: the bar gives way first, then what matters least. */
export function progressText(progress: TrainingProgress, width: number, hasBar = true): string {
  const { epoch, epochs, seen, total, loss, accuracy, seconds } = progress;
  const rate = seen / Math.max(seconds, 1e-3);
  const epochPart = `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`;
  const lossPart = `loss ${loss.toFixed(3)}`;
  const accuracyPart = `accuracy ${(100 * accuracy).toFixed(1).padStart(4)} %`;
  const ratePart = `${String(Math.round(rate)).padStart(4)} examples/s`;
  const timePart =
    seen === total ? `took ${clock(seconds)}` : `${clock((total - seen) / rate)} left`;

  const choices = [
    [epochPart, lossPart, accuracyPart, ratePart, timePart],
    [lossPart, accuracyPart, ratePart, timePart],
    [lossPart, accuracyPart, timePart],
    [lossPart, accuracyPart],
    [lossPart],
  ].map((parts) => parts.join("  "));
  const text = choices.find((line) => line.length <= width);
  if (text === undefined) return lossPart.slice(0, Math.max(width, 0));
  const barWidth = Math.min(longestBar, width - text.length - 2);
  if (!hasBar || barWidth < shortestBar || text !== choices[0]) return text;
  const filled = Math.floor((barWidth * seen) / total);
  const bar = "█".repeat(filled) + "░".repeat(barWidth - filled);
  return `${epochPart}  ${bar}${text.slice(epochPart.length)}`;
}

/** Minutes and seconds; hours where there are any. */
function clock(seconds: number): string {
  const whole = Math.ceil(seconds);
  const two = (part: number): string => String(part % 60).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes}:${two(whole)}`
    : `${Math.floor(minutes / 60)}:${two(minutes)}:${two(whole)}`;
}
