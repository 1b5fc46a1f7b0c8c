import type { Callback } from "../callback.ts";
import type { TextSink } from "./csv-log.ts";
import { progress, type ProgressOptions, type TrainingProgress } from "./progress.ts";

/** A terminal, or what stands for one: `process.stdout` fits. */
export interface Terminal extends TextSink {
  /** Whether the line can be written again; otherwise there is a line per epoch. */
  readonly isTTY?: boolean;
  readonly columns?: number;
}

const eraseLine = "\r\u001b[K";
const longestBar = 32;
const shortestBar = 4;

/**
 * Shows how training goes in one line of a terminal: epoch, bar, loss, rate and time left. Where the
 * output is no terminal, a line per epoch.
 *
 * @example
 * const data = [{ inputs, targets }];
 * let text = "";
 * const callbacks = [progressLine({ write: (part) => void (text += part) })];
 * await fit(model, { loss: crossEntropy, optimizer, data, epochs: 2, callbacks });
 * text.split("\n").length; // => 3
 */
export function progressLine(terminal: Terminal, options: ProgressOptions = {}): Callback {
  const isTerminal = terminal.isTTY === true;
  const width = (): number => (terminal.columns ?? 80) - 1;
  let isOpen = false;
  const show = (event: TrainingProgress): void => {
    isOpen = true;
    const isLast = event.batch === event.batchCount;
    if (isTerminal) terminal.write(eraseLine + progressText(event, width()));
    else if (isLast) terminal.write(`${progressText(event, width(), false)}\n`);
  };
  return {
    ...progress(show, options),
    onEnd() {
      if (isTerminal && isOpen) terminal.write("\n");
      isOpen = false;
    },
  };
}

/** A line of at most `width` characters: the bar gives way first, then what matters least. */
export function progressText(event: TrainingProgress, width: number, hasBar = true): string {
  const { epoch, epochs, batch, batchCount, loss, samplesPerSecond, secondsLeft } = event;
  const epochPart = `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`;
  const lossPart = `loss ${loss.toPrecision(4)}`;
  const ratePart = `${Math.round(samplesPerSecond)} samples/s`;
  const timePart = secondsLeft === undefined ? `batch ${batch}` : `${clock(secondsLeft)} left`;
  const choices = [
    [epochPart, lossPart, ratePart, timePart],
    [epochPart, lossPart, timePart],
    [epochPart, lossPart],
    [lossPart],
  ].map((parts) => parts.join("  "));
  const text = choices.find((line) => line.length <= width);
  if (text === undefined) return lossPart.slice(0, Math.max(width, 0));
  const barWidth = Math.min(longestBar, width - text.length - 2);
  if (!hasBar || batchCount === undefined || barWidth < shortestBar || text !== choices[0])
    return text;
  const filled = Math.floor((barWidth * batch) / batchCount);
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
