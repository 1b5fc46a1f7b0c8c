import {
  ArgumentError,
  broadcastShapes,
  checkOptions,
  formatShape,
  refuseOptions,
  ShapeError,
  type Shape,
} from "@dl/backend";
import {
  cholesky,
  eye,
  flip,
  matrixTranspose,
  tensorKind,
  triangularSolve,
  type Tensor,
} from "@dl/tensor";
import { parameterTensors } from "../parameters.ts";

/** The spread of a {@link MultivariateNormal}: exactly one of the three. */
export type SpreadMatrix =
  | {
      /** Symmetric and positive definite. Shape: [...batch, n, n]. */
      readonly covarianceMatrix: Tensor;
      readonly precisionMatrix?: undefined;
      readonly scaleTril?: undefined;
    }
  | {
      /** The inverse of the covariance. */
      readonly precisionMatrix: Tensor;
      readonly covarianceMatrix?: undefined;
      readonly scaleTril?: undefined;
    }
  | {
      /** Lower triangular with a positive diagonal: L with covariance L Lᵀ. What is above the diagonal is not read. */
      readonly scaleTril: Tensor;
      readonly covarianceMatrix?: undefined;
      readonly precisionMatrix?: undefined;
    };

const spreadKinds = {
  covarianceMatrix: tensorKind,
  precisionMatrix: tensorKind,
  scaleTril: tensorKind,
};
const names = ["covarianceMatrix", "precisionMatrix", "scaleTril"] as const;

/** A mean, the batch, and the matrix that was given. */
interface Parameters {
  readonly loc: Tensor;
  readonly name: (typeof names)[number];
  readonly matrix: Tensor;
  readonly batchShape: Shape;
}

/**
 * Checks what a multivariate normal is made of.
 *
 * @throws {ArgumentError} unless exactly one matrix is given.
 * @throws {ShapeError} if the mean is no vector, the matrix not square or of another size.
 */
export function matrixParameters(op: string, loc: Tensor, spread: SpreadMatrix): Parameters {
  refuseOptions(op, loc, "the mean");
  checkOptions(op, spread, spreadKinds);
  const given = names.filter((name) => spread[name] !== undefined);
  const [name] = given;
  if (name === undefined || given.length > 1)
    throw new ArgumentError(
      op,
      `needs exactly one of covarianceMatrix, precisionMatrix and scaleTril: received ${given.length === 0 ? "none" : given.join(" and ")}. Write new ${op}(loc, { covarianceMatrix }).`,
      { expected: names, received: given },
    );
  const { loc: mean, [name]: matrix } = parameterTensors(op, { loc, [name]: spread[name]! }) as {
    readonly [Name in "loc" | typeof name]: Tensor;
  };
  const size = vectorSize(op, mean);
  if (matrix.ndim < 2 || matrix.shape.at(-1) !== size || matrix.shape.at(-2) !== size)
    throw new ShapeError(
      op,
      `${name} must be [...batch, ${size}, ${size}] for a loc of ${formatShape(mean.shape)}: received ${formatShape(matrix.shape)}.`,
      { expected: [size, size], received: matrix.shape },
    );
  const batchShape = broadcastShapes(mean.shape.slice(0, -1), matrix.shape.slice(0, -2), op);
  return { loc: mean.expand([...batchShape, size]), name, matrix: matrix, batchShape };
}

/** How many numbers the vectors of a mean have. @throws {ShapeError} for a scalar or an empty vector. */
export function vectorSize(op: string, loc: Tensor): number {
  const size = loc.shape.at(-1) ?? 0;
  if (size === 0)
    throw new ShapeError(
      op,
      `loc must be [...batch, n] with n of at least 1: received ${formatShape(loc.shape)}. For single numbers use Normal.`,
      { received: loc.shape },
    );
  return size;
}

/** The lower triangular factor of the covariance. */
export function factorOf(name: (typeof names)[number], matrix: Tensor): Tensor {
  if (name === "scaleTril") return matrix;
  if (name === "covarianceMatrix") return cholesky(matrix);
  // With P = U Uᵀ of an upper triangular U, which is the factor of the matrix turned round, the
  // covariance is U⁻ᵀ U⁻¹.
  const turned = flip(cholesky(flip(matrix, [-2, -1])), [-2, -1]);
  return inverseOfLower(matrixTranspose(turned));
}

/** L⁻¹. */
export function inverseOfLower(scaleTril: Tensor): Tensor {
  const { dtype, backend } = scaleTril;
  return triangularSolve(scaleTril, eye(scaleTril.shape.at(-1)!, undefined, { dtype, backend }));
}
