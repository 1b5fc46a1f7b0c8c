import { noGrad } from "@dl/autograd";
import { checkOptions, UnsupportedError, type OptionKinds, type Shape } from "@dl/backend";
import { generatorKind, type Generator, type Tensor } from "@dl/tensor";

/** Where random bits come from. */
export interface SampleOptions {
  /** The default one unless said. */
  readonly generator?: Generator;
}

export const sampleKinds: OptionKinds<SampleOptions> = { generator: generatorKind };

/**
 * A random quantity, or a batch of them. A value has the shape [...sample, ...batch, ...event]: as many
 * independent draws as were asked for, one for each element of the parameters, each an event.
 *
 * Everything is differentiable in the parameters, to any order, unless a method says otherwise.
 *
 * Source: the interface of torch.distributions.
 */
export abstract class Distribution {
  /** Shape of the parameters, broadcast. */
  abstract readonly batchShape: Shape;
  /** Shape of one value; [] where it is a number. */
  abstract readonly eventShape: Shape;

  /** Shape: [...batch, ...event]. */
  abstract get mean(): Tensor;
  /** Most probable value. Shape: [...batch, ...event]. */
  abstract get mode(): Tensor;
  /** Element by element. Shape: [...batch, ...event]. */
  abstract get variance(): Tensor;
  /** Square root of the variance. */
  get std(): Tensor {
    return this.variance.sqrt();
  }

  /**
   * Values that no gradient passes through.
   *
   * Shape: [...shape, ...batch, ...event].
   */
  sample(shape: readonly number[] = [], options: SampleOptions = {}): Tensor {
    checkOptions("sample", options, sampleKinds);
    return noGrad(() => this.draw(shape, options)).detach();
  }

  /**
   * Values as a differentiable function of the parameters and of random numbers that do not depend on
   * them, so that gradients reach the parameters.
   *
   * Shape: [...shape, ...batch, ...event].
   * @throws {UnsupportedError} where values do not follow the parameters smoothly.
   */
  rsample(shape: readonly number[] = [], options: SampleOptions = {}): Tensor {
    checkOptions("rsample", options, sampleKinds);
    if (!this.hasRsample)
      throw new UnsupportedError(
        "rsample",
        `${this.constructor.name} has no reparameterised samples: its values jump. Use sample(), or a relaxation such as RelaxedOneHotCategorical.`,
        { received: this.constructor.name },
      );
    return this.draw(shape, options);
  }

  /** Whether {@link rsample} can be used. */
  abstract readonly hasRsample: boolean;

  /** Values, following the parameters where `hasRsample`. */
  protected abstract draw(shape: readonly number[], options: SampleOptions): Tensor;

  /**
   * Logarithm of the density, or of the probability of a discrete value, in nats; -Infinity outside the
   * support.
   *
   * Shape: value [...sample, ...batch, ...event] → [...sample, ...batch].
   */
  abstract logProb(value: Tensor): Tensor;

  /** In nats. Shape: [...batch]. */
  abstract entropy(): Tensor;

  /**
   * Probability of a value of at most this.
   *
   * @throws {UnsupportedError} where there is no closed form.
   */
  cdf(_value: Tensor): Tensor {
    throw noClosedForm("cdf", this);
  }

  /**
   * The value whose {@link cdf} is this.
   *
   * @throws {UnsupportedError} where there is no closed form.
   */
  icdf(_probability: Tensor): Tensor {
    throw noClosedForm("icdf", this);
  }

  /** The same distribution for a larger batch, its parameters broadcast. */
  abstract expand(batchShape: readonly number[]): Distribution;
}

export function noClosedForm(op: string, distribution: Distribution): UnsupportedError {
  return new UnsupportedError(
    op,
    `${distribution.constructor.name} has no closed form of it. Estimate it from samples.`,
    { received: distribution.constructor.name },
  );
}
