import type { Callback } from "../callback.ts";
import type { EpochReport } from "../reports.ts";

/** Where text goes: a file's stream, a terminal, an array. */
export interface TextSink {
  /** Adds text at the end; a promise is awaited. */
  write(text: string): unknown;
}

/**
 * Writes a line of comma-separated figures per epoch, with a header before the first: epoch, step,
 * seconds, learning rate, loss, metrics, and the same of the validation.
 *
 * A training that goes on from a state writes no second header, so that the sink can be appended to.
 *
 * Source: quoting as RFC 4180.
 *
 * @example
 * const data = [{ inputs, targets }];
 * const lines = [];
 * const log = csvLog({ write: (text) => lines.push(text) });
 * await fit(model, { loss: crossEntropy, optimizer, data, epochs: 2, callbacks: [log] });
 * lines.length; // => 3
 */
export function csvLog(sink: TextSink): Callback {
  return {
    async onEpoch(epoch) {
      const figures = figuresOf(epoch);
      // Awaited: a sink may be slower than the training.
      if (epoch.epoch === 1) await sink.write(line([...figures.keys()]));
      await sink.write(line([...figures.values()]));
    },
  };
}

/** An epoch's figures by name, validation last. */
export function figuresOf(epoch: EpochReport): Map<string, number> {
  const { epoch: number, step, seconds, learningRate, loss, metrics, validation } = epoch;
  const figures = new Map(
    Object.entries({ epoch: number, step, seconds, learningRate, loss, ...metrics }),
  );
  if (validation === undefined) return figures;
  figures.set("validation loss", validation.loss);
  for (const [name, value] of Object.entries(validation.metrics))
    figures.set(`validation ${name}`, value);
  return figures;
}

function line(cells: readonly (string | number)[]): string {
  return `${cells.map((cell) => quoted(String(cell))).join(",")}\r\n`;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
