import { cpu } from "@dl/backend-cpu";
import { configure, Generator, uniform, type Tensor } from "@dl/tensor";
import { Trainer } from "@dl/training";
import { beforeAll, describe, expect, test } from "vitest";
import { optimizers } from "../optimizers.ts";
import { parseOptions, type TrainOptions } from "../options.ts";
import type { Pictures } from "../pictures/load-pictures.ts";
import { cycleGame } from "./cycle-game.ts";
import type { GameModel } from "./game-model.ts";
import { noiseGame } from "./noise-game.ts";
import { pairGame } from "./pair-game.ts";
import { styleGame } from "./style-game.ts";

beforeAll(async () => {
  configure({ backend: await cpu() });
});

const options = parseOptions(["--model", "dcgan"]) as TrainOptions;
const make = (parameters: Tensor[]) => optimizers.adam(parameters, 1e-3);
const pictures = { shape: [1, 28, 28] } as unknown as Pictures;
const kinds = { from: pictures, to: pictures };
const x = (): Tensor => uniform([4, 1, 28, 28], { generator: new Generator(9) });

const games: Readonly<Record<string, () => [GameModel<never>, Record<string, Tensor>]>> = {
  dcgan: () => [noiseGame("dcgan", pictures, options, make), { inputs: x() }],
  sngan: () => [noiseGame("sngan", pictures, options, make), { inputs: x() }],
  stylegan: () => [styleGame(pictures, options, make), { inputs: x() }],
  pix2pix: () => [pairGame(kinds, options, make), { inputs: x(), targets: x() }],
  cyclegan: () => [cycleGame(kinds, options, make), { a: x(), b: x() }],
};

/** Everything that a training of two epochs of three batches ends with. */
async function played(
  build: () => readonly [GameModel<never>, Record<string, Tensor>],
  interruptedAt?: number,
): Promise<unknown> {
  const trainer = (at?: number): Trainer<never> => {
    const [{ step, averages, generators, freshen }, batch] = build();
    const controller = new AbortController();
    return new Trainer<never>(step, {
      data: Array.from({ length: 3 }, () => batch) as never[],
      epochs: 2,
      averages,
      generators,
      callbacks: [freshen, { onStep: ({ step: n }) => void (n === at && controller.abort()) }],
      ...(at !== undefined && { signal: controller.signal }),
    });
  };
  const last = trainer();
  if (interruptedAt !== undefined) {
    const first = trainer(interruptedAt);
    await expect(first.fit()).rejects.toThrow(/abort/);
    last.loadStateDict(first.stateDict());
  }
  await last.fit();
  const { trainingStep, averages, generators } = last.stateDict();
  const tensors = [
    ...Object.values(trainingStep.modules).flatMap((module) => Array.from(module.values())),
    ...averages.flatMap((average) => average.averages),
  ];
  return [generators, ...(await Promise.all(tensors.map((tensor) => tensor.toArray())))];
}

describe.each(Object.entries(games))("%s", (_, build) => {
  test("goes on to the same bits from its state in memory", { timeout: 120_000 }, async () => {
    const whole = await played(build);
    expect(await played(build, 2)).toEqual(whole);
    expect(await played(build, 4)).toEqual(whole);
  });
});
