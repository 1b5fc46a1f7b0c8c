import type { Tensor } from "@dl/tensor";
import type { PictureBatch } from "./picture-model.ts";

/** Mean squared error of a pixel over all pictures, each made again without gradients. */
export async function errorPerPixel(
  batches: Iterable<PictureBatch>,
  remake: (pictures: Tensor) => Tensor,
): Promise<number> {
  let [sum, count] = [0, 0];
  for (const { inputs } of batches) {
    sum += await remake(inputs).sub(inputs).square().sum().item();
    count += inputs.elementCount;
  }
  return sum / count;
}

export const errorText = (error: number): string => `error ${error.toFixed(4)}`;
