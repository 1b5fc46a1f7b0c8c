import type { Shape } from "@dl/backend";
import { where, type Tensor } from "@dl/tensor";
import { Distribution, noClosedForm, type SampleOptions, type Valuelike } from "../distribution.ts";
import { sumLast } from "../independent.ts";
import { AffineTransform } from "./affine-transform.ts";
import { ComposeTransform } from "./compose-transform.ts";
import { Transform } from "./transform.ts";

/**
 * What comes of values of a distribution by transforms, the first first: a normal squashed by tanh, a distribution shifted
 * and scaled.
 *
 * ln p(y) = ln p(x) - Σ ln |dy / dx|, x the value that y comes from; -Infinity for a y that comes from none.
 * At a bound that only rounding reaches (±1 of tanh) it is the density next to it.
 *
 * Shape: that of the base, its batch broadcast with the parameters of the transforms.
 * @throws {ArgumentError} unless there are a distribution and transforms.
 * @example
 * const squashed = new TransformedDistribution(new Normal(0, 1), [new TanhTransform()]);
 * await squashed.logProb(tensor([0, 2])).toArray(); // => [-0.918939, -Infinity]
 */
export class TransformedDistribution extends Distribution {
  readonly batchShape: Shape;
  readonly eventShape: Shape;
  /** As wide as the result. */
  readonly base: Distribution;
  /** All of them as one. */
  readonly transform: ComposeTransform;

  constructor(base: Distribution, transforms: Transform | readonly Transform[]) {
    super();
    this.transform = new ComposeTransform(
      transforms instanceof Transform ? [transforms] : transforms,
    );
    const inner = [...base.batchShape, ...base.eventShape];
    const shape = this.transform.forwardShape(inner);
    this.eventShape = base.eventShape;
    this.batchShape = shape.slice(0, shape.length - base.eventShape.length);
    const isSame = shape.length === inner.length && shape.every((size, i) => size === inner[i]);
    this.base = isSame ? base : base.expand(this.batchShape);
  }

  get hasRsample(): boolean {
    return this.base.hasRsample;
  }

  protected draw(shape: readonly number[], options: SampleOptions): Tensor {
    const { base } = this;
    const x = base.hasRsample ? base.rsample(shape, options) : base.sample(shape, options);
    return this.transform.drawn(x);
  }

  logProb(value: Valuelike): Tensor {
    const events = this.eventShape.length;
    let y = this.value("logProb", value);
    let outside: Tensor | undefined;
    let change: Tensor | undefined;
    for (const part of this.transform.parts.toReversed()) {
      const { codomain } = part;
      if (codomain !== undefined) {
        const isOutside = beyond(y, codomain.low, codomain.high);
        outside = outside === undefined ? isOutside : outside.logicalOr(isOutside);
        // A possible value there, so that nothing of what is done with it comes back in a gradient.
        y = where(isOutside, codomain.inside, y);
      }
      const x = part.inverse(y);
      const own = part.logAbsDetJacobian(x, y);
      change = change === undefined ? own : change.add(own);
      y = x;
    }
    const logProb = this.base.logProb(y);
    if (change === undefined) return logProb;
    const density = logProb.sub(sumLast(change, events));
    if (outside === undefined) return density;
    const isImpossible =
      events === 0 ? outside : outside.any(Array.from({ length: events }, (_, i) => i - events));
    return where(isImpossible, -Infinity, density);
  }

  override cdf(value: Valuelike): Tensor {
    let y = this.value("cdf", value);
    for (const part of this.transform.parts.toReversed()) {
      const { codomain } = part;
      y = part.inverse(codomain === undefined ? y : y.clamp(codomain.low, codomain.high));
    }
    return this.turned(this.base.cdf(y));
  }

  override icdf(probability: Valuelike): Tensor {
    const p = this.value("icdf", probability);
    return this.transform.forward(this.base.icdf(this.turned(p)));
  }

  /** A probability, from the other end where the transforms turn the order round. */
  private turned(p: Tensor): Tensor {
    const { sign } = this.transform;
    const other = p.neg().add(1);
    if (typeof sign === "number") return sign < 0 ? other : p;
    return where(sign.less(0), other, p);
  }

  /** A number takes type and place of the base's mean; of a tensor the base checks them. */
  private value(op: string, value: Valuelike): Tensor {
    return this.checked(op, value, typeof value === "number" ? meanOf(this.base) : value);
  }

  /** Of a shifted and scaled distribution. @throws {UnsupportedError} for other transforms. */
  get mean(): Tensor {
    return this.affine("mean").reduce((mean, part) => part.forward(mean), this.base.mean);
  }
  /** Of a shifted and scaled distribution. @throws {UnsupportedError} for other transforms. */
  get mode(): Tensor {
    return this.affine("mode").reduce((mode, part) => part.forward(mode), this.base.mode);
  }
  /** Of a shifted and scaled distribution. @throws {UnsupportedError} for other transforms. */
  get variance(): Tensor {
    return this.affine("variance").reduce(
      (variance, { scale }) => variance.mul(scale).mul(scale),
      this.base.variance,
    );
  }
  /** Of a shifted and scaled distribution. @throws {UnsupportedError} for other transforms. */
  entropy(): Tensor {
    const { mean } = this.base;
    return this.affine("entropy").reduce(
      (entropy, part) => entropy.add(sumLast(part.logAbsDetJacobian(mean), this.eventShape.length)),
      this.base.entropy(),
    );
  }

  private affine(op: string): readonly AffineTransform[] {
    const { parts } = this.transform;
    if (parts.every((part) => part instanceof AffineTransform)) return parts;
    throw noClosedForm(op, this);
  }

  expand(batchShape: readonly number[]): TransformedDistribution {
    return new TransformedDistribution(this.base.expand(batchShape), this.transform);
  }
}

const meanOf = (base: Distribution): Tensor =>
  base instanceof TransformedDistribution ? meanOf(base.base) : base.mean;

const beyond = (y: Tensor, low: number, high: number): Tensor => {
  // 0 has no logarithm; 0 and 1 of a sigmoid and ±1 of tanh are what rounding makes of numbers next to them.
  const isBelow = high === Infinity ? y.lessEqual(low) : y.less(low);
  return high === Infinity ? isBelow : isBelow.logicalOr(y.greater(high));
};
