import { checkOptions } from "@dl/backend";
import { checkCount } from "@dl/nn";
import type { Tensor } from "@dl/tensor";
import type { Callback } from "../callback.ts";
import { inEvaluation } from "../in-evaluation.ts";
import type { EpochReport } from "../reports.ts";
import { gridKinds, imageGrid, type ImageGridOptions } from "./image-grid.ts";

/** What {@link sampleGrid} shows, and when. */
export interface SampleGridOptions extends ImageGridOptions {
  /** Makes images [count, channels, height, width]: a generator's from fixed noise, say. */
  readonly sample: () => Tensor;
  /** Takes the grid [channels, height, width]: writes a picture, or shows it. */
  readonly show: (grid: Tensor, epoch: EpochReport) => void | Promise<void>;
  /** Epochs from one grid to the next. Default 1. */
  readonly every?: number;
}

/**
 * Shows what the model makes after every epoch, or every few: images in a grid, made in evaluation
 * and without gradients.
 *
 * @throws {ArgumentError} for options out of their range.
 * @example
 * const data = [{ inputs, targets }];
 * const shapes = [];
 * const sample = () => model.forward(inputs).reshape([12, 1, 2, 2]);
 * const callbacks = [sampleGrid({ sample, show: (grid) => void shapes.push(grid.shape) })];
 * await fit(model, { loss: crossEntropy, optimizer, data, epochs: 1, callbacks });
 * shapes; // => [[1, 14, 18]]
 */
export function sampleGrid(options: SampleGridOptions): Callback {
  const {
    sample,
    show,
    every = 1,
    ...grid
  } = checkOptions("sampleGrid", options, {
    ...gridKinds,
    sample: "function",
    show: "function",
    every: "number",
  });
  checkCount("sampleGrid", "every", every);
  return {
    async onEpoch(epoch, run) {
      if (epoch.epoch % every !== 0 && epoch.epoch !== run.epochs) return;
      const { modules } = run.trainingStep;
      await show(
        inEvaluation("sampleGrid", modules, () => imageGrid(sample(), grid)),
        epoch,
      );
    },
  };
}
