import { checkOptions } from "@dl/backend";
import { Independent } from "@dl/distributions";
import type { Tensor } from "@dl/tensor";
import {
  boundedLogVariance,
  boundKinds,
  checkBounds,
  type LogVarianceBounds,
} from "./bounded-log-variance.ts";
import {
  checkLevels,
  DiscretizedLogistic,
  levelKinds,
  type LevelOptions,
} from "./discretized-logistic.ts";
import { Head, outputParts } from "./head.ts";

/** Levels, and how narrow and wide the distribution may get. */
export interface DiscretizedLogisticOptions extends LevelOptions, LogVarianceBounds {}

/**
 * A likelihood for pictures of whole grey levels: {@link DiscretizedLogistic}, whose location the
 * network gives first, then the logarithm of the scale's square.
 *
 * Shape: outputs [batch, 2 size, ...] → an event [size, ...].
 * @throws {ArgumentError} for levels or bounds that cannot be.
 * @example
 * new DiscretizedLogisticHead().forward(zeros([8, 6, 32, 32])).eventShape; // => [3, 32, 32]
 */
export class DiscretizedLogisticHead extends Head<Independent> {
  readonly levels: Required<LevelOptions>;
  readonly bounds: LogVarianceBounds;

  constructor(options: DiscretizedLogisticOptions = {}) {
    super();
    const {
      levels = 256,
      low = 0,
      high = 1,
      ...bounds
    } = checkOptions("discretizedLogisticHead", options, { ...levelKinds, ...boundKinds });
    checkLevels("discretizedLogisticHead", { levels, low, high });
    checkBounds("discretizedLogisticHead", bounds);
    this.levels = { levels, low, high };
    this.bounds = bounds;
  }

  outputsFor(size: number): number {
    return 2 * size;
  }

  forward(outputs: Tensor): Independent {
    const [loc, raw] = outputParts("discretizedLogisticHead", outputs, 2);
    const scale = boundedLogVariance("discretizedLogisticHead", raw!, this.bounds).mul(0.5).exp();
    return new Independent(new DiscretizedLogistic(loc!, scale, this.levels), outputs.ndim - 1);
  }
}
