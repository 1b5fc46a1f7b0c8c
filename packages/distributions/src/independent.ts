import { ArgumentError, internShape, wrongType, type Shape } from "@dl/backend";
import { Tensor } from "@dl/tensor";
import { Distribution, type SampleOptions, type Valuelike } from "./distribution.ts";

/**
 * A batch read as one event: the last axes of the batch become axes of the event, whose log-densities
 * are added up.
 *
 * @throws {ArgumentError} unless the batch has so many axes.
 * @example
 * const points = new Independent(new Normal(zeros([3, 2]), 1), 1);
 * points.logProb(zeros([3, 2])).shape; // => [3]
 */
export class Independent extends Distribution {
  readonly batchShape: Shape;
  readonly eventShape: Shape;
  readonly base: Distribution;
  /** How many axes of the batch become axes of the event. */
  readonly axes: number;

  constructor(base: Distribution, axes: number) {
    super();
    if (!(base instanceof Distribution))
      throw wrongType(
        "Independent",
        "needs a distribution",
        base,
        "Make one, such as new Normal(zeros([3]), 1).",
      );
    const { batchShape, eventShape } = base;
    if (!Number.isInteger(axes) || axes < 0 || axes > batchShape.length)
      throw new ArgumentError(
        "Independent",
        `axes must be a whole number from 0 to ${batchShape.length}, the axes of the batch: received ${axes}.`,
        { expected: batchShape.length, received: axes },
      );
    this.base = base;
    this.axes = axes;
    const kept = batchShape.length - axes;
    this.batchShape = internShape(batchShape.slice(0, kept));
    this.eventShape = internShape([...batchShape.slice(kept), ...eventShape]);
  }

  get hasRsample(): boolean {
    return this.base.hasRsample;
  }
  get mean(): Tensor {
    return this.base.mean;
  }
  get mode(): Tensor {
    return this.base.mode;
  }
  get variance(): Tensor {
    return this.base.variance;
  }

  protected draw(shape: readonly number[], options: SampleOptions): Tensor {
    return this.hasRsample ? this.base.rsample(shape, options) : this.base.sample(shape, options);
  }

  logProb(value: Valuelike): Tensor {
    if (value instanceof Tensor) this.checkShape("logProb", value.shape);
    return sumLast(this.base.logProb(value), this.axes);
  }

  entropy(): Tensor {
    return sumLast(this.base.entropy(), this.axes);
  }

  expand(batchShape: readonly number[]): Independent {
    const own = this.base.batchShape.slice(this.batchShape.length);
    return new Independent(this.base.expand([...batchShape, ...own]), this.axes);
  }
}

/** The sum over so many last axes. */
export function sumLast(x: Tensor, axes: number): Tensor {
  return axes === 0 ? x : x.sum(Array.from({ length: axes }, (_, i) => i - axes));
}
