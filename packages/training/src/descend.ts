import { noGrad } from "@dl/autograd";
import { ArgumentError, checkOptions } from "@dl/backend";
import type { AnyOptimizer, LBFGS, SteppingOptimizer } from "@dl/optim";
import type { Tensor } from "@dl/tensor";
import { checkLoss } from "./check-loss.ts";

/** What is done to gradients between backward and step. */
export interface DescendOptions {
  /** Limits the gradients: `(parameters) => clipGradNorm(parameters, 1)`. */
  readonly clip?: (parameters: readonly Tensor[]) => unknown;
}

/** Computes a loss, a scalar. */
export type LossOf = () => Tensor;

/**
 * One step of an optimiser: forget old gradients, compute the loss, backward, clip, step. Of several
 * losses, as of several batches, the gradients are averaged. Gives the mean loss, on the device.
 *
 * @throws {ArgumentError} if a loss is no scalar, or no parameter of the optimiser gets a gradient.
 * @example
 * const before = await descend(optimizer, () => crossEntropy(model.forward(inputs), targets)).item();
 * const after = await crossEntropy(model.forward(inputs), targets).item();
 * after < before; // => true
 */
export function descend(
  optimizer: SteppingOptimizer,
  losses: LossOf | readonly LossOf[],
  options: DescendOptions = {},
): Tensor {
  checkOptions("descend", options, { clip: "function" });
  return descendIn("descend", optimizer, losses, options);
}

/** {@link descend} whose errors speak of `op`. */
export function descendIn(
  op: string,
  optimizer: SteppingOptimizer,
  losses: LossOf | readonly LossOf[],
  { clip }: DescendOptions,
): Tensor {
  const parameters = parametersOfOptimizer(optimizer);
  const loss = walk(op, optimizer, parameters, losses);
  if (optimizer.kind === "ascending") {
    optimizer.ascend();
    walk(op, optimizer, parameters, losses);
  }
  clip?.(parameters);
  optimizer.step();
  return loss;
}

/** {@link descendIn} for an optimiser that computes the loss several times in a step. */
export async function descendByClosure(
  op: string,
  optimizer: LBFGS,
  losses: LossOf | readonly LossOf[],
): Promise<Tensor> {
  const parameters = parametersOfOptimizer(optimizer);
  let first: Tensor | undefined;
  await optimizer.step(() => {
    const loss = walk(op, optimizer, parameters, losses);
    first ??= loss;
    return loss;
  });
  return first!;
}

const parametersOfOptimizer = ({ groups }: AnyOptimizer): Tensor[] =>
  groups.flatMap((group) => group.parameters);

/** The mean loss, its gradients in the parameters. */
function walk(
  op: string,
  optimizer: AnyOptimizer,
  parameters: readonly Tensor[],
  given: LossOf | readonly LossOf[],
): Tensor {
  optimizer.zeroGrad();
  const losses = (typeof given === "function" ? [given] : given).map((lossOf) => {
    const loss = lossOf();
    checkLoss(op, loss);
    loss.backward();
    return loss.detach();
  });
  if (!parameters.some(({ grad }) => grad !== null))
    throw new ArgumentError(
      op,
      `none of the optimizer's ${parameters.length} parameters got a gradient: the loss does not depend on them. Compute it from the model's outputs, without detach() or noGrad().`,
      { received: parameters.length },
    );
  if (losses.length === 1) return losses[0]!;
  return noGrad(() => {
    const share = 1 / losses.length;
    for (const parameter of parameters)
      if (parameter.grad !== null) parameter.grad = parameter.grad.mul(share);
    return losses.reduce((sum, loss) => sum.add(loss)).mul(share);
  });
}
