import type { Module } from "@dl/nn";
import { Adam, multiStepSchedule, Muon, Scheduler } from "@dl/optim";
import type { Tensor } from "@dl/tensor";
import { repeat } from "./train.ts";

/** Muon for what is a matrix or a kernel, Adam for what is a vector. */
function muonAndAdam(model: Module): readonly (Adam | Muon)[] {
  const parameters = model.parameters();
  return [
    new Muon(
      parameters.filter(({ ndim }) => ndim > 1),
      { learningRate: 0.03 },
    ),
    new Adam(
      parameters.filter(({ ndim }) => ndim === 1),
      { learningRate: 2e-3 },
    ),
  ];
}

/** So many compiled steps, the last quarter five times finer. The model is in evaluation afterwards. */
export async function learn(
  model: Module,
  steps: number,
  loss: () => Tensor,
  optimizers = muonAndAdam(model),
): Promise<void> {
  const fine = multiStepSchedule({ milestones: [0.75 * steps], factor: 0.2 });
  const schedules = optimizers.map((optimizer) => new Scheduler(optimizer, fine));
  model.train();
  const body = (): Tensor => {
    for (const optimizer of optimizers) optimizer.zeroGrad();
    const reached = loss();
    reached.backward();
    for (const optimizer of optimizers) optimizer.step();
    return reached;
  };
  await repeat(steps, body, schedules);
  model.eval();
}
