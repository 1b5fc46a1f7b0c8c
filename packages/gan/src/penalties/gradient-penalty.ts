import { noGrad } from "@dl/autograd";
import { checkOptions, extendKinds, formatShape, ShapeError, type OptionKinds } from "@dl/backend";
import { generatorKind, normalLike, uniform, type Generator, type Tensor } from "@dl/tensor";
import { checkNotNegative } from "../check-number.ts";
import type { Judge, Penalty } from "./penalty.ts";
import { squaredSlopes } from "./squared-slopes.ts";

/** Which slopes are wanted, and how much. */
export interface TargetSlopeOptions {
  /** λ. Default 10. */
  readonly weight?: number;
  /** Length that slopes should have. Default 1. */
  readonly target?: number;
  /** Whether only longer slopes count, or shorter ones too. Default "two". */
  readonly sided?: "one" | "two";
  /** Where the points come from; the default generator unless said. */
  readonly generator?: Generator;
}

const targetKinds: OptionKinds<TargetSlopeOptions> = {
  weight: "number",
  target: "number",
  sided: '"one"|"two"',
  generator: generatorKind,
};

/**
 * Keeps a critic's slope near 1 between real and generated samples, as a Wasserstein distance needs.
 *
 * λ E(‖∇D(x̂)‖ − target)², x̂ = εx + (1 − ε)x̃, ε ~ U(0, 1) of each pair; one-sided the square of what is
 * above the target.
 *
 * Source: Gulrajani et al. 2017, arXiv:1704.00028, equation 3; one-sided: Petzka et al. 2018,
 * arXiv:1709.08894.
 * @throws {ShapeError} if there are more of one kind of samples than of the other.
 * @example
 * const near = gradientPenalty({ weight: 1 });
 * await near((x) => x.mul(3).sum(1), ones([4, 1]), zeros([4, 1]), undefined).item(); // => 4
 */
export function gradientPenalty(options: TargetSlopeOptions = {}): Penalty {
  const op = "gradientPenalty";
  const { random, penaltyAt } = targetSlope(op, checkOptions(op, options, targetKinds));
  return (judge, real, fake) => {
    if (formatShape(real.shape) !== formatShape(fake.shape))
      throw new ShapeError(
        op,
        `as many real samples are needed as generated ones: received ${formatShape(real.shape)} and ${formatShape(fake.shape)}. Generate a batch of the same size.`,
        { expected: real.shape, received: fake.shape },
      );
    const { dtype, backend, ndim } = real;
    const shape = [real.shape[0]!, ...Array<number>(ndim - 1).fill(1)];
    const between = noGrad(() => fake.lerp(real, uniform(shape, { dtype, backend, ...random })));
    return penaltyAt(judge, between);
  };
}

/** {@link TargetSlopeOptions}, and how far from the data. */
export interface DraganOptions extends TargetSlopeOptions {
  /** Standard deviation of the noise, as a share of that of the batch's numbers. Default 0.5. */
  readonly spread?: number;
}

const draganKinds: OptionKinds<DraganOptions> = /* @__PURE__ */ extendKinds<
  TargetSlopeOptions,
  DraganOptions
>(targetKinds, { spread: "number" });

/**
 * Keeps the judge's slope near 1 around real samples, where sharp slopes make a generator collapse.
 *
 * λ E(‖∇D(x + δ)‖ − target)², x real, δ ~ N(0, (spread · s)² I), s the standard deviation of all numbers
 * of the batch.
 *
 * Source: Kodali et al. 2017, arXiv:1705.07215, algorithm 1.
 * @example
 * const near = draganPenalty({ weight: 1 });
 * await near((x) => x.mul(3).sum(1), ones([4, 1]), zeros([4, 1]), undefined).item(); // => 4
 */
export function draganPenalty(options: DraganOptions = {}): Penalty {
  const op = "draganPenalty";
  const { spread = 0.5, ...rest } = checkOptions(op, options, draganKinds);
  const { random, penaltyAt } = targetSlope(op, rest);
  checkNotNegative(op, "spread", spread);
  return (judge, real) => {
    const around = noGrad(() =>
      real.add(normalLike(real, random).mul(real.std(undefined, { correction: 0 }).mul(spread))),
    );
    return penaltyAt(judge, around);
  };
}

/** Slopes of length 0 have a gradient, too. */
const epsilon = 1e-12;

/** The penalty at given points, and where they are drawn from. */
function targetSlope(
  op: string,
  options: TargetSlopeOptions,
): {
  readonly random: { readonly generator?: Generator };
  readonly penaltyAt: (judge: Judge, points: Tensor) => Tensor;
} {
  const { weight = 10, target = 1, sided = "two", generator } = options;
  checkNotNegative(op, "weight", weight);
  checkNotNegative(op, "target", target);
  return {
    random: { ...(generator && { generator }) },
    penaltyAt(judge, points) {
      const beyond = squaredSlopes(op, judge, points).add(epsilon).sqrt().sub(target);
      return (sided === "one" ? beyond.relu() : beyond).square().mean().mul(weight);
    },
  };
}
