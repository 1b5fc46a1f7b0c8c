import type { Backend } from "@dl/backend";
import { cpu } from "@dl/backend-cpu";
import { webgpu } from "@dl/backend-webgpu";
import { Independent, Normal } from "@dl/distributions";
import { LatentGenerator } from "@dl/generator";
import { Linear, Sequential, Tanh } from "@dl/nn";
import { Adam } from "@dl/optim";
import { configure, Generator, normal, zeros } from "@dl/tensor";
import { fit } from "@dl/training";
import { afterAll, expect, it } from "vitest";
import { gameReport } from "../health/game-report.ts";
import { adversarialTrainingStep } from "../steps/adversarial-training-step.ts";
import { fgsm } from "./fgsm.ts";
import { pgdAttack } from "./pgd-attack.ts";
import { pgd } from "./pgd.ts";

const backends: Backend[] = [];
afterAll(async () => {
  for (const backend of backends) await backend.dispose();
});

/** Three steps of adversarial training, attacks on what was learnt, and a look at a game. */
async function numbersOn(backend: Backend): Promise<number[]> {
  backends.push(backend);
  configure({ backend });
  const generator = new Generator(3);
  const network = (inputs: number, outputs: number): Sequential =>
    new Sequential(
      new Linear(inputs, 12, { generator }),
      new Tanh(),
      new Linear(12, outputs, { generator }),
    );
  const model = network(5, 3);
  const inputs = normal([16, 5], { generator });
  const batch = { inputs, targets: inputs.narrow(1, 0, 3).argmax(1) };
  const ball = { epsilon: 0.3, steps: 2, generator };
  const step = adversarialTrainingStep(model, {
    optimizer: new Adam(model.parameters(), { learningRate: 0.01 }),
    attack: pgdAttack(model, ball),
  });
  const history = await fit(step, { data: [batch], epochs: 3, generators: [generator] });
  const found = [fgsm(model, inputs, batch.targets, { epsilon: 0.2, bounds: [-1, 1] })];
  for (const norm of ["infinity", "two"] as const)
    found.push(await pgd(model, inputs, batch.targets, { ...ball, norm, steps: 4, restarts: 2 }));
  const latent = new Independent(new Normal(zeros([2]), 1), 1);
  const report = await gameReport(new LatentGenerator(network(2, 5), latent), network(5, 1), {
    data: normal([40, 5], { generator }),
    heldOut: normal([40, 5], { generator }),
    generator,
  });
  const points = await Promise.all(found.map((each) => each.data()));
  return [
    ...history.map(({ training }) => training.loss),
    ...points.flatMap((each) => Array.from(each)),
    ...(Object.values(report) as number[]),
  ];
}

it("attacks, adversarial training and looks are those of the cpu", async () => {
  const [here, there] = [await numbersOn(await cpu()), await numbersOn(await webgpu())];
  expect(there).toHaveLength(here.length);
  for (const [i, value] of there.entries()) expect(value, `number ${i}`).toBeCloseTo(here[i]!, 3);
});
