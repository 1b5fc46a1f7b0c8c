import type { Training } from "./training.ts";

const levels = "▁▂▃▄▅▆▇█";
const longest = 64;

/** How loss and accuracy went over the run, one small plot each. */
export function curvesText(
  training: Pick<Training, "losses" | "accuracies">,
  width: number,
): string {
  const losses = smoothed(training.losses).map((loss) => loss.toFixed(3));
  const accuracies = smoothed(training.accuracies).map((share) => `${(100 * share).toFixed(1)} %`);
  return [curve("loss", losses, width), curve("accuracy", accuracies, width)].join("\n");
}

/** The exponential mean over some 30 steps, corrected for its start as Adam's moments are. */
function smoothed(values: readonly number[], decay = 0.97): number[] {
  let [sum, weight] = [0, 0];
  return values.map((value) => {
    sum = decay * sum + (1 - decay) * value;
    weight = decay * weight + (1 - decay);
    return sum / weight;
  });
}

/** First value, plot, last value. */
function curve(name: string, values: readonly string[], width: number): string {
  const first = `${name.padEnd(8)} ${(values[0] ?? "").padStart(7)} `;
  const last = ` ${values.at(-1) ?? ""}`;
  const room = Math.min(longest, width - first.length - last.length - 1);
  return first + sparkline(values.map(Number.parseFloat), room) + last;
}

/** One character per stretch of the values, as high as their mean lies between 0 and the highest. */
export function sparkline(values: readonly number[], width: number): string {
  const count = Math.max(0, Math.min(width, values.length));
  const means = Array.from({ length: count }, (_, i) => {
    const start = Math.floor((i * values.length) / count);
    const part = values.slice(start, Math.floor(((i + 1) * values.length) / count));
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
  const most = Math.max(...means);
  const level = (mean: number): number =>
    most > 0 ? Math.ceil((Math.max(mean, 0) / most) * levels.length) - 1 : 0;
  return means.map((mean) => levels[Math.max(0, level(mean))]!).join("");
}
