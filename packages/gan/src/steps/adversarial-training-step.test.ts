import { cpu } from "@dl/backend-cpu";
import { BatchNorm, crossEntropy, Linear, ReLU, Sequential } from "@dl/nn";
import { Adam } from "@dl/optim";
import {
  collectGarbage,
  concatenate,
  configure,
  Generator,
  integers,
  memory,
  normal,
} from "@dl/tensor";
import {
  fit,
  supervised,
  type Callback,
  type SupervisedBatch,
  type TrainingStep,
} from "@dl/training";
import { beforeAll, expect, it } from "vitest";
import { adversarialAccuracy, type RobustAccuracy } from "../attacks/adversarial-accuracy.ts";
import { fgsm } from "../attacks/fgsm.ts";
import { adversarialAdded, type Lesson } from "../attacks/lessons.ts";
import { pgdAttack, type Attack } from "../attacks/pgd-attack.ts";
import { adversarialTrainingStep } from "./adversarial-training-step.ts";

beforeAll(async () => {
  configure({ backend: await cpu({ threads: 1 }) });
});

const epsilon = 0.3;

/**
 * Two classes told apart by a number that an attack cannot turn, or better by sixteen that it can
 * (as Tsipras et al. 2019, arXiv:1805.12152, section 2.1).
 */
function batchOf(count: number, generator: Generator): SupervisedBatch {
  const targets = integers(0, 2, [count], { generator });
  const side = targets.cast("float32").mul(2).sub(1).unsqueeze(1); // [count, 1]
  const firm = side.add(normal([count, 1], { generator }).mul(0.4));
  const weak = side.mul(0.2).add(normal([count, 16], { generator }).mul(0.2));
  return { inputs: concatenate([firm, weak], 1), targets };
}

interface Way {
  readonly attack: (model: Sequential, generator: Generator) => Attack;
  readonly lesson?: Lesson;
}

const ways: Readonly<Record<string, Way>> = {
  "one step from a random start": {
    attack: (model, generator) =>
      pgdAttack(model, { epsilon, steps: 1, stepSize: 1.25 * epsilon, generator }),
  },
  "five steps": {
    attack: (model, generator) => pgdAttack(model, { epsilon, steps: 5, generator }),
  },
  "signs added to the batch": {
    attack: (model) => (x, y) => fgsm(model, x, y, { epsilon }),
    lesson: adversarialAdded,
  },
};

function makeModel(generator: Generator): Sequential {
  return new Sequential(
    new Linear(17, 16, { generator }),
    new BatchNorm(16),
    new ReLU(),
    new Linear(16, 2, { generator }),
  );
}

async function learn(
  model: Sequential,
  step: TrainingStep<SupervisedBatch>,
  generator: Generator,
): Promise<RobustAccuracy> {
  const data = Array.from({ length: 60 }, () => batchOf(64, generator));
  await fit(step, { data, epochs: 4, generators: [generator] });
  const attack = pgdAttack(model, { epsilon, steps: 10, generator });
  return await adversarialAccuracy(model, { data: [batchOf(1000, generator)], attack });
}

it("learns nothing firm by itself", async () => {
  const generator = new Generator(3);
  const model = makeModel(generator);
  const optimizer = new Adam(model.parameters(), { learningRate: 0.01 });
  const step = supervised<SupervisedBatch>(model, { optimizer, loss: crossEntropy });
  const { clean, robust } = await learn(model, step, generator);
  expect(clean).toBeGreaterThan(0.98);
  expect(robust).toBeLessThan(0.5);
});

it.each(Object.entries(ways))("holds out once trained by %s", async (_, { attack, lesson }) => {
  const generator = new Generator(3);
  const model = makeModel(generator);
  const step = adversarialTrainingStep(model, {
    optimizer: new Adam(model.parameters(), { learningRate: 0.01 }),
    attack: attack(model, generator),
    ...(lesson && { lesson }),
  });
  const { clean, robust } = await learn(model, step, generator);
  expect(clean).toBeGreaterThan(0.9);
  expect(robust).toBeGreaterThan(0.8);
  expect(step.parts!.map(({ refusal }) => refusal)).toEqual(step.parts!.map(() => undefined));
  expect(model.isTraining).toBe(true);
});

it("keeps live tensors and bytes flat over 2,000 steps", { timeout: 120_000 }, async () => {
  const generator = new Generator(3);
  const model = makeModel(generator);
  const optimizer = new Adam(model.parameters(), { learningRate: 0.001 });
  const attack = pgdAttack(model, { epsilon, steps: 2, restarts: 2, generator });
  const step = adversarialTrainingStep(model, { optimizer, attack });
  const batch = batchOf(32, generator);
  const seen: { tensors: number; bytes: number }[] = [];
  const data = Array.from({ length: 400 }, () => batch);
  const look: Callback = {
    async onEpoch() {
      await collectGarbage();
      seen.push(memory());
    },
  };
  await fit(step, { data, epochs: 5, generators: [generator], callbacks: [look] });
  const [first, last] = [seen[1]!, seen.at(-1)!];
  expect(last.tensors - first.tensors).toBeLessThanOrEqual(20);
  expect(last.bytes - first.bytes).toBeLessThanOrEqual(64 * 1024);
});
