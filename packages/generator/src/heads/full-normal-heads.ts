import { checkCount, checkOptions, formatShape, ShapeError } from "@dl/backend";
import { MultivariateNormal } from "@dl/distributions";
import { Parameter } from "@dl/nn";
import {
  creationKinds,
  diagonalMatrix,
  tensor,
  tril,
  zeros,
  type CreationOptions,
  type Tensor,
} from "@dl/tensor";
import {
  boundedLogVariance,
  boundKinds,
  checkBounds,
  type LogVarianceBounds,
} from "./bounded-log-variance.ts";
import { checkOutputs, Head } from "./head.ts";

/**
 * A normal of vectors with any covariance, whose Cholesky factor the network gives: first the means, then
 * the logarithms of the factor's squared diagonal, then what is below the diagonal, row by row.
 *
 * covariance = L Lᵀ, L's diagonal exp(½ d), so that every output is a covariance; d is held between bounds.
 *
 * Shape: outputs [batch, size + size (size + 1) / 2] → an event [size].
 * Source: Dorta et al. 2018, arXiv:1802.07079, section 3.1, of the covariance instead of its inverse.
 * @throws {ArgumentError} unless the bounds are at least 2 apart.
 * @example
 * const head = new FullNormalHead();
 * head.outputsFor(2); // => 5
 * await head.forward(zeros([1, 5])).covarianceMatrix.toArray(); // => [[[1, 0], [0, 1]]]
 */
export class FullNormalHead extends Head<MultivariateNormal> {
  readonly bounds: LogVarianceBounds;

  constructor(options: LogVarianceBounds = {}) {
    super();
    this.bounds = checkOptions("fullNormalHead", options, boundKinds);
    checkBounds("fullNormalHead", options);
  }

  outputsFor(size: number): number {
    return size + triangleCount(size);
  }

  forward(outputs: Tensor): MultivariateNormal {
    checkOutputs("fullNormalHead", outputs, 2);
    const count = outputs.shape[1]!;
    // size + size (size + 1) / 2 = count
    const size = (Math.sqrt(9 + 8 * count) - 3) / 2;
    if (!Number.isInteger(size) || size < 1)
      throw new ShapeError(
        "fullNormalHead",
        `reads size + size (size + 1) / 2 numbers, such as 2, 5, 9, 14: received ${formatShape(outputs.shape)}. End the network with outputsFor(size) outputs.`,
        { received: outputs.shape },
      );
    const raw = boundedLogVariance("fullNormalHead", outputs.narrow(1, size, size), this.bounds);
    const below = outputs.narrow(1, 2 * size, count - 2 * size);
    const scaleTril = choleskyFactor(raw, below);
    return new MultivariateNormal(outputs.narrow(1, 0, size), { scaleTril });
  }
}

/** Bounds and place of a {@link SharedNormalHead}. */
export interface SharedNormalOptions extends LogVarianceBounds, CreationOptions {}

/**
 * Normals of vectors around what the network gives, with one covariance for all inputs, which is learnt.
 * It begins as the identity.
 *
 * Shape: outputs [batch, size] → an event [size].
 * @throws {ArgumentError} unless the size is a whole number of at least 1, and the bounds 2 apart.
 * @example
 * const head = new SharedNormalHead(2);
 * head.parameters().map(({ shape }) => shape); // => [[2], [1]]
 * head.forward(zeros([8, 2])).batchShape; // => [8]
 */
export class SharedNormalHead extends Head<MultivariateNormal> {
  /** Logarithms of the squared diagonal of the Cholesky factor. Shape: [size]. */
  readonly logDiagonal: Parameter;
  /** The factor below its diagonal, row by row. Shape: [size (size - 1) / 2]. */
  readonly below: Parameter;
  readonly bounds: LogVarianceBounds;

  constructor(size: number, options: SharedNormalOptions = {}) {
    super();
    const {
      leastLogVariance = -20,
      mostLogVariance = 20,
      ...creation
    } = checkOptions("sharedNormalHead", options, { ...boundKinds, ...creationKinds });
    checkCount("sharedNormalHead", "size", size);
    this.bounds = { leastLogVariance, mostLogVariance };
    checkBounds("sharedNormalHead", this.bounds);
    this.logDiagonal = new Parameter(zeros([size], creation));
    this.below = new Parameter(zeros([triangleCount(size) - size], creation));
  }

  outputsFor(size: number): number {
    return size;
  }

  forward(outputs: Tensor): MultivariateNormal {
    checkOutputs("sharedNormalHead", outputs, 2);
    const raw = boundedLogVariance("sharedNormalHead", this.logDiagonal, this.bounds);
    return new MultivariateNormal(outputs, { scaleTril: choleskyFactor(raw, this.below) });
  }
}

const triangleCount = (size: number): number => (size * (size + 1)) / 2;

/** Shape: logDiagonal [..., size], below [..., size (size - 1) / 2] → [..., size, size]. */
function choleskyFactor(logDiagonal: Tensor, below: Tensor): Tensor {
  const diagonal = diagonalMatrix(logDiagonal.mul(0.5).exp());
  const size = logDiagonal.shape.at(-1)!;
  if (size === 1) return diagonal;
  // Where each place of the square lies in the list; those on and above the diagonal are cut off.
  const places = Array.from({ length: size * size }, (_, at) => {
    const [row, column] = [Math.floor(at / size), at % size];
    return column < row ? triangleCount(row - 1) + column : 0;
  });
  const indices = tensor(places, { dtype: "int32", backend: below.backend });
  const square = below.indexSelect(-1, indices).reshape([...below.shape.slice(0, -1), size, size]);
  return tril(square, -1).add(diagonal);
}
