import { noWeightGradients } from "@dl/autograd";
import { meanAbsoluteError, type Layer } from "@dl/nn";
import type { Tensor } from "@dl/tensor";
import { compiledPart, descend, type TrainingStep } from "@dl/training";
import { cycleOptions, type CycleStepOptions } from "./cycle-options.ts";
import type { CycleScalars, Directions, Side, Sides, UnpairedBatch } from "./cycle-sides.ts";

/**
 * Learns to turn pictures of one kind into another and back from two bags of pictures, without pairs:
 * each must pass for one of the other bag, and come back as it was.
 *
 * Repeat: b̂ = G(a), â = F(b); a step of G and F by 2 l(D_B(b̂)) + 2 l(D_A(â)) + λ (|F(b̂) − a| + |G(â) − b|)
 * + μ (|G(b) − b| + |F(a) − a|); one of D_A and D_B by their losses, on â and b̂ out of the pools. With
 * least squares these are the paper's: (D − 1)² for a generator, half of the sum for a discriminator.
 *
 * Source: Zhu et al. 2017, arXiv:1703.10593, sections 3 and 4; μ in section 5.2.
 * @throws {ArgumentError} without networks or optimisers.
 * @example
 * const translator = () => resnetGenerator({ width: 4, blocks: 1, halvings: 1 });
 * const generators = { aToB: translator(), bToA: translator() };
 * const judge = () => patchDiscriminator({ width: 4, layers: 1 });
 * const discriminators = { a: judge(), b: judge() };
 * const adamOf = (networks) => new Adam(new ModuleDict(networks).parameters(), { beta1: 0.5 });
 * const optimizers = { generator: adamOf(generators), discriminator: adamOf(discriminators) };
 * const step = cycleStep(generators, discriminators, { optimizers });
 * const data = [{ a: zeros([2, 3, 16, 16]), b: ones([2, 3, 16, 16]) }];
 * const history = await fit(step, { data, epochs: 3 });
 * history[2].training.cycle < history[0].training.cycle; // => true
 */
export function cycleStep(
  generators: Directions,
  discriminators: Sides<Layer>,
  options: CycleStepOptions,
): TrainingStep<UnpairedBatch, CycleScalars> & { evaluate(batch: UnpairedBatch): CycleScalars } {
  const given = cycleOptions(generators, discriminators, options);
  const { modules, optimizers, loss, cycleWeight, identityWeight, remember } = given;
  const { aToB, bToA } = generators;
  const judged = Object.values(discriminators).flatMap((network: Layer) => network.parameters());
  const judge = (side: Side, x: UnpairedBatch): Tensor => discriminators[side].forward(x[side]);
  const overSides = (of: (side: Side) => Tensor): Tensor => of("a").add(of("b"));
  const translate = ({ a, b }: UnpairedBatch): UnpairedBatch => ({
    a: bToA.forward(b),
    b: aToB.forward(a),
  });
  const pass = (real: UnpairedBatch, made: UnpairedBatch): CycleScalars => {
    const passing = overSides((side) => loss.generator(judge(side, made), () => judge(side, real)));
    const distance = (from: UnpairedBatch): Tensor => {
      const reached = translate(from);
      return overSides((side) => meanAbsoluteError(reached[side], real[side]));
    };
    const cycle = distance(made);
    const game = passing.mul(2).add(cycle.mul(cycleWeight));
    if (identityWeight === 0) return { generatorLoss: game, cycle };
    const identity = distance({ a: real.b, b: real.a });
    return { generatorLoss: game.add(identity.mul(identityWeight)), cycle, identity };
  };
  const tellApart = (real: UnpairedBatch, made: UnpairedBatch): Tensor =>
    overSides((side) => loss.discriminator(judge(side, real), judge(side, made)));

  const play = compiledPart("cycle", (batch: UnpairedBatch) => {
    const made = translate(batch);
    let passed: CycleScalars | undefined;
    noWeightGradients(judged, () =>
      descend(optimizers.generator, () => (passed = pass(batch, made)).generatorLoss),
    );
    const shown = remember(made);
    const discriminatorLoss = descend(optimizers.discriminator, () => tellApart(batch, shown));
    return { ...passed!, discriminatorLoss };
  });
  return {
    modules,
    optimizers: { ...optimizers },
    parts: [play],
    step: play,
    evaluate: (batch, made = translate(batch)) => ({
      ...pass(batch, made),
      discriminatorLoss: tellApart(batch, made),
    }),
  };
}
