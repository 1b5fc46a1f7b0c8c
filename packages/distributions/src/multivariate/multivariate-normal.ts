import {
  ArgumentError,
  checkOptions,
  formatShape,
  ShapeError,
  type OptionKinds,
  type Shape,
} from "@dl/backend";
import { checkTensor, eye, matmul, matrixTranspose, normal, tril, type Tensor } from "@dl/tensor";
import { Distribution, type SampleOptions, type Valuelike } from "../distribution.ts";
import { halfLogTwoPi } from "../special/log-gamma.ts";
import { factorTimes } from "./factor-times.ts";
import { logDeterminant, squaredDistance } from "./mahalanobis.ts";
import {
  factorOf,
  inverseOfLower,
  matrixParameters,
  type SpreadMatrix,
} from "./matrix-parameters.ts";

/** How {@link MultivariateNormal.fit} estimates the covariance. */
export interface FitOptions {
  /** Subtracted from the number of samples in the covariance's denominator. Default 0, maximum likelihood; 1 is unbiased. */
  readonly correction?: number;
  /** Added to the covariance's diagonal. Default 0. */
  readonly ridge?: number;
}

const fitKinds: OptionKinds<FitOptions> = { correction: "number", ridge: "number" };

/**
 * Normal distribution of vectors with any covariance.
 *
 * ln p(x) = -½ (‖L⁻¹ (x - loc)‖² + n ln 2π) - ln det L, with the covariance L Lᵀ by Cholesky.
 *
 * Shape: loc [...batch, n], the matrix [...batch, n, n]; an event is [n].
 * @throws {ArgumentError} unless exactly one matrix is given, or if it is not positive definite, naming the pivot.
 * @throws {ShapeError} if the shapes do not fit.
 * @example
 * const points = new MultivariateNormal(zeros([2]), { covarianceMatrix: tensor([[2, 1], [1, 2]]) });
 * await points.logProb(tensor([1, 1])).item(); // => -2.72052
 */
export class MultivariateNormal extends Distribution {
  readonly batchShape: Shape;
  readonly eventShape: Shape;
  readonly hasRsample = true;
  readonly loc: Tensor;
  /** L with covariance L Lᵀ, with the axes of the batch that its matrix was given with; read its lower triangle. */
  readonly scaleTril: Tensor;

  constructor(loc: Tensor, spread: SpreadMatrix) {
    super();
    const { name, matrix, ...parameters } = matrixParameters("MultivariateNormal", loc, spread);
    this.loc = parameters.loc;
    this.batchShape = parameters.batchShape;
    this.eventShape = this.loc.shape.slice(-1);
    this.scaleTril = factorOf(name, matrix);
  }

  /**
   * The normal of the largest likelihood: mean and covariance of the samples.
   *
   * Shape: samples [count, n].
   * @throws {ShapeError} unless the samples are vectors.
   * @throws {ArgumentError} if the covariance is singular: too few samples, or a number that another one
   * determines, without a ridge.
   * @example
   * const points = MultivariateNormal.fit(tensor([[0, 0], [2, 0], [0, 2], [2, 2]]));
   * await points.covarianceMatrix.toArray(); // => [[1, 0], [0, 1]]
   */
  static fit(samples: Tensor, options: FitOptions = {}): MultivariateNormal {
    const op = "MultivariateNormal.fit";
    checkTensor(op, samples);
    const { correction = 0, ridge = 0 } = checkOptions(op, options, fitKinds);
    const [count = 0, size = 0] = samples.shape;
    if (samples.ndim !== 2 || size === 0)
      throw new ShapeError(
        op,
        `needs samples [count, n]: received ${formatShape(samples.shape)}. Reshape them to rows.`,
        { received: samples.shape },
      );
    if (!(ridge >= 0 && ridge < Infinity))
      throw new ArgumentError(op, `the ridge must be 0 or above: received ${ridge}.`, {
        received: ridge,
      });
    if (!(correction < count))
      throw new ArgumentError(
        op,
        `needs more samples than the correction: received ${count} and ${correction}.`,
        { received: count },
      );
    if (count <= size && ridge === 0)
      throw new ArgumentError(
        op,
        `${count} samples of ${size} numbers have a singular covariance. Give at least ${size + 1}, or a ridge such as { ridge: 1e-6 }.`,
        { expected: size + 1, received: count },
      );
    const loc = samples.mean(0);
    const centred = samples.sub(loc);
    const scatter = matmul(matrixTranspose(centred), centred).div(count - correction);
    const { dtype, backend } = samples;
    const covarianceMatrix =
      ridge === 0 ? scatter : scatter.add(eye(size, size, { dtype, backend }).mul(ridge));
    return fitted(op, loc, covarianceMatrix);
  }

  get mean(): Tensor {
    return this.loc;
  }
  get mode(): Tensor {
    return this.loc;
  }
  get variance(): Tensor {
    return tril(this.scaleTril).square().sum(-1).expand(this.loc.shape);
  }
  /** L Lᵀ. Shape: [...batch, n, n]. */
  get covarianceMatrix(): Tensor {
    const factor = tril(this.scaleTril);
    return this.wide(matmul(factor, matrixTranspose(factor)));
  }
  /** The inverse of the covariance. Shape: [...batch, n, n]. */
  get precisionMatrix(): Tensor {
    const inverse = inverseOfLower(this.scaleTril);
    return this.wide(matmul(matrixTranspose(inverse), inverse));
  }

  private wide(matrix: Tensor): Tensor {
    return matrix.expand([...this.batchShape, ...matrix.shape.slice(-2)]);
  }

  protected draw(shape: readonly number[], options: SampleOptions): Tensor {
    const { dtype, backend } = this.loc;
    const noise = normal([...shape, ...this.loc.shape], { dtype, backend, ...options });
    return this.loc.add(factorTimes(tril(this.scaleTril), noise));
  }

  logProb(value: Valuelike): Tensor {
    const x = this.checked("logProb", value, this.loc);
    const distance = squaredDistance(this.scaleTril, x.sub(this.loc));
    const constant = halfLogTwoPi * this.eventShape[0]!;
    return distance.mul(-0.5).sub(logDeterminant(this.scaleTril).add(constant));
  }

  entropy(): Tensor {
    const constant = (0.5 + halfLogTwoPi) * this.eventShape[0]!;
    return logDeterminant(this.scaleTril).add(constant).expand(this.batchShape);
  }

  expand(batchShape: readonly number[]): MultivariateNormal {
    const { scaleTril } = this;
    return new MultivariateNormal(this.loc.expand([...batchShape, ...this.eventShape]), {
      scaleTril: scaleTril.expand([...batchShape, ...scaleTril.shape.slice(-2)]),
    });
  }
}

/** @throws {ArgumentError} that says what to do if the covariance is singular. */
function fitted(op: string, loc: Tensor, covarianceMatrix: Tensor): MultivariateNormal {
  try {
    return new MultivariateNormal(loc, { covarianceMatrix });
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    const pivot = /pivot \d+ is [^ ]+(?=\.)/.exec(error.message)?.[0] ?? error.message;
    throw new ArgumentError(
      op,
      `the covariance of the samples is singular, some numbers determine another or never change: ${pivot}. Give a ridge such as { ridge: 1e-6 }.`,
      { received: error.received },
    );
  }
}
