import { Adam, cosineSchedule, Scheduler } from "@dl/optim";
import { compile, type Tensor } from "@dl/tensor";
import { descend } from "@dl/training";

/** So many steps, compiled; after each the schedules move on. */
export async function repeat(
  steps: number,
  body: () => Tensor,
  schedules: readonly Scheduler[],
): Promise<void> {
  const step = compile(body);
  for (let i = 0; i < steps; i++) {
    const reached = step();
    for (const schedule of schedules) schedule.step();
    // Waits now and then, so that not too much is under way at once.
    if (i % 50 === 0) await reached.item();
  }
}

/** Adam, its rate falling along a half cosine to 0. */
export async function minimize(
  parameters: readonly Tensor[],
  loss: () => Tensor,
  { learningRate, steps }: { readonly learningRate: number; readonly steps: number },
): Promise<void> {
  const optimizer = new Adam([...parameters], { learningRate });
  const schedule = new Scheduler(optimizer, cosineSchedule({ steps }));
  await repeat(steps, () => descend(optimizer, loss), [schedule]);
}
