import type { Tensor } from "@dl/tensor";

/** Takes a step so often; waits now and then, so that not too much is under way at once. */
export async function repeat(step: () => Tensor, steps: number): Promise<number> {
  for (let i = 1; i < steps; i++) {
    const loss = step();
    if (i % 50 === 0) await loss.item();
  }
  return await step().item();
}
