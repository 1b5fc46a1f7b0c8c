import { checkOptions, type OptionKinds } from "@dl/backend";
import type { Callback } from "../callback.ts";
import type { EpochReport } from "../reports.ts";
import { figuresOf, type TextSink } from "./csv-log.ts";
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
/** Left free at the end of the line, so that a terminal's echo of Ctrl-C does not wrap it. */
const margin = 3;

/** How {@link progressLine} shows. */
export interface ProgressLineOptions extends ProgressOptions {
  /** The figures as they are shown; name and four digits of each scalar unless said. */
  readonly figures?: (scalars: Readonly<Record<string, number>>) => readonly string[];
  /** What a sample is, in the plural. Default "samples". */
  readonly unit?: string;
  /** What the rate is told for. Default "second". */
  readonly per?: "second" | "minute";
  /** Lines per epoch where the output is no terminal. Default 1. */
  readonly linesPerEpoch?: number;
}

const progressLineKinds: OptionKinds<ProgressLineOptions> = {
  everyMs: "number",
  now: "function",
  figures: "function",
  unit: "string",
  per: '"second"|"minute"',
  linesPerEpoch: "number",
};

/** Seconds without a line, at most, where steps allow it. */
const longestSilence = 30;

/**
 * Shows how training goes in one line of a terminal: epoch, bar, scalars, rate and time left. Where
 * the output is no terminal, a line per epoch with its means and its validation, or a few.
 *
 * @example
 * const data = [{ inputs, targets }];
 * let text = "";
 * const callbacks = [progressLine({ write: (part) => void (text += part) })];
 * await fit(model, { loss: crossEntropy, optimizer, data, epochs: 2, callbacks });
 * text.split("\n").length; // => 3
 */
export function progressLine(terminal: Terminal, options: ProgressLineOptions = {}): Callback {
  checkOptions("progressLine", options, progressLineKinds);
  const { linesPerEpoch = 1, everyMs, now } = options;
  const isTerminal = terminal.isTTY === true;
  const width = (): number => (terminal.columns ?? 80) - margin;
  let isOpen = false;
  let latest: TrainingProgress | undefined;
  let printed = { part: 0, seconds: 0 };
  const print = (event: TrainingProgress, scalars: TrainingProgress["scalars"]): void => {
    printed = { part: partOf(event, linesPerEpoch), seconds: event.seconds };
    terminal.write(`${progressText({ ...event, scalars }, width(), options, false)}\n`);
  };
  const show = (event: TrainingProgress): void => {
    latest = event;
    if (!isTerminal) return;
    isOpen = true;
    terminal.write(eraseLine + progressText(event, width(), options));
  };
  // Lines are printed at the same steps in every run; a terminal is drawn when there is time.
  const watch = progress(show, {
    ...((everyMs !== undefined || !isTerminal) && { everyMs: isTerminal ? everyMs! : 0 }),
    ...(now && { now }),
  });
  return {
    ...watch,
    async onStep(step, run) {
      await watch.onStep?.(step, run);
      // The epoch's last line waits for its means and its validation.
      if (isTerminal || latest?.step !== step.step || step.batch === run.batchCount) return;
      const isDue = partOf(latest, linesPerEpoch) !== printed.part;
      if (isDue || latest.seconds - printed.seconds >= longestSilence)
        print(latest, await run.readRecent());
    },
    onEpoch(epoch, run) {
      if (latest === undefined) return;
      // By now everything is read.
      if (isTerminal) show({ ...latest, scalars: run.recent() });
      else print(latest, epochScalars(epoch));
    },
    onEnd() {
      if (isOpen) terminal.write("\n");
      isOpen = false;
    },
  };
}

/** An epoch's means and metrics, and its validation's. */
function epochScalars(epoch: EpochReport): Record<string, number> {
  const beside = new Set(["epoch", "step", "seconds", "learningRate"]);
  return Object.fromEntries([...figuresOf(epoch)].filter(([name]) => !beside.has(name)));
}

/** Which part of the whole training has begun, each epoch cut into as many. */
function partOf({ epoch, batch, batchCount }: TrainingProgress, partsPerEpoch: number): number {
  return Math.floor(
    (epoch - 1 + (batchCount === undefined ? 0 : batch / batchCount)) * partsPerEpoch,
  );
}

/** A line of at most `width` characters: the bar gives way first, then what matters least. */
export function progressText(
  event: TrainingProgress,
  width: number,
  { figures = plainFigures, unit = "samples", per = "second" }: ProgressLineOptions = {},
  hasBar = true,
): string {
  const { epoch, epochs, batch, batchCount, samplesPerSecond, secondsLeft, seconds } = event;
  const epochPart = `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`;
  const shown = figures(event.scalars);
  const [period, sign] = per === "second" ? [1, "s"] : [60, "min"];
  const ratePart = `${String(Math.round(period * samplesPerSecond)).padStart(4)} ${unit}/${sign}`;
  const timePart =
    secondsLeft === undefined
      ? `batch ${batch}`
      : secondsLeft === 0
        ? `took ${clock(seconds)}`
        : `${clock(secondsLeft)} left`;
  const choices = [
    [epochPart, ...shown, ratePart, timePart],
    [...shown, ratePart, timePart],
    [...shown, timePart],
    ...shown.map((_, i) => shown.slice(0, shown.length - i)),
  ].map((parts) => parts.join("  "));
  const text = choices.find((line) => line.length <= width);
  if (text === undefined) return (shown[0] ?? epochPart).slice(0, Math.max(width, 0));
  const barWidth = Math.min(longestBar, width - text.length - 2);
  if (!hasBar || batchCount === undefined || barWidth < shortestBar || text !== choices[0])
    return text;
  const filled = Math.floor(
    (barWidth * ((epoch - 1) * batchCount + batch)) / (epochs * batchCount),
  );
  const bar = "█".repeat(filled) + "░".repeat(barWidth - filled);
  return `${epochPart}  ${bar}${text.slice(epochPart.length)}`;
}

const plainFigures = (scalars: Readonly<Record<string, number>>): string[] =>
  Object.entries(scalars).map(([name, value]) => `${name} ${value.toPrecision(4)}`);

/** Minutes and seconds; hours where there are any. */
function clock(seconds: number): string {
  const whole = Math.ceil(seconds);
  const two = (part: number): string => String(part % 60).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes}:${two(whole)}`
    : `${Math.floor(minutes / 60)}:${two(minutes)}:${two(whole)}`;
}
