import { noGrad } from "@dl/autograd";
import { cpu } from "@dl/backend-cpu";
import { Linear } from "@dl/nn";
import { Adam } from "@dl/optim";
import { configure, Generator, normal, type Tensor } from "@dl/tensor";
import { fit, type TrainingStep } from "@dl/training";
import { describe, expect, it } from "vitest";
import { gameHealth } from "./game-health.ts";
import type { GameState } from "./game-verdict.ts";

configure({ backend: await cpu({ threads: 1 }) });

describe("gameHealth", () => {
  const generator = new Generator(4);
  const data = normal([64, 3], { generator });
  const scorer = new Linear(3, 1, { generator });
  const maker = new Linear(2, 3, { generator });
  const sample = (count: number): Tensor =>
    noGrad(() => maker.forward(normal([count, 2], { generator })));
  /** A step of one's own, with other names and nothing that it tells. */
  const step: TrainingStep<Tensor> = {
    modules: { maker, scorer },
    optimizers: { maker: new Adam(maker.parameters()), scorer: new Adam(scorer.parameters()) },
    step: (x) => ({ loss: x.mean() }),
  };
  const game = { model: { sample }, discriminator: scorer, data, heldOut: data, every: 2 };

  it("looks at any two who play, whatever their step tells", async () => {
    const health = gameHealth({ ...game, count: 16 });
    await fit(step, { data: [data, data], epochs: 3, callbacks: [health] });
    expect(health.verdicts.map(({ report }) => report.step)).toEqual([2, 4, 6]);
    const { discriminatorLoss, gradientNorms } = health.verdicts[0]!.report;
    expect([discriminatorLoss, gradientNorms]).toEqual([undefined, {}]);
  });

  it("warns once of what stays, and remembers its looks", async () => {
    // Samples are the data themselves.
    const copying = { ...game, model: { sample: () => data }, heldOut: data.add(3) };
    const warned: GameState[] = [];
    const health = gameHealth({ ...copying, warn: ({ state }) => void warned.push(state) });
    await fit(step, { data: [data, data], epochs: 3, callbacks: [health] });
    expect(warned).toEqual(["memorises"]);
    const resumed = gameHealth({ ...copying, warn: ({ state }) => void warned.push(state) });
    resumed.loadStateDict!(health.stateDict!());
    await fit(step, { data: [data, data], epochs: 1, callbacks: [resumed] });
    expect(resumed.verdicts).toHaveLength(4);
    expect(warned).toEqual(["memorises"]);
  });
});
