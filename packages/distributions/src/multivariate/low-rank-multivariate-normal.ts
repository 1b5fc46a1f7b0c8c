import { broadcastShapes, formatShape, ShapeError, type Shape } from "@dl/backend";
import {
  cholesky,
  diagonalMatrix,
  eye,
  hostFunction,
  matmul,
  matrixTranspose,
  normal,
  store,
  triangularSolve,
  type HostFunction,
  type Tensor,
} from "@dl/tensor";
import { Distribution, type SampleOptions, type Valuelike } from "../distribution.ts";
import { parameterTensors } from "../parameters.ts";
import { halfLogTwoPi } from "../special/log-gamma.ts";
import { factorTimes } from "./factor-times.ts";
import { logDeterminant, squaredDistance } from "./mahalanobis.ts";
import { vectorSize } from "./matrix-parameters.ts";

/** Roots with the same bits everywhere. */
const root: HostFunction = {
  name: "root",
  isStackable: true,
  compute([x], result) {
    x!.forEach((element, i) => (result[i] = Math.sqrt(element)));
  },
};

/**
 * Normal distribution of vectors whose covariance is a diagonal and a few directions: W Wᵀ + D, of any length
 * without a matrix of that size.
 *
 * By the capacitance matrix C = I + Wᵀ D⁻¹ W of as many rows as there are directions: with d = x - loc,
 * ln p(x) = -½ (dᵀ D⁻¹ d - ‖chol(C)⁻¹ Wᵀ D⁻¹ d‖² + ln det C + ln det D + n ln 2π).
 *
 * Shape: loc [...batch, n], covFactor W [...batch, n, directions], covDiag D [...batch, n]; an event is [n].
 * Source: Woodbury 1950, "Inverting modified matrices".
 *
 * @throws {ShapeError} if the shapes do not fit.
 * @throws {ArgumentError | DTypeError} unless all are float tensors.
 * @example
 * const points = new LowRankMultivariateNormal(zeros([2]), tensor([[1], [1]]), ones([2]));
 * await points.covarianceMatrix.toArray(); // => [[2, 1], [1, 2]]
 */
export class LowRankMultivariateNormal extends Distribution {
  readonly batchShape: Shape;
  readonly eventShape: Shape;
  readonly hasRsample = true;
  readonly loc: Tensor;
  /** W, with the axes of the batch that it was given with. */
  readonly covFactor: Tensor;
  /** D, above 0, with the axes of the batch that it was given with. */
  readonly covDiag: Tensor;
  /** The lower triangular factor of the capacitance matrix. */
  readonly capacitanceTril: Tensor;

  constructor(loc: Tensor, covFactor: Tensor, covDiag: Tensor) {
    super();
    const op = "LowRankMultivariateNormal";
    const parameters = parameterTensors(op, { loc, covFactor, covDiag });
    const size = vectorSize(op, parameters.loc);
    ({ covFactor: this.covFactor, covDiag: this.covDiag } = parameters);
    if (this.covFactor.ndim < 2 || this.covFactor.shape.at(-2) !== size)
      throw new ShapeError(
        op,
        `covFactor must be [...batch, ${size}, directions]: received ${formatShape(this.covFactor.shape)}.`,
        { expected: size, received: this.covFactor.shape },
      );
    if (this.covDiag.shape.at(-1) !== size)
      throw new ShapeError(
        op,
        `covDiag must be [...batch, ${size}]: received ${formatShape(this.covDiag.shape)}.`,
        { expected: size, received: this.covDiag.shape },
      );
    this.batchShape = broadcastShapes(
      broadcastShapes(this.covFactor.shape.slice(0, -2), this.covDiag.shape.slice(0, -1), op),
      parameters.loc.shape.slice(0, -1),
      op,
    );
    this.eventShape = [size];
    this.loc = parameters.loc.expand([...this.batchShape, size]);
    const { dtype, backend } = this.covFactor;
    const inner = matmul(this.scaledFactor, this.covFactor);
    this.capacitanceTril = cholesky(
      inner.add(eye(inner.shape.at(-1)!, undefined, { dtype, backend })),
    );
  }

  /** Wᵀ D⁻¹. */
  private get scaledFactor(): Tensor {
    return matrixTranspose(this.covFactor).div(this.covDiag.unsqueeze(-2));
  }

  get mean(): Tensor {
    return this.loc;
  }
  get mode(): Tensor {
    return this.loc;
  }
  get variance(): Tensor {
    return this.covFactor.square().sum(-1).add(this.covDiag).expand(this.loc.shape);
  }
  /** W Wᵀ + D. Shape: [...batch, n, n]. */
  get covarianceMatrix(): Tensor {
    const product = matmul(this.covFactor, matrixTranspose(this.covFactor));
    return this.wide(product.add(diagonalMatrix(this.covDiag)));
  }
  /** The inverse of the covariance. Shape: [...batch, n, n]. */
  get precisionMatrix(): Tensor {
    const part = triangularSolve(this.capacitanceTril, this.scaledFactor);
    const removed = matmul(matrixTranspose(part), part);
    return this.wide(diagonalMatrix(this.covDiag.reciprocal()).sub(removed));
  }
  /** L with covariance L Lᵀ. Shape: [...batch, n, n]. */
  get scaleTril(): Tensor {
    // Of D^½ (I + D^-½ W Wᵀ D^-½) D^½, whose inner matrix has no eigenvalue below 1.
    const deviation = this.covDiag.sqrt().unsqueeze(-1);
    const factor = this.covFactor.div(deviation);
    const { dtype, backend } = this.covFactor;
    const inner = matmul(factor, matrixTranspose(factor)).add(
      eye(this.eventShape[0]!, undefined, { dtype, backend }),
    );
    return this.wide(cholesky(inner).mul(deviation));
  }

  /** Half the logarithm of the covariance's determinant. */
  get logDeterminantOfScale(): Tensor {
    return logDeterminant(this.capacitanceTril).add(this.covDiag.log().sum(-1).mul(0.5));
  }

  private wide(matrix: Tensor): Tensor {
    return matrix.expand([...this.batchShape, ...matrix.shape.slice(-2)]);
  }

  protected draw(shape: readonly number[], options: SampleOptions): Tensor {
    const { dtype, backend } = this.loc;
    const target = { dtype, backend, ...options };
    const directions = this.covFactor.shape.at(-1)!;
    const along = normal([...shape, ...this.batchShape, directions], target);
    const own = normal([...shape, ...this.loc.shape], target);
    const deviation = hostFunction(root, [this.covDiag], {
      shape: this.covDiag.shape,
      dtype,
      gradient: (dy, _inputs, y) => [dy.div(y.mul(2))],
    });
    const spread = own.mul(deviation);
    // In a program of its own: a device may round a product and a sum together.
    store(spread.value);
    return this.loc.add(factorTimes(this.covFactor, along)).add(spread);
  }

  /** dᵀ Σ⁻¹ d for differences d [..., n]. */
  squaredDistance(difference: Tensor): Tensor {
    const scaled = difference.div(this.covDiag);
    const along = matmul(matrixTranspose(this.covFactor), scaled.unsqueeze(-1)).squeeze([-1]);
    const removed = squaredDistance(this.capacitanceTril, along);
    return scaled.mul(difference).sum(-1).sub(removed);
  }

  logProb(value: Valuelike): Tensor {
    const x = this.checked("logProb", value, this.loc);
    const constant = halfLogTwoPi * this.eventShape[0]!;
    return this.squaredDistance(x.sub(this.loc))
      .mul(-0.5)
      .sub(this.logDeterminantOfScale.add(constant));
  }

  entropy(): Tensor {
    const constant = (0.5 + halfLogTwoPi) * this.eventShape[0]!;
    return this.logDeterminantOfScale.add(constant).expand(this.batchShape);
  }

  expand(batchShape: readonly number[]): LowRankMultivariateNormal {
    const wide = (x: Tensor, axes: number): Tensor =>
      x.expand([...batchShape, ...x.shape.slice(x.ndim - axes)]);
    return new LowRankMultivariateNormal(
      wide(this.loc, 1),
      wide(this.covFactor, 2),
      wide(this.covDiag, 1),
    );
  }
}
