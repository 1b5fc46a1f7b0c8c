import { ArgumentError, formatShape } from "@dl/backend";
import { stack, type Tensor } from "@dl/tensor";
import { grad } from "./functional.ts";
import { mapTensors, tensorList, type GradientsOf, type Tensors } from "./tensor-arrangement.ts";

/**
 * The gradient of each sample's own loss, for gradient noise, influence and private training.
 *
 * `lossOf` is called once per sample with a batch of that one sample, so that a model and its loss
 * need no change; what depends on the rest of the batch (batch normalisation) would differ. Costs as
 * many passes as there are samples; where {@link vmap} covers the operations of `lossOf`,
 * `vmap(grad(lossOf))` needs one.
 *
 * Shape: batch [samples, ...]; parameter [...m] → [samples, ...m], in the arrangement of
 * `parameters`.
 *
 * @throws {ArgumentError} if there is no sample, or the tensors of the batch differ in their number.
 * @example
 * const lossOf = (w: Tensor, x: Tensor) => w.mul(x).square().sum();
 * const gradients = perSampleGradients(lossOf, tensor(3), tensor([1, 2]));
 * await gradients.toArray(); // => [6, 24]
 */
export function perSampleGradients<T extends Tensors>(
  lossOf: (parameters: T, ...sample: Tensor[]) => Tensor,
  parameters: T,
  ...batch: Tensor[]
): GradientsOf<T> {
  const count = checkedSampleCount(batch);
  const gradientOf = grad(lossOf);
  const samples = Array.from({ length: count }, (_, i) =>
    tensorList(gradientOf(parameters, ...batch.map((x) => x.narrow(0, i, 1)))),
  );
  let next = 0;
  return mapTensors(parameters, () => {
    const which = next++;
    return stack(
      samples.map((gradients) => gradients[which]!),
      0,
    );
  });
}

function checkedSampleCount(batch: readonly Tensor[]): number {
  const count = batch[0]?.shape[0] ?? 0;
  if (count === 0 || batch.some(({ shape }) => shape[0] !== count))
    throw new ArgumentError(
      "perSampleGradients",
      `needs tensors with one first axis, the samples: received ${batch.length === 0 ? "none" : batch.map(({ shape }) => formatShape(shape)).join(", ")}. Give at least one sample, and as many of each.`,
      { received: batch.map(({ shape }) => shape) },
    );
  return count;
}
