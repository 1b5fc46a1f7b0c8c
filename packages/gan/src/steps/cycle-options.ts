import { ArgumentError, checkOptions, type OptionKinds } from "@dl/backend";
import { Module, type Layer } from "@dl/nn";
import type { SteppingOptimizer } from "@dl/optim";
import type { ImagePool } from "../image-pool.ts";
import type { AdversarialLoss } from "../losses/adversarial-loss.ts";
import { leastSquares } from "../losses/losses.ts";
import { checkWeight } from "./pair-options.ts";
import type { Directions, Sides, UnpairedBatch } from "./cycle-sides.ts";
import type { Players } from "./players.ts";

/** How `cycleStep` is made. */
export interface CycleStepOptions {
  /** Of both networks each. */
  readonly optimizers: Players<SteppingOptimizer>;
  /** Default `leastSquares`. */
  readonly loss?: AdversarialLoss;
  /** Weight of the way there and back. Default 10. */
  readonly cycleWeight?: number;
  /** Weight of the change that pictures of the wanted side suffer; both sides need the same channels. Default 0. */
  readonly identityWeight?: number;
  /** Older pictures for the discriminators, such as `new ImagePool(50, [3, 32, 32])`; none unless given. */
  readonly pools?: Sides<ImagePool>;
}

const kinds: OptionKinds<CycleStepOptions> = {
  optimizers: "object",
  loss: "object",
  cycleWeight: "number",
  identityWeight: "number",
  pools: "object",
};

/** What a step needs of its options and networks. */
interface CycleParts extends Required<Omit<CycleStepOptions, "pools">> {
  readonly modules: Readonly<Record<string, Module>>;
  /** Pictures for the discriminators in the place of those just made. */
  readonly remember: (made: UnpairedBatch) => UnpairedBatch;
}

/** What stands for options left out. @throws {ArgumentError} for weights below 0 and what is no network. */
export function cycleOptions(
  generators: Directions,
  discriminators: Sides<Layer>,
  options: CycleStepOptions,
): CycleParts {
  const { pools, ...given } = checkOptions("cycleStep", options, kinds);
  const all = { loss: leastSquares, cycleWeight: 10, identityWeight: 0, ...given };
  checkWeight("cycleStep", "cycleWeight", all.cycleWeight);
  checkWeight("cycleStep", "identityWeight", all.identityWeight);
  const modules = {
    aToB: generators.aToB,
    bToA: generators.bToA,
    discriminatorA: discriminators.a,
    discriminatorB: discriminators.b,
    ...(pools && { poolA: pools.a, poolB: pools.b }),
  };
  for (const [name, network] of Object.entries(modules))
    if (!(network instanceof Module))
      throw new ArgumentError(
        "cycleStep",
        `${name} must be a network: received ${typeof network}. Pass { aToB, bToA } and { a, b }.`,
        { received: network },
      );
  return {
    ...all,
    modules,
    remember: ({ a, b }) => ({
      a: pools?.a.forward(a) ?? a.detach(),
      b: pools?.b.forward(b) ?? b.detach(),
    }),
  };
}
