import type { Callback } from "../callback.ts";
import type { EpochReport } from "../reports.ts";
import type { Figures } from "../training-step.ts";

/** Where text goes: a file's stream, a terminal, an array. */
export interface TextSink {
  /** Adds text at the end; a promise is awaited. */
  write(text: string): unknown;
}

/**
 * Writes a line of comma-separated figures per epoch, with a header before the first: epoch, step,
 * seconds, learning rate, scalars, metrics, and the same of each validation set.
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

/** An epoch's numbers by name, those of each validation set after its name. */
export function figuresOf(epoch: EpochReport): Map<string, number> {
  const { epoch: number, step, seconds, learningRate, training, validations } = epoch;
  const figures = new Map(Object.entries({ epoch: number, step, seconds, learningRate }));
  const add = (prefix: string, found: Figures): void => {
    for (const [name, value] of Object.entries(found))
      if (typeof value === "number") figures.set(prefix + name, value);
  };
  add("", training);
  for (const [set, found] of Object.entries(validations)) add(`${set} `, found);
  return figures;
}

function line(cells: readonly (string | number)[]): string {
  return `${cells.map((cell) => quoted(String(cell))).join(",")}\r\n`;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
