import { noGrad } from "@dl/autograd";
import { reference } from "@dl/backend-reference";
import { DataLoader } from "@dl/data";
import { klDivergence, MultivariateNormal } from "@dl/distributions";
import { DistributionNetwork, LearntNormalHead } from "@dl/generator";
import { Linear, Sequential, Tanh } from "@dl/nn";
import { Adam, linearSchedule, Scheduler } from "@dl/optim";
import {
  bernoulli,
  diagonalMatrix,
  eye,
  Generator,
  matmul,
  matrixTranspose,
  normal,
  solve,
  type RandomOptions,
  type Tensor,
} from "@dl/tensor";
import { fit } from "@dl/training";
import {
  convVae,
  elbo,
  klThroughTime,
  logLikelihood,
  mlpVae,
  VariationalAutoencoder,
  variationalStep,
  type TimedReport,
} from "@dl/vae";

/** Everything linear and normal, so that ln p(x) is known: x = W z + b + noise, and back. */
function linearModel(options: RandomOptions): LinearModel {
  const [encoder, decoder] = [new Linear(5, 2, options), new Linear(2, 5, options)];
  const { generator: _, ...creation } = options;
  const vae = new VariationalAutoencoder(
    new DistributionNetwork(encoder, new LearntNormalHead({ shape: [2], ...creation })),
    new DistributionNetwork(decoder, new LearntNormalHead(creation)),
  );
  return { vae, decoder };
}

/** ln p(x), the bound L and KL(q(z | x), p(z | x)), each by a closed form of its own. */
function exactTerms({ vae, decoder }: LinearModel, x: Tensor): ExactTerms {
  const [weight, bias] = [decoder.weight.detach(), decoder.bias!.detach()];
  const { dtype, backend } = weight;
  const identity = (size: number): Tensor => eye(size, size, { dtype, backend });
  const q = vae.encode(x);
  const likelihood = vae.decode(q.mean);
  const noise = likelihood.variance.select(0, 0).select(0, 0);

  // The mean of a square: the square of the mean, and what z's spread adds.
  const spread = q.variance.matmul(weight.square().sum(0)).div(noise).div(2);
  const bound = likelihood.logProb(x).sub(spread).sub(klDivergence(q, vae.prior(q)));

  const covarianceMatrix = matmul(weight, matrixTranspose(weight)).add(identity(5).mul(noise));
  const evidence = new MultivariateNormal(bias, { covarianceMatrix }).logProb(x);

  const precisionMatrix = matmul(matrixTranspose(weight), weight).div(noise).add(identity(2));
  const seen = matmul(x.sub(bias), weight).div(noise); // [count, 2]
  const mean = matrixTranspose(solve(precisionMatrix, matrixTranspose(seen)));
  const posterior = new MultivariateNormal(mean, { precisionMatrix });
  const guess = new MultivariateNormal(q.mean, { covarianceMatrix: diagonalMatrix(q.variance) });
  return { bound, evidence, divergence: klDivergence(guess, posterior) };
}

async function linearGaussian(): Promise<LinearGaussian> {
  const generator = new Generator(3);
  const truth = normal([2, 5], { generator });
  const draw = (count: number): Tensor =>
    normal([count, 2], { generator }).matmul(truth).add(normal([count, 5], { generator, std: 0.5 }));
  const model = linearModel({ generator });
  const loss = (): Tensor => elbo(model.vae, draw(128), { generator }).loss;
  await minimize(model.vae.parameters(), loss, { learningRate: 1e-2, steps: 2000 });

  const x = draw(2000);
  const draws = 200;
  const many = x.expand([draws, 2000, 5]).reshape([draws * 2000, 5]);
  const sampled = noGrad(() => elbo(model.vae, many, { generator }).bound);

  // From here on in float64.
  const backend = reference();
  const exact = linearModel({ dtype: "float64", backend });
  exact.vae.loadStateDict((await model.vae.to(backend)).stateDict());
  const terms = noGrad(() => exactTerms(exact, x64));
}
