import { noGrad } from "@dl/autograd";
import { concatenate, type Tensor } from "@dl/tensor";

/** Mean and variance of all elements of a tensor. */
export interface Moments {
  readonly mean: number;
  readonly variance: number;
}

/**
 * Mean and variance of every tensor, in one read: of activations, how signals grow or fade through
 * the depth of a network.
 *
 * @example
 * const { activations } = recordActivations(model, () => model.forward(inputs));
 * (await moments(activations)).get("1").mean > 0; // => true
 */
export async function moments(tensors: ReadonlyMap<string, Tensor>): Promise<Map<string, Moments>> {
  if (tensors.size === 0) return new Map();
  const figures = noGrad(() =>
    [...tensors.values()].flatMap((tensor) => {
      const x = tensor.detach().cast("float32");
      const mean = x.mean();
      return [mean, x.sub(mean).square().mean()].map((figure) => figure.reshape([1]));
    }),
  );
  const numbers = await noGrad(() => concatenate(figures)).data();
  return new Map(
    [...tensors.keys()].map((name, i) => [
      name,
      { mean: numbers[2 * i]!, variance: numbers[2 * i + 1]! },
    ]),
  );
}
