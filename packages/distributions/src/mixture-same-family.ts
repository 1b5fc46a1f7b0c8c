import { broadcastShapes, formatShape, ShapeError, wrongType, type Shape } from "@dl/backend";
import { gather, type Tensor } from "@dl/tensor";
import { Categorical } from "./categorical.ts";
import { Distribution, noClosedForm, type SampleOptions, type Valuelike } from "./distribution.ts";

/**
 * A mixture of distributions of one family: a component is chosen, then a value drawn from it.
 *
 * p(x) = Σ weightₖ pₖ(x). A weight of 0 is exact: its component is as if it were not there.
 *
 * Shape: a component for each class along the last axis of the component's batch, [...batch, classes]; the mixture's
 * batch broadcasts with the rest.
 * @throws {ArgumentError} unless the mixture is a Categorical and the component a distribution.
 * @throws {ShapeError} unless there are as many components as classes.
 * @example
 * const mixture = new Categorical({ probs: tensor([0.25, 0.75]) });
 * const both = new MixtureSameFamily(mixture, new Normal(tensor([-1, 1]), 0.1));
 * await both.mean.item(); // => 0.5
 */
export class MixtureSameFamily extends Distribution {
  readonly batchShape: Shape;
  readonly eventShape: Shape;
  readonly hasRsample = false;
  /** Which component, with what weight. */
  readonly mixture: Categorical;
  /** All of them, one along the last axis of the batch for each class. */
  readonly component: Distribution;

  constructor(mixture: Categorical, component: Distribution) {
    super();
    const op = "MixtureSameFamily";
    if (!(mixture instanceof Categorical))
      throw wrongType(
        op,
        "the mixture must be a Categorical",
        mixture,
        "Make one from weights: new Categorical({ probs }).",
      );
    if (!(component instanceof Distribution))
      throw wrongType(
        op,
        "the component must be a distribution",
        component,
        "Make one, such as new Normal(means, deviations).",
      );
    const count = component.batchShape.at(-1);
    if (count !== mixture.classCount)
      throw new ShapeError(
        op,
        `needs as many components as classes: received ${mixture.classCount} classes and a component of batch ${formatShape(component.batchShape)}. Its last axis counts the components.`,
        { expected: mixture.classCount, received: component.batchShape },
      );
    const own = component.batchShape.slice(0, -1);
    this.batchShape = broadcastShapes(mixture.batchShape, own, op);
    this.eventShape = component.eventShape;
    this.mixture = mixture;
    const isWide =
      own.length === this.batchShape.length && own.every((size, i) => size === this.batchShape[i]);
    this.component = isWide ? component : component.expand([...this.batchShape, count]);
  }

  /** The axis of the components, from the end. */
  private get axis(): number {
    return -1 - this.eventShape.length;
  }

  /** The weights beside the components' events. */
  private get weights(): Tensor {
    const { probs } = this.mixture;
    return probs.reshape([...probs.shape, ...this.eventShape.map(() => 1)]);
  }

  get mean(): Tensor {
    return this.weights.mul(this.component.mean).sum(this.axis);
  }
  /** Without a closed form. @throws {UnsupportedError} always. */
  get mode(): Tensor {
    throw noClosedForm("mode", this);
  }
  /** That within the components and that between them. */
  get variance(): Tensor {
    const { weights, component, axis } = this;
    const shift = component.mean.sub(this.mean.unsqueeze(axis));
    return weights.mul(component.variance.add(shift.square())).sum(axis);
  }

  protected draw(shape: readonly number[], options: SampleOptions): Tensor {
    const { axis } = this;
    const classes = this.mixture.expand(this.batchShape).sample(shape, options);
    const values = this.component.sample(shape, options);
    const chosen = classes.reshape([...classes.shape, 1, ...this.eventShape.map(() => 1)]);
    const places = chosen.expand([...classes.shape, 1, ...this.eventShape]);
    return gather(values, axis, places).squeeze([axis]);
  }

  logProb(value: Valuelike): Tensor {
    const { component, mixture } = this;
    return component.logProb(this.beside("logProb", value)).add(mixture.logits).logsumexp(-1);
  }

  /** ln of each component's share of a value: what it was probably drawn from. Shape: [...batch, classes]. */
  logResponsibilities(value: Valuelike): Tensor {
    const { component, mixture } = this;
    return component
      .logProb(this.beside("logResponsibilities", value))
      .add(mixture.logits)
      .logSoftmax(-1);
  }

  /** Without a closed form. @throws {UnsupportedError} always. */
  entropy(): Tensor {
    throw noClosedForm("entropy", this);
  }

  /** Where the components have one. */
  override cdf(value: Valuelike): Tensor {
    const { component, mixture } = this;
    return component.cdf(this.beside("cdf", value)).mul(mixture.probs).sum(-1);
  }

  /** The value once for all components. */
  private beside(op: string, value: Valuelike): Valuelike {
    return typeof value === "number" ? value : this.checked(op, value, value).unsqueeze(this.axis);
  }

  expand(batchShape: readonly number[]): MixtureSameFamily {
    return new MixtureSameFamily(
      this.mixture.expand(batchShape),
      this.component.expand([...batchShape, this.mixture.classCount]),
    );
  }
}
