import type { TrainingProgress } from "./training.ts";

/** Least time between two redraws of the line. */
const redrawMs = 100;
/** Lines printed per epoch where the output is no terminal. */
const linesPerEpoch = 4;

/** One line that tells how training goes: redrawn in place on a terminal, a few lines elsewhere. */
export class ProgressLine {
  private readonly stream: NodeJS.WriteStream;
  private lastDrawn = -Infinity;
  private lastPart = 0;

  constructor(stream: NodeJS.WriteStream) {
    this.stream = stream;
  }

  show(progress: TrainingProgress): void {
    const isLast = progress.seen === progress.total;
    if (!this.stream.isTTY) {
      const part = Math.floor((progress.seen / progress.total) * progress.epochs * linesPerEpoch);
      if (part === this.lastPart) return;
      this.lastPart = part;
      this.stream.write(`${progressText(progress, 100)}\n`);
      return;
    }
    const now = performance.now();
    if (now - this.lastDrawn < redrawMs && !isLast) return;
    this.lastDrawn = now;
    const width = this.stream.columns ?? 80;
    this.stream.write(`\r${progressText(progress, width - 1)}\u001b[K`);
  }

  /** Leaves the line standing. */
  end(): void {
    if (this.stream.isTTY && this.lastDrawn > -Infinity) this.stream.write("\n");
  }
}

/** The line's text, at most `width` characters: the bar gives way first. */
export function progressText(progress: TrainingProgress, width: number): string {
  const { epoch, epochs, seen, total, loss, accuracy, seconds } = progress;
  const rate = seen / seconds;
  const text =
    `loss ${loss.toFixed(4)}  accuracy ${(100 * accuracy).toFixed(1).padStart(5)} %  ` +
    `${Math.round(rate)} examples/s  ${clock((total - seen) / rate)} left`;
  const head = `epoch ${epoch}/${epochs} `;
  const barWidth = Math.min(24, width - head.length - text.length - 2);
  if (barWidth < 4) return `${head} ${text}`.slice(0, width);
  const filled = Math.round((barWidth * seen) / total);
  return `${head}${"█".repeat(filled)}${"░".repeat(barWidth - filled)}  ${text}`;
}

function clock(seconds: number): string {
  const whole = Math.ceil(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
