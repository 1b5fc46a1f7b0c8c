import { Adam, cosineSchedule, Scheduler } from "@dl/optim";
import { compile, type Tensor } from "@dl/tensor";
import { descend } from "@dl/training";

/** Adam, its rate falling along a half cosine to 0; the step is compiled. */
export async function minimize(
  parameters: readonly Tensor[],
  loss: () => Tensor,
  { learningRate, steps }: { readonly learningRate: number; readonly steps: number },
): Promise<void> {
  const optimizer = new Adam([...parameters], { learningRate });
  const schedule = new Scheduler(optimizer, cosineSchedule({ steps }));
  const step = compile(() => {
    const reached = descend(optimizer, loss);
    schedule.step();
    return reached;
  });
  for (let i = 0; i < steps; i++) {
    const reached = step();
    // Waits now and then, so that not too much is under way at once.
    if (i % 50 === 0) await reached.item();
  }
}
