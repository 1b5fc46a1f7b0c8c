import type { Layer } from "@dl/nn";
import type { Tensor } from "@dl/tensor";
import { attackKinds, attackSettings, type AttackOptions } from "./attack-options.ts";
import { balls } from "./balls.ts";
import { checkAttacked, inputGradient } from "./input-gradient.ts";

/**
 * Fast gradient sign method: inputs moved once, each number by epsilon, so that the loss rises most as
 * far as its slope tells.
 *
 * x + ε · sign(∂loss / ∂x), held within the bounds; targeted, x - ε · sign(∂loss / ∂x) for the loss of
 * the answer wanted. Numbers whose slope is 0 stay. The network is in evaluation, and neither its
 * weights nor its mode change.
 *
 * Shape: inputs [n, ...sample]; targets as the loss takes them → [n, ...sample].
 * A sample with a number that is NaN comes back as NaN; the others are not touched by it.
 * Source: Goodfellow et al. 2015, arXiv:1412.6572, section 4.
 *
 * @throws {ShapeError} unless the loss gives a number for each sample.
 * @throws {ArgumentError} unless epsilon is at least 0, and bounds are in order.
 * @example
 * const found = fgsm(model, inputs, targets, { epsilon: 0.1 });
 * const largest = await found.sub(inputs).abs().max().item();
 * Math.abs(largest - 0.1) < 1e-6; // => true
 */
export function fgsm(
  network: Layer,
  inputs: Tensor,
  targets: Tensor,
  options: AttackOptions,
): Tensor {
  const op = "fgsm";
  checkAttacked(op, network, inputs, targets);
  const { epsilon, sense, loss, within } = attackSettings(op, options, attackKinds);
  const { gradient } = inputGradient(op, network, inputs, targets, loss);
  return within(inputs.detach().add(balls.infinity.steepest(gradient).mul(sense * epsilon)));
}
