import { noGrad } from "@dl/autograd";
import {
  checkOptions,
  DTypeError,
  formatShape,
  internShape,
  isFloat,
  ShapeError,
  UnsupportedError,
  wrongType,
  type OptionKinds,
  type Shape,
} from "@dl/backend";
import { generatorKind, tensor, Tensor, type Generator } from "@dl/tensor";

/** Where random bits come from. */
export interface SampleOptions {
  /** The default one unless said. */
  readonly generator?: Generator;
}

/**
 * For options that extend {@link SampleOptions}.
 *
 * @example
 * checkOptions("mySampler", { generator: 42 }, sampleKinds); // throws an ArgumentError
 */
export const sampleKinds: OptionKinds<SampleOptions> = { generator: generatorKind };

/**
 * A random quantity, or a batch of them. A value has the shape [...sample, ...batch, ...event]: as many
 * independent draws as were asked for, one for each element of the parameters, each an event.
 *
 * Everything is differentiable in the parameters and in values, to any order, unless a method says
 * otherwise. Parameters are not checked for their range, which would mean to read them: where they make
 * no distribution (a negative scale), results are NaN or meaningless.
 *
 * Source: the interface of torch.distributions.
 *
 * @example
 * const distribution = new Normal(0, 1);
 * distribution instanceof Distribution; // => true
 */
export abstract class Distribution {
  /** Shape of the parameters, broadcast. */
  abstract readonly batchShape: Shape;
  /** Shape of one value; [] where it is a number. */
  abstract readonly eventShape: Shape;

  /** Shape: [...batch, ...event]. */
  abstract get mean(): Tensor;
  /** Most probable value; one of them where there are several. Shape: [...batch, ...event]. */
  abstract get mode(): Tensor;
  /** Element by element. Shape: [...batch, ...event]. */
  abstract get variance(): Tensor;
  /** Square root of the variance. */
  get std(): Tensor {
    return this.variance.sqrt();
  }

  /**
   * Values that no gradient passes through. The same bits on every backend for the same generator and
   * the same bits of the parameters.
   *
   * Shape: [...shape, ...batch, ...event].
   * @throws {ShapeError} for sizes that no tensor can have.
   */
  sample(shape: readonly number[] = [], options: SampleOptions = {}): Tensor {
    const sizes = internShape(shape, "sample");
    checkOptions("sample", options, sampleKinds);
    return noGrad(() => this.draw(sizes, options)).detach();
  }

  /**
   * Values as a differentiable function of the parameters and of random numbers that do not depend on
   * them, so that gradients reach the parameters. The bits of {@link sample}.
   *
   * Shape: [...shape, ...batch, ...event].
   * @throws {UnsupportedError} where values do not follow the parameters smoothly.
   */
  rsample(shape: readonly number[] = [], options: SampleOptions = {}): Tensor {
    const sizes = internShape(shape, "rsample");
    checkOptions("rsample", options, sampleKinds);
    if (!this.hasRsample)
      throw new UnsupportedError(
        "rsample",
        `${this.constructor.name} has no reparameterised samples: its values jump. Use sample(), or a relaxation such as RelaxedOneHotCategorical.`,
        { received: this.constructor.name },
      );
    return this.draw(sizes, options);
  }

  /** Whether {@link rsample} can be used. */
  abstract readonly hasRsample: boolean;

  /** Values, following the parameters where `hasRsample`. */
  protected abstract draw(shape: readonly number[], options: SampleOptions): Tensor;

  /**
   * Logarithm of the density, or of the probability of a discrete value, in nats; -Infinity outside the
   * support.
   *
   * Shape: value [...sample, ...batch, ...event] → [...sample, ...batch]. The batch broadcasts, the event
   * does not.
   * @throws {ShapeError} if the value does not have the shape of an event, or does not broadcast.
   * @throws {DTypeError} for a float of another type than the parameters'.
   */
  abstract logProb(value: Valuelike): Tensor;

  /** In nats. Shape: [...batch]. */
  abstract entropy(): Tensor;

  /**
   * Probability of a value of at most this.
   *
   * @throws {UnsupportedError} where there is no closed form.
   */
  cdf(_value: Valuelike): Tensor {
    throw noClosedForm("cdf", this);
  }

  /**
   * The value whose {@link cdf} is this; NaN for what is no probability.
   *
   * @throws {UnsupportedError} where there is no closed form.
   */
  icdf(_probability: Valuelike): Tensor {
    throw noClosedForm("icdf", this);
  }

  /** The same distribution for a larger batch, its parameters broadcast. */
  abstract expand(batchShape: readonly number[]): Distribution;

  /**
   * A value as a tensor of the type and place of `parameter`, its shape checked. Whole numbers and
   * truth values become floats; a number stands for a whole event of it.
   */
  protected checked(op: string, value: Valuelike, parameter: Tensor): Tensor {
    const { dtype, backend } = parameter;
    const { eventShape } = this;
    if (typeof value === "number") {
      const number = tensor(value, { dtype, backend });
      return eventShape.length === 0 ? number : number.expand(eventShape);
    }
    if (!(value instanceof Tensor))
      throw wrongType(op, "the value must be a number or a tensor", value, "Use tensor([...]).");
    if (isFloat(value.dtype) && value.dtype !== dtype)
      throw new DTypeError(
        op,
        `the value is ${value.dtype}, the parameters are ${dtype}. Convert with value.cast("${dtype}").`,
        { expected: dtype, received: value.dtype },
      );
    this.checkShape(op, value.shape);
    return value.cast(dtype);
  }

  /** Refuses shapes other than [...sample, ...batch, ...event]. @throws {ShapeError} */
  protected checkShape(op: string, shape: Shape): void {
    const { batchShape, eventShape } = this;
    if (!fits(shape, batchShape, eventShape))
      throw new ShapeError(
        op,
        `the value ${formatShape(shape)} does not fit a batch ${formatShape(batchShape)} of events ${formatShape(eventShape)}. Give [...sample, ...batch, ...event].`,
        { expected: [...batchShape, ...eventShape], received: shape },
      );
  }
}

/** A value: a tensor, or one number for a whole event. */
export type Valuelike = number | Tensor;

/** Whether the last sizes are the event's, and those before broadcast with the batch. */
function fits(shape: Shape, batch: Shape, event: Shape): boolean {
  const own = shape.length - event.length;
  if (own < 0 || event.some((size, i) => shape[own + i] !== size)) return false;
  for (let i = 1; i <= Math.min(own, batch.length); i++) {
    const [size, wanted] = [shape[own - i]!, batch[batch.length - i]!];
    if (size !== wanted && size !== 1 && wanted !== 1) return false;
  }
  return true;
}

export function noClosedForm(op: string, distribution: Distribution): UnsupportedError {
  return new UnsupportedError(
    op,
    `${distribution.constructor.name} has no closed form of it. Estimate it from samples.`,
    { received: distribution.constructor.name },
  );
}
