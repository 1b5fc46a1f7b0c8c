import { noGrad } from "@dl/autograd";
import {
  ArgumentError,
  checkCount,
  checkOptions,
  extendKinds,
  formatShape,
  ShapeError,
  type OptionKinds,
} from "@dl/backend";
import { Module, randomOptions } from "@dl/nn";
import {
  arange,
  bernoulli,
  checkTensor,
  concatenate,
  randomKinds,
  scatter,
  uniform,
  where,
  zeros,
  type RandomOptions,
  type Tensor,
} from "@dl/tensor";

/** Of an {@link ImagePool}. */
export interface ImagePoolOptions extends RandomOptions {
  /** Chance of a picture to be swapped with a stored one. Default 0.5. */
  readonly swapped?: number;
}

const poolKinds: OptionKinds<ImagePoolOptions> = /* @__PURE__ */ extendKinds(randomKinds, {
  swapped: "number",
});

/**
 * Remembers generated pictures, so that a discriminator is shown older ones too and does not run after
 * the generator's latest trick. While it is not full, pictures are stored and come back as they are; then
 * each is, with probability ½, swapped with a stored one. Its state are buffers, so that it works in
 * compiled steps and is kept in checkpoints; in evaluation pictures pass unchanged.
 *
 * The stored ones that a batch may be swapped with are drawn without replacement.
 *
 * Shape: [batch, ...shape] → the same, without gradients; batch at most the pool's size.
 * Source: Shrivastava et al. 2017, arXiv:1612.07828, section 2.3; Zhu et al. 2017, arXiv:1703.10593,
 * section 4, with 50 pictures.
 * @throws {ArgumentError} for a size below 1 or a chance out of [0, 1].
 * @example
 * const pool = new ImagePool(50, [3, 32, 32]);
 * pool.forward(ones([4, 3, 32, 32])).shape; // => [4, 3, 32, 32]
 * await pool.count.item(); // => 4
 */
export class ImagePool extends Module {
  /** Shape: [size, ...shape]. */
  readonly pictures: Tensor;
  /** How many are stored, an int32 scalar. */
  readonly count: Tensor;
  readonly swapped: number;
  private readonly random: RandomOptions;

  constructor(size: number, shape: readonly number[], options: ImagePoolOptions = {}) {
    super();
    const { swapped = 0.5 } = checkOptions("imagePool", options, poolKinds);
    checkCount("imagePool", "size", size);
    if (!(swapped >= 0 && swapped <= 1))
      throw new ArgumentError(
        "imagePool",
        `swapped must be a chance between 0 and 1: received ${swapped}.`,
        { expected: "[0, 1]", received: swapped },
      );
    const { generator, ...creation } = randomOptions(options);
    this.pictures = zeros([size, ...shape], creation);
    this.count = zeros([], { ...creation, dtype: "int32" });
    this.swapped = swapped;
    this.random = { ...(generator && { generator }) };
  }

  forward(given: Tensor): Tensor {
    this.check(given);
    if (!this.isTraining) return given.detach();
    return noGrad(() => this.exchange(given));
  }

  private exchange(given: Tensor): Tensor {
    const { pictures, count, swapped } = this;
    const { backend } = pictures;
    const random = { backend, ...this.random };
    const [size, batch] = [pictures.shape[0]!, given.shape[0]!];
    const all = concatenate([pictures, given]); // [size + batch, ...]
    const places = arange(size, { backend, dtype: "int32" });
    const arrivals = arange(size, size + batch, 1, { backend, dtype: "int32" });
    // A place for each picture: the empty ones first, in their order, then any, none twice.
    const preference = where(
      places.less(count),
      uniform([size], random),
      places
        .neg()
        .cast("float32")
        .add(size + 1),
    );
    const chosen = preference.topk(batch).indices; // [batch]
    const isEmpty = chosen.greaterEqual(count);
    const isSwapped = bernoulli([batch], { probability: swapped, dtype: "bool", ...random });
    const seen = where(isSwapped.logicalAnd(isEmpty.logicalNot()), chosen, arrivals);
    const kept = where(isSwapped.logicalOr(isEmpty), arrivals, chosen);
    const shown = all.indexSelect(0, seen);
    pictures.assign(all.indexSelect(0, scatter(places, 0, chosen, kept)));
    count.assign(count.add(batch).minimum(size));
    return shown;
  }

  /** @throws {ShapeError} unless these are pictures of the pool's shape, no more than it holds. */
  private check(given: Tensor): void {
    checkTensor("imagePool", given);
    const [size, ...shape] = this.pictures.shape as readonly [number, ...number[]];
    const [batch = 0, ...own] = given.shape;
    if (formatShape(own) === formatShape(shape) && batch <= size) return;
    throw new ShapeError(
      "imagePool",
      `needs at most ${size} pictures of shape ${formatShape(shape)}: received ${formatShape(given.shape)}. Make the pool for such pictures, and larger than a batch.`,
      { expected: this.pictures.shape, received: given.shape },
    );
  }
}
