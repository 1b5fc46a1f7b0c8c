import { ArgumentError } from "@dl/backend";
import { lstsq, tensor, type Tensor } from "@dl/tensor";
import { checkLatents, checkOnePerLatent } from "./directions.ts";

/**
 * Direction in which a value rises, by least squares: one step along it raises the fitted value by 1.
 *
 * w / ‖w‖², of the w (and c) that minimise Σ (w · zᵢ + c - valueᵢ)². Unlike the difference of means it does
 * not follow what merely goes along with the value among the latents; where latents are few or alike, w is
 * the shortest of those that fit.
 *
 * Shape: latents [count, n], a value for each → [n].
 * @throws {ShapeError} unless the latents are a matrix.
 * @throws {ArgumentError} unless there are as many values as latents, finite and not all alike.
 * @example
 * const latents = tensor([[0, 0], [2, 0], [0, 1], [2, 1]]);
 * await leastSquaresDirection(latents, [0, 1, 0, 1]).toArray(); // => [2, 0]
 */
export function leastSquaresDirection(latents: Tensor, values: ArrayLike<number>): Tensor {
  const op = "leastSquaresDirection";
  checkLatents(op, latents);
  const count = checkOnePerLatent(op, "values", latents, values.length);
  const mean = Array.from(values).reduce((sum, value) => sum + value, 0) / count;
  const centred = Array.from(values, (value) => value - mean);
  if (!centred.every(Number.isFinite) || centred.every((value) => value === 0))
    throw new ArgumentError(
      op,
      `the values must be finite and not all alike: received ${Array.from(values).slice(0, 4).join(", ")}, ... Without differences there is no direction.`,
      { received: values },
    );
  const { dtype, backend } = latents;
  const targets = tensor(centred, { dtype, backend });
  const slope = lstsq(latents.sub(latents.mean(0)), targets);
  return slope.div(slope.square().sum());
}
