import type { Backend } from "@dl/backend";
import { Scheduler, EMA, exponentialSchedule } from "@dl/optim";
import { configure, Generator, normal, tensor } from "@dl/tensor";
import {
  csvLog,
  earlyStopping,
  fit,
  Trainer,
  type Callback,
  type EpochReport,
  type TrainerState,
} from "@dl/training";
import { beforeAll, describe, expect, it } from "vitest";
import { pointGame, type Points } from "./point-game.ts";

/** Points around (2, -1), 16 a batch. */
function drawn(seed: number, batches: number): Points[] {
  const generator = new Generator(seed);
  return Array.from({ length: batches }, () => ({
    points: normal([16, 2], { generator })
      .mul(0.5)
      .add(tensor([2, -1])),
  }));
}

const epochs = 4;
const batches = 10;

/** The game with all that a trainer keeps. */
function game(callbacks: readonly Callback[], signal?: AbortSignal): Trainer<Points> {
  const random = new Generator(7);
  const step = pointGame(random);
  const { generator, discriminator } = step.optimizers;
  return new Trainer<Points>(step, {
    data: drawn(1, batches),
    validation: { near: drawn(2, 2), again: drawn(3, 1) },
    epochs,
    schedule: [
      new Scheduler(generator!, exponentialSchedule({ factor: 0.99 })),
      new Scheduler(discriminator!, exponentialSchedule({ factor: 0.98 })),
    ],
    averages: new EMA(step.modules["generator"]!.parameters(), { decay: 0.9 }),
    validateAverages: true,
    generators: [random],
    callbacks,
    ...(signal && { signal }),
  });
}

/** All numbers that a state ends with, but for the seconds. */
async function outcome(trainer: Trainer<Points>): Promise<unknown> {
  const { trainingStep, averages, history, generators }: TrainerState = trainer.stateDict();
  const tensors = Object.values(trainingStep.modules).flatMap((module) =>
    Array.from(module.values()),
  );
  for (const average of averages) tensors.push(...average.averages);
  const timeless = history.map((report: EpochReport) =>
    Object.entries(report).filter(([name]) => name !== "seconds"),
  );
  return [await Promise.all(tensors.map((x) => x.toArray())), timeless, generators];
}

/** A training step with two networks, two optimisers and unequal numbers of updates. */
export function testPointGame(
  create: () => Promise<Backend>,
  { interruptions }: { readonly interruptions: number },
): void {
  beforeAll(async () => {
    configure({ backend: await create() });
  });

  describe("an adversarial game on points", () => {
    it("trains: the made points come near the drawn ones", async () => {
      const random = new Generator(7);
      const history = await fit(pointGame(random), {
        data: drawn(1, batches),
        validation: drawn(2, 2),
        epochs: 25,
        generators: [random],
      });
      const distances = history.map(({ validation }) => validation!.distance);
      expect(distances.at(-1)).toBeLessThan(0.5 * distances[0]!);
      expect(Object.keys(history[0]!.training).toSorted()).toEqual([
        "discriminatorLoss",
        "generatorLoss",
      ]);
    });

    it("stops early, with the best weights, and logs every figure by name", async () => {
      const lines: string[] = [];
      const trainer = game([
        csvLog({ write: (text) => lines.push(text) }),
        earlyStopping({ monitor: (epoch) => epoch.epoch, patience: 1 }),
      ]);
      const history = await trainer.fit();
      expect(history).toHaveLength(3);
      expect(lines[0]!.trim()).toBe(
        "epoch,step,seconds,learningRate,discriminatorLoss,generatorLoss,near discriminatorLoss,near distance,again discriminatorLoss,again distance",
      );
      expect(lines).toHaveLength(4);
      expect([...trainer.plainParts()]).toEqual([]);
    });

    it("refuses to judge by a figure that is not there, and names those that are", async () => {
      await expect(game([earlyStopping()]).fit()).rejects.toThrow(
        'earlyStopping: needs a number to go by: there is no figure "loss". Pass { monitor: NAME } with one of discriminatorLoss, distance, or a function of the epoch\'s report.',
      );
    });

    it(`goes on to the same bits after ${interruptions} interruptions`, async () => {
      const whole = game([]);
      await whole.fit();
      const expected = await outcome(whole);
      const random = new Generator(11);
      for (const word of random.words(interruptions)) {
        const at = 1 + (word % (epochs * batches - 1));
        const controller = new AbortController();
        const interruption: Callback = {
          onStep: ({ step }) => void (step === at && controller.abort()),
        };
        const first = game([interruption], controller.signal);
        await expect(first.fit()).rejects.toThrow(/abort/);
        const resumed = game([{}]);
        resumed.loadStateDict(first.stateDict());
        await resumed.fit();
        expect(await outcome(resumed), `interrupted after step ${at}`).toEqual(expected);
      }
    });
  });
}
