import { Linear, Sequential, Tanh } from "@dl/nn";
import { Adam } from "@dl/optim";
import {
  diagonalMatrix,
  Generator,
  normal,
  tensor,
  triangularSolve,
  type Tensor,
} from "@dl/tensor";
import type { BenchCase, Setting } from "./bench-case.ts";
import { trainingWork } from "./training.ts";

const seed = 1;
const dimensions = 8;
const below = (dimensions * (dimensions - 1)) / 2;

/** A network whose output is read as a normal distribution with a covariance of its own for each input. */
export const mvnHead: BenchCase = {
  id: "mvn-head",
  group: "training",
  definition:
    "16-64-64-44, tanh; outputs are mean, log-diagonal and lower part of the Cholesky factor of a covariance, 8 dimensions; negative log-likelihood as a mean, Adam(1e-3), batch 256",
  kind: "mvn-head",
  params: { batch: 256 },
  samples: 256,
  learns: true,
  checkParams: { batch: 16 },
  build(setting, { batch }) {
    const options = { ...setting, generator: new Generator(seed) };
    const model = new Sequential(
      new Linear(16, 64, options),
      new Tanh(),
      new Linear(64, 64, options),
      new Tanh(),
      new Linear(64, 2 * dimensions + below, options),
    );
    const inputs = normal([batch!, 16], options);
    const targets = normal([batch!, dimensions], options);
    const places = placesBelow(setting);
    return trainingWork(
      () => {
        const [mean, logDiagonal, lower] = model
          .forward(inputs)
          .split([dimensions, dimensions, below], 1) as [Tensor, Tensor, Tensor];
        const scaleTril = diagonalMatrix(logDiagonal.exp()).add(
          lower.matmul(places).reshape([-1, dimensions, dimensions]),
        );
        const standard = triangularSolve(scaleTril, targets.sub(mean).unsqueeze(2));
        const halfSquares = standard.square().sum([1, 2]).mul(0.5);
        const constant = (dimensions / 2) * Math.log(2 * Math.PI);
        return halfSquares.add(logDiagonal.sum(1)).add(constant).mean();
      },
      new Adam(model.parameters(), { learningRate: 1e-3 }),
      model.parameters(),
      [inputs, targets],
    );
  },
};

/** [below, dimensions²]: a product with it writes numbers under the diagonals of matrices, row by row. */
function placesBelow(setting: Setting): Tensor {
  const rows: number[][] = [];
  for (let i = 1; i < dimensions; i++)
    for (let j = 0; j < i; j++)
      rows.push(
        Array.from({ length: dimensions ** 2 }, (_, at) => Number(at === i * dimensions + j)),
      );
  return tensor(rows, setting);
}
