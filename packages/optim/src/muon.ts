import { ArgumentError, formatShape } from "@dl/backend";
import { matmul, norm, tidy, type Tensor } from "@dl/tensor";
import { checkCount, checkDecay, checkNonNegative } from "./check-options.ts";
import { Optimizer, type OptimizerOptions, type Slots } from "./optimizer.ts";
import type { ParametersOrGroups } from "./parameter-groups.ts";

export interface MuonOptions extends OptimizerOptions {
  /** Share of the running mean of gradients kept at each step. */
  momentum: number;
  /** Step along the running mean as it will be at the next step. */
  nesterov: boolean;
  /** Share of the parameter, times the learning rate, taken off apart from the gradient's step. */
  weightDecay: number;
  /** Newton-Schulz iterations. */
  iterations: number;
}

/**
 * Momentum whose every step is made nearly orthogonal, so that no direction of a weight matrix is
 * left behind. For hidden weight matrices; embeddings, biases, gains and the last layer want
 * {@link AdamW}.
 *
 * B = μ B + (1 − μ) G, D = μ B + (1 − μ) G, O = newtonSchulz(D),
 * Θ = (1 − γ λ) Θ − γ √max(1, rows / columns) O.
 *
 * A parameter of more than 2 axes, as a convolution's, counts as [first, all others].
 *
 * Source: Jordan et al. 2024, "Muon: an optimizer for hidden layers in neural networks"; weight
 * decay: Liu et al. 2025, arXiv:2502.16982.
 *
 * @throws {ArgumentError} for options out of their range, a parameter of fewer than 2 axes, no
 * parameters, or one given twice.
 * @example
 * const weight = tensor([[3, 0], [0, 2]]).requireGrad();
 * const optimizer = new Muon([weight], { learningRate: 0.5 });
 * weight.square().sum().backward();
 * optimizer.step(); // the step's singular values lie between 0.7 and 1.2
 * (await weight.data())[0]! < 3; // => true
 */
export class Muon extends Optimizer<MuonOptions> {
  constructor(parameters: ParametersOrGroups<MuonOptions>, options: Partial<MuonOptions> = {}) {
    super("muon", parameters, options, {
      learningRate: 0.02,
      momentum: 0.95,
      nesterov: true,
      weightDecay: 0,
      iterations: 5,
    });
    for (const { parameters: list } of this.groups)
      for (const { shape } of list)
        if (shape.length < 2)
          throw new ArgumentError(
            "muon",
            `only matrices can be made orthogonal: received a parameter of shape ${formatShape(shape)}. Give it to another optimiser, such as AdamW.`,
            { expected: "2 axes or more", received: shape },
          );
  }

  protected slots(): Slots {
    return { momentum: 0 };
  }

  protected checkOptions({ momentum, weightDecay, iterations }: MuonOptions): void {
    checkDecay("muon", "momentum", momentum);
    checkNonNegative("muon", "weightDecay", weightDecay);
    checkCount("muon", "iterations", iterations);
  }

  protected update(
    parameter: Tensor,
    gradient: Tensor,
    [before]: readonly [Tensor],
    options: MuonOptions,
  ): readonly Tensor[] {
    const { learningRate, momentum: mu, nesterov, weightDecay, iterations } = options;
    const [rows, ...others] = parameter.shape as [number, ...number[]];
    const columns = others.reduce((product, size) => product * size, 1);
    const stepSize = learningRate * Math.sqrt(Math.max(1, rows / columns));
    return tidy(() => {
      const b = before.mul(mu).add(gradient.mul(1 - mu));
      const direction = nesterov ? b.mul(mu).add(gradient.mul(1 - mu)) : b;
      const step = newtonSchulz(direction.reshape([rows, columns]), iterations);
      const next = parameter
        .mul(1 - learningRate * weightDecay)
        .sub(step.reshape(parameter.shape).mul(stepSize));
      return [next, b];
    });
  }
}

/**
 * The matrix with its singular values brought near 1, between about 0.7 and 1.2.
 *
 * X = G / ‖G‖, then X = a X + b (X Xᵀ) X + c (X Xᵀ)² X, `iterations` times.
 *
 * Shape: [rows, columns] → the same.
 * Source: Jordan et al. 2024, with its coefficients, which make small singular values grow fastest.
 *
 * @example
 * newtonSchulz(normal([4, 6]), 5).shape; // => [4, 6]
 */
export function newtonSchulz(matrix: Tensor, iterations: number): Tensor {
  const [a, b, c] = [3.4445, -4.775, 2.0315];
  const [rows, columns] = matrix.shape as [number, number];
  // X Xᵀ is the smaller of the two products when X is wide.
  const wide = rows > columns ? matrix.matrixTranspose() : matrix;
  let x = wide.div(norm(wide).add(1e-7));
  for (let i = 0; i < iterations; i++) {
    const gram = matmul(x, x.matrixTranspose());
    const polynomial = gram.mul(b).add(matmul(gram, gram).mul(c));
    x = x.mul(a).add(matmul(polynomial, x));
  }
  return rows > columns ? x.matrixTranspose() : x;
}
