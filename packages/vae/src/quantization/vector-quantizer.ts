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
  checkTensor,
  indexAdd,
  indexSelect,
  integers,
  normal,
  ones,
  randomKinds,
  where,
  zeros,
  type RandomOptions,
  type Tensor,
} from "@dl/tensor";

/** How the codebook of a {@link VectorQuantizer} learns. */
export interface VectorQuantizerOptions extends RandomOptions {
  /** Share of the past kept in the moving averages at each step. Default 0.99. */
  readonly decay?: number;
  /** Added to each code's count, in shares of a use. Default 1e-5. */
  readonly epsilon?: number;
  /** A code used less than this share of the average use starts anew; 0 never. Default 0.03. */
  readonly restartBelow?: number;
}

const quantizerKinds: OptionKinds<VectorQuantizerOptions> = /* @__PURE__ */ extendKinds(
  randomKinds,
  {
    decay: "number",
    epsilon: "number",
    restartBelow: "number",
  },
);

/** What a {@link VectorQuantizer} makes of vectors. */
export interface Quantized {
  /** The nearest codes; gradients pass through to the vectors as if nothing had happened. */
  readonly quantized: Tensor;
  /** Which code each one is, int32. */
  readonly codes: Tensor;
  /** Mean squared distance of the vectors to their codes, a scalar: makes vectors stay near. */
  readonly commitment: Tensor;
  /** How many codes are in use: exp of the entropy of their shares in this batch, a scalar. */
  readonly perplexity: Tensor;
}

/**
 * Replaces vectors by the nearest of a codebook, which follows the vectors by moving averages; a code
 * that hardly any vector chooses starts anew at a vector of the batch. All its state are buffers, so
 * that it works in compiled steps.
 *
 * In training, with n the uses and s the sum of the vectors of each code in the batch:
 * count ← γ count + (1 - γ) n, total ← γ total + (1 - γ) s, code = total / smoothed count, where
 * smoothed = (count + ε) / (Σ count + K ε) Σ count.
 *
 * Shape: [batch, size, ...] → quantized the same, codes [batch, ...].
 * Source: van den Oord et al. 2017, arXiv:1711.00937, eq. 1 and 3, appendix A.1; restarts as in Dhariwal
 * et al. 2020, arXiv:2005.00341, section 3.2.
 * @throws {ArgumentError} for sizes or options out of their range.
 * @example
 * const quantizer = new VectorQuantizer(16, 4);
 * const { quantized, codes } = quantizer.forward(zeros([2, 4, 7, 7]));
 * [quantized.shape, codes.shape]; // => [[2, 4, 7, 7], [2, 7, 7]]
 */
export class VectorQuantizer extends Module {
  /** Shape: [codes, size]. */
  readonly codebook: Tensor;
  /** Moving average of uses per step. Shape: [codes]. */
  readonly counts: Tensor;
  /** Moving average of the sums of vectors. Shape: [codes, size]. */
  readonly totals: Tensor;
  readonly decay: number;
  readonly epsilon: number;
  readonly restartBelow: number;
  private readonly random: RandomOptions;

  constructor(codes: number, size: number, options: VectorQuantizerOptions = {}) {
    super();
    const {
      decay = 0.99,
      epsilon = 1e-5,
      restartBelow = 0.03,
    } = checkOptions("vectorQuantizer", options, quantizerKinds);
    checkCount("vectorQuantizer", "codes", codes, 2);
    checkCount("vectorQuantizer", "size", size);
    if (!(decay >= 0 && decay < 1 && epsilon > 0 && restartBelow >= 0 && restartBelow < 1))
      throw new ArgumentError(
        "vectorQuantizer",
        `decay must lie in [0, 1), epsilon above 0 and restartBelow in [0, 1): received ${decay}, ${epsilon}, ${restartBelow}.`,
        { received: { decay, epsilon, restartBelow } },
      );
    this.decay = decay;
    this.epsilon = epsilon;
    this.restartBelow = restartBelow;
    const { generator, ...creation } = randomOptions(options);
    this.random = { ...(generator && { generator }) };
    this.codebook = normal([codes, size], { ...creation, ...this.random });
    // As if each code had been used once: a codebook that nothing has changed is its own average.
    this.counts = ones([codes], creation);
    this.totals = this.codebook.clone();
  }

  forward(vectors: Tensor): Quantized {
    const rows = this.rowsOf(vectors);
    const flat = rows.reshape([-1, rows.shape.at(-1)!]); // [vectors, size]
    const codes = this.nearest(flat);
    const chosen = indexSelect(this.codebook.detach(), 0, codes).reshape(rows.shape);
    const uses = this.usesOf(codes);
    if (this.isTraining) this.follow(flat.detach(), codes, uses);
    const nearest = chosen.moveAxis(-1, 1);
    return {
      quantized: vectors.add(nearest.sub(vectors).detach()),
      codes: codes.reshape(rows.shape.slice(0, -1)),
      commitment: vectors.sub(nearest).square().mean(),
      perplexity: perplexityOf(uses),
    };
  }

  /**
   * The codes by their numbers.
   *
   * Shape: codes [batch, ...] → [batch, size, ...].
   */
  lookUp(codes: Tensor): Tensor {
    const size = this.codebook.shape[1]!;
    return indexSelect(this.codebook, 0, codes.reshape([-1]))
      .reshape([...codes.shape, size])
      .moveAxis(-1, 1);
  }

  /** The number of the nearest code of each vector. Shape: [vectors, size] → [vectors]. */
  private nearest(flat: Tensor): Tensor {
    return noGrad(() => {
      // ‖x - e‖² without ‖x‖², which is the same for every code.
      const lengths = this.codebook.square().sum(1);
      return lengths.sub(flat.detach().matmul(this.codebook.transpose(0, 1)).mul(2)).argmin(1);
    });
  }

  private usesOf(codes: Tensor): Tensor {
    const { shape, dtype, backend } = this.counts;
    return indexAdd(
      zeros(shape, { dtype, backend }),
      0,
      codes,
      ones(codes.shape, { dtype, backend }),
    );
  }

  /** One step of the moving averages, and of the restarts. */
  private follow(flat: Tensor, codes: Tensor, uses: Tensor): void {
    noGrad(() => {
      const { decay, epsilon } = this;
      const towards = (average: Tensor, now: Tensor): Tensor =>
        average
          .detach()
          .mul(decay)
          .add(now.mul(1 - decay));
      const sums = indexAdd(this.totals.mul(0), 0, codes, flat);
      const counts = towards(this.counts, uses);
      const totals = towards(this.totals, sums);
      const all = counts.sum();
      const smoothed = counts.add(epsilon).mul(all.div(all.add(counts.shape[0]! * epsilon)));
      const means = totals.div(smoothed.unsqueeze(1));
      const average = all.div(counts.shape[0]!);
      const isDead = counts.less(average.mul(this.restartBelow));
      const fresh = this.anyOf(flat);
      this.counts.assign(where(isDead, average, counts));
      this.totals.assign(where(isDead.unsqueeze(1), fresh.mul(average), totals));
      this.codebook.assign(where(isDead.unsqueeze(1), fresh, means));
    });
  }

  /** A vector of the batch for each code, drawn with replacement. */
  private anyOf(flat: Tensor): Tensor {
    const { backend } = this.codebook;
    const count = this.codebook.shape[0]!;
    const chosen = integers(0, flat.shape[0]!, [count], { backend, ...this.random });
    return indexSelect(flat, 0, chosen);
  }

  /** The vectors along the last axis. @throws {ShapeError} unless they have the codes' size. */
  private rowsOf(vectors: Tensor): Tensor {
    checkTensor("vectorQuantizer", vectors);
    const size = this.codebook.shape[1]!;
    if (vectors.ndim < 2 || vectors.shape[1] !== size)
      throw new ShapeError(
        "vectorQuantizer",
        `needs vectors of ${size} numbers along axis 1, [batch, ${size}, ...]: received ${formatShape(vectors.shape)}. End the encoder with ${size} channels.`,
        { expected: size, received: vectors.shape },
      );
    return vectors.moveAxis(1, -1);
  }
}

/** exp of the entropy of shares. */
function perplexityOf(uses: Tensor): Tensor {
  const shares = uses.div(uses.sum());
  return shares.mul(shares.maximum(1e-10).log()).sum().neg().exp();
}
