import { ArgumentError, checkOptions, extendKinds, type OptionKinds } from "@dl/backend";
import type { Layer } from "@dl/nn";
import type { Tensor } from "@dl/tensor";
import { inEvaluation } from "@dl/training";
import { AttackPace, type AttackProgress } from "./attack-pace.ts";
import { checkAttacked } from "./input-gradient.ts";
import { pgdKinds, searchOf, type PgdAttackOptions } from "./pgd-attack.ts";

/** An attack, and who is told of it. */
export interface PgdOptions extends PgdAttackOptions {
  /** Told some ten times a second. */
  readonly onProgress?: (progress: AttackProgress) => void;
  /** Stops between two steps; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

const runKinds: OptionKinds<PgdOptions> = /* @__PURE__ */ extendKinds(pgdKinds, {
  onProgress: "function",
  signal: "object",
});

/**
 * Projected gradient descent: inputs within epsilon of the given ones for which the loss is as high as
 * many small steps can make it; targeted, as low, for the answer wanted.
 *
 * From a point drawn from the ball, repeat x ← Π(x + α · u): u the steepest move of length 1, which is
 * sign(∂loss / ∂x) for the norm "infinity" and ∂loss / ∂x over its length for "two"; Π the projection to
 * the ball and to the bounds. Where a gradient is 0, its sample stays. The network is in evaluation, and
 * neither its weights nor its mode change. One iteration is compiled and called again, so that memory
 * does not grow with the steps.
 *
 * Shape: inputs [n, ...sample]; targets as the loss takes them → [n, ...sample].
 * Source: Madry et al. 2018, arXiv:1706.06083, section 2.1; step size of 2.5 ε / steps: section 5.
 *
 * @throws {ShapeError} unless the loss gives a number for each sample.
 * @throws {ArgumentError} for options out of their range, or inputs that are not finite.
 * @throws the signal's reason, once it is aborted.
 * @example
 * const options = { norm: "two", epsilon: 0.5, steps: 5, generator: new Generator(0) };
 * const found = await pgd(model, inputs, targets, options);
 * const lengths = found.sub(inputs).norm(2, 1);
 * await lengths.max().item() < 0.5001; // => true
 */
export async function pgd(
  network: Layer,
  inputs: Tensor,
  targets: Tensor,
  options: PgdOptions,
): Promise<Tensor> {
  const op = "pgd";
  checkAttacked(op, network, inputs, targets);
  const { onProgress, signal, ...rest } = checkOptions(op, options, runKinds);
  const { steps, restarts, start, move, gains, better } = searchOf(op, network, rest);
  await checkFinite(op, inputs);
  const evaluated = <Result>(body: () => Result): Result => inEvaluation(op, { network }, body);
  const pace = new AttackPace(steps * restarts, onProgress);
  const samples = inputs.detach();
  let found: readonly [Tensor, Tensor] | undefined;
  for (let i = 0; i < restarts; i++) {
    let points = start(samples);
    for (let step = 0; step < steps; step++) {
      signal?.throwIfAborted();
      const at = points;
      const [moved, losses] = evaluated(() => move(at, samples, targets));
      points = moved;
      await pace.next(losses);
    }
    if (restarts === 1) return points;
    const other = [points, evaluated(() => gains(points, targets))] as const;
    found = found === undefined ? other : better(found, other);
  }
  return found![0];
}

async function checkFinite(op: string, inputs: Tensor): Promise<void> {
  const wrong = await inputs.isFinite().logicalNot().countNonzero().item();
  if (wrong > 0)
    throw new ArgumentError(
      op,
      `inputs must be finite: received ${wrong} numbers that are not. Nothing can be found near them; find out where they come from.`,
      { received: wrong },
    );
}
