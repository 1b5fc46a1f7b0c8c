import { ArgumentError, checkOptions, checkWhole, type Shape } from "@dl/backend";
import { Distribution, type SampleOptions } from "@dl/distributions";
import { broadcastTo, checkTensor, uniform, where, type Tensor } from "@dl/tensor";

/** Which values there are. */
export interface LevelOptions {
  /** How many. Default 256. */
  readonly levels?: number;
  /** The lowest. Default 0. */
  readonly low?: number;
  /** The highest. Default 1. */
  readonly high?: number;
}

export const levelKinds = { levels: "number", low: "number", high: "number" } as const;

/**
 * A logistic distribution cut into levels: the chance of a grey level is what lies within half a step
 * of it, and the lowest and highest have all beyond them.
 *
 * p(x) = σ((x + h - loc) / scale) - σ((x - h - loc) / scale), h half a step. Computed as
 * ln σ(a) + ln σ(-b) + ln(1 - exp(b - a)), which is exact where both sigmoids are nearly one.
 *
 * Shape: loc, scale of one shape; an event is a number. Values lie on the levels.
 * Source: Kingma et al. 2016, arXiv:1606.04934, appendix C; Salimans et al. 2017, arXiv:1701.05517, eq. 2.
 * @throws {ArgumentError} unless there are at least 2 levels and high is above low.
 * @example
 * const pixel = new DiscretizedLogistic(tensor([0.5]), tensor([0.1]), { levels: 3 });
 * await pixel.logProb(tensor([0.5])).exp().toArray(); // => [0.848284]
 */
export class DiscretizedLogistic extends Distribution {
  readonly batchShape: Shape;
  readonly eventShape: Shape = [];
  readonly hasRsample = false;
  readonly loc: Tensor;
  readonly scale: Tensor;
  readonly levels: number;
  readonly low: number;
  readonly high: number;

  constructor(loc: Tensor, scale: Tensor, options: LevelOptions = {}) {
    super();
    for (const parameter of [loc, scale]) checkTensor("DiscretizedLogistic", parameter);
    const {
      levels = 256,
      low = 0,
      high = 1,
    } = checkOptions("DiscretizedLogistic", options, levelKinds);
    checkLevels("DiscretizedLogistic", { levels, low, high });
    this.loc = loc;
    this.scale = broadcastTo(scale, loc.shape);
    this.batchShape = loc.shape;
    this.levels = levels;
    this.low = low;
    this.high = high;
  }

  /** From one level to the next. */
  private get step(): number {
    return (this.high - this.low) / (this.levels - 1);
  }

  /** Exact, which takes a pass for each level. */
  get mean(): Tensor {
    return this.expectation((level) => level);
  }
  /** The level nearest to loc. */
  get mode(): Tensor {
    return this.nearestLevel(this.loc);
  }
  /** Exact, which takes a pass for each level. */
  get variance(): Tensor {
    return this.expectation((level) => level * level).sub(this.mean.square());
  }

  protected draw(shape: readonly number[], options: SampleOptions): Tensor {
    const { dtype, backend } = this.loc;
    const all = [...shape, ...this.batchShape];
    // Never 0 or 1, whose logits are infinite.
    const tiny = 2 ** -25;
    const ranks = uniform(all, { dtype, backend, low: tiny, high: 1 - tiny, ...options });
    const standard = ranks.log().sub(ranks.neg().log1p());
    return this.nearestLevel(this.loc.add(standard.mul(this.scale)));
  }

  logProb(value: Tensor): Tensor {
    const centred = value.sub(this.loc);
    const half = this.step / 2;
    const a = centred.add(half).div(this.scale);
    const b = centred.sub(half).div(this.scale);
    const between = this.scale.reciprocal().mul(-this.step).expm1().neg().log();
    const belowTop = a.neg().softplus().neg(); // ln σ(a)
    const aboveBottom = b.softplus().neg(); // ln σ(-b)
    const isLowest = value.lessEqual(this.low + half);
    const isHighest = value.greaterEqual(this.high - half);
    const inside = belowTop.add(aboveBottom).add(between);
    return where(isLowest, belowTop, where(isHighest, aboveBottom, inside));
  }

  /** Exact, which takes a pass for each level. */
  entropy(): Tensor {
    return this.overLevels((level) => {
      const logProb = this.logProb(this.loc.mul(0).add(level));
      return logProb.exp().mul(logProb).neg();
    });
  }

  expand(batchShape: readonly number[]): DiscretizedLogistic {
    const { levels, low, high } = this;
    return new DiscretizedLogistic(this.loc.expand(batchShape), this.scale.expand(batchShape), {
      levels,
      low,
      high,
    });
  }

  private nearestLevel(x: Tensor): Tensor {
    const index = x
      .sub(this.low)
      .div(this.step)
      .round()
      .clamp(0, this.levels - 1);
    return index.mul(this.step).add(this.low);
  }

  private expectation(of: (level: number) => number): Tensor {
    return this.overLevels((level) =>
      this.logProb(this.loc.mul(0).add(level)).exp().mul(of(level)),
    );
  }

  private overLevels(term: (level: number) => Tensor): Tensor {
    let sum = term(this.low);
    for (let i = 1; i < this.levels; i++) sum = sum.add(term(this.low + i * this.step));
    return sum;
  }
}

/** @throws {ArgumentError} unless there are at least 2 levels and high is above low. */
export function checkLevels(op: string, { levels, low, high }: Required<LevelOptions>): void {
  checkWhole(op, "levels", levels, 2, 2 ** 16, " from 2 to 65536");
  if (low < high) return;
  throw new ArgumentError(op, `high must be above low: received ${high} and ${low}.`, {
    received: [low, high],
  });
}
