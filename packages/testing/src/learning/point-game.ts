import { noGrad } from "@dl/autograd";
import { binaryCrossEntropyWithLogits, LeakyReLU, Linear, Sequential } from "@dl/nn";
import { Adam } from "@dl/optim";
import { normal, onesLike, zerosLike, type Generator, type Tensor } from "@dl/tensor";
import { compiledPart, descend, type TrainingStep } from "@dl/training";

/** A batch of the points that are to be imitated, [batch, 2]. */
export interface Points {
  readonly points: Tensor;
}

/** From [batch, 2] to [batch, outputs]. */
const network = (outputs: number, generator: Generator): Sequential =>
  new Sequential(
    new Linear(2, 16, { generator }),
    new LeakyReLU(0.2),
    new Linear(16, outputs, { generator }),
  );

/**
 * Two networks play against each other over points in the plane: the discriminator learns to tell
 * drawn points from made ones, three times as often as the generator learns to fool it.
 *
 * Source: Goodfellow et al. 2014, arXiv:1406.2661, algorithm 1 with k = 3, the loss that does not
 * saturate.
 */
export function pointGame(
  random: Generator,
): TrainingStep<Points, { discriminatorLoss: Tensor; generatorLoss?: Tensor; distance?: Tensor }> {
  const [generator, discriminator] = [network(2, random), network(1, random)];
  const optimizers = {
    generator: new Adam(generator.parameters(), { learningRate: 0.01, beta1: 0.5 }),
    discriminator: new Adam(discriminator.parameters(), { learningRate: 0.01, beta1: 0.5 }),
  };
  const made = (count: number): Tensor =>
    generator.forward(normal([count, 2], { generator: random }));
  const isReal = (points: Tensor): Tensor => {
    const logits = discriminator.forward(points);
    return binaryCrossEntropyWithLogits(logits, onesLike(logits));
  };
  const isMade = (points: Tensor): Tensor => {
    const logits = discriminator.forward(points);
    return binaryCrossEntropyWithLogits(logits, zerosLike(logits));
  };

  const tellApart = compiledPart("discriminator", (points: Tensor) =>
    descend(optimizers.discriminator, () => {
      const fakes = noGrad(() => made(points.shape[0]!));
      return isReal(points).add(isMade(fakes));
    }),
  );
  const fool = compiledPart("generator", (points: Tensor) =>
    descend(optimizers.generator, () => isReal(made(points.shape[0]!))),
  );

  let steps = 0;
  return {
    modules: { generator, discriminator },
    optimizers,
    parts: [tellApart, fool],
    step({ points }) {
      const discriminatorLoss = tellApart(points);
      steps++;
      return steps % 3 === 0
        ? { discriminatorLoss, generatorLoss: fool(points) }
        : { discriminatorLoss };
    },
    /** How far the made points' mean and spread are from the drawn ones'. */
    evaluate({ points }) {
      const fakes = made(points.shape[0]!);
      const [mean, spread] = [fakes.mean(0).sub(points.mean(0)), fakes.std(0).sub(points.std(0))];
      return {
        discriminatorLoss: isReal(points).add(isMade(fakes)),
        distance: mean.square().sum().add(spread.square().sum()).sqrt(),
      };
    },
    stateDict: () => steps,
    loadStateDict(state: number) {
      steps = state;
    },
  };
}
