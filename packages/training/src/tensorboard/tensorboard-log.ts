import { checkOptions } from "@dl/backend";
import { eventRecord, histogramValue, scalarValue, summaryEvent, versionEvent } from "@dl/formats";
import type { Tensor } from "@dl/tensor";
import { histograms } from "../inspect/histogram.ts";
import type { Callback } from "../callback.ts";
import { figuresOf } from "../callbacks/csv-log.ts";
import { namedParametersOf, type TrainingStep } from "../training-step.ts";

/** Where bytes go: a file's stream, a download in the browser, an array. */
export interface ByteSink {
  /** Adds bytes at the end; a promise is awaited. */
  write(bytes: Uint8Array): unknown;
}

/** What {@link tensorBoardLog} writes. */
export interface TensorBoardOptions {
  /** Whether each epoch has histograms of parameters and gradients too. Default false. */
  readonly histograms?: boolean;
  /** Milliseconds since 1970; the clock unless said. */
  readonly now?: () => number;
}

/**
 * Writes a TensorBoard event file: per epoch loss, metrics and learning rate, those of the validation
 * under names of their own, and histograms.
 *
 * TensorBoard finds files whose name has `tfevents` in it: `events.out.tfevents.1`. Every run that
 * goes on from a state needs a file of its own, beside the earlier one.
 *
 * @example
 * const data = [{ inputs, targets }];
 * let byteLength = 0;
 * const log = tensorBoardLog({ write: (bytes) => void (byteLength += bytes.length) });
 * await fit(model, { loss: crossEntropy, optimizer, data, epochs: 1, callbacks: [log] });
 * byteLength > 100; // => true
 */
export function tensorBoardLog(sink: ByteSink, options: TensorBoardOptions = {}): Callback {
  const { now = () => Date.now() } = checkOptions("tensorBoardLog", options, {
    histograms: "boolean",
    now: "function",
  });
  const seconds = (): number => now() / 1000;
  return {
    async onStart() {
      await sink.write(eventRecord(versionEvent(seconds())));
    },
    async onEpoch(epoch, { trainingStep }) {
      const values = [...figuresOf(epoch)]
        .filter(([name]) => name !== "epoch" && name !== "step")
        .map(([name, value]) => scalarValue(name.replace(" ", "/"), value));
      const found =
        options.histograms === true ? await histograms(weightsAndGradients(trainingStep)) : [];
      for (const [name, histogram] of found) values.push(histogramValue(name, histogram));
      await sink.write(eventRecord(summaryEvent(seconds(), epoch.step, values)));
    },
  };
}

/** Parameters and their gradients, by names that TensorBoard groups. */
function weightsAndGradients(step: TrainingStep<never>): Map<string, Tensor> {
  const found = new Map<string, Tensor>();
  for (const [name, parameter] of namedParametersOf(step)) {
    found.set(`parameters/${name}`, parameter);
    if (parameter.grad !== null) found.set(`gradients/${name}`, parameter.grad);
  }
  return found;
}
