import { enableGrad, gradientsOf } from "@dl/autograd";
import { formatShape, refuseOptions, ShapeError, wrongType } from "@dl/backend";
import { Module, type Layer } from "@dl/nn";
import { checkTensor, type Tensor } from "@dl/tensor";
import { inEvaluation, type LossFunction } from "@dl/training";

/** @throws {ArgumentError} unless there are a network, inputs and targets. */
export function checkAttacked(op: string, network: Layer, ...batch: readonly Tensor[]): void {
  if (!(network instanceof Module)) {
    refuseOptions(op, network, "the network");
    throw wrongType(op, "the network must be a module", network, "Pass one.");
  }
  for (const tensor of batch) checkTensor(op, tensor);
}

/** The loss of each sample, [n], by a network in evaluation. */
export function lossesOf(
  op: string,
  network: Layer,
  inputs: Tensor,
  targets: Tensor,
  loss: LossFunction,
): Tensor {
  const losses = inEvaluation(op, { network }, () =>
    enableGrad(() => loss(network.forward(inputs), targets)),
  );
  const [count] = inputs.shape;
  if (losses.ndim !== 1 || losses.shape[0] !== count)
    throw new ShapeError(
      op,
      `the loss must be a number for each of ${count} samples: received shape ${formatShape(losses.shape)}. Leave the mean out, e.g. with { reduction: "none" }.`,
      { expected: [count], received: losses.shape },
    );
  return losses;
}

/**
 * Each sample's loss and its gradient in the sample. Nothing is computed for the weights, and no other
 * sample takes part, so that the gradient is the same whatever else is in the batch.
 */
export function inputGradient(
  op: string,
  network: Layer,
  inputs: Tensor,
  targets: Tensor,
  loss: LossFunction,
): { readonly losses: Tensor; readonly gradient: Tensor } {
  const point = inputs.detach().requireGrad();
  const losses = lossesOf(op, network, point, targets, loss);
  const [gradient] = enableGrad(() => gradientsOf(losses.sum(), [point])) as [Tensor];
  return { losses: losses.detach(), gradient };
}
