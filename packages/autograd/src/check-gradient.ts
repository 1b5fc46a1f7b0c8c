import { formatShape, GradientError, type Backend, type DType, type Shape } from "@dl/backend";
import { Tensor } from "@dl/tensor";
import type { Recording } from "./recording.ts";

interface Like {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly backend: Backend;
}

/**
 * What a user gives as a gradient: a tensor of the same shape, type and backend as what it is the
 * gradient of. Anything else would be found out later and elsewhere.
 *
 * @throws {GradientError} naming what was received.
 */
export function checkGradient(
  op: string,
  what: string,
  gradient: unknown,
  { shape, dtype, backend }: Like,
): asserts gradient is Tensor {
  if (
    gradient instanceof Tensor &&
    gradient.shape === shape &&
    gradient.dtype === dtype &&
    gradient.backend === backend
  )
    return;
  throw new GradientError(
    op,
    `${what} must be a tensor ${dtype} ${formatShape(shape)} on ${backend.name}, like what it is the gradient of: received ${described(gradient, backend)}. Convert it with cast, reshape or to.`,
    { expected: { shape, dtype }, received: gradient },
  );
}

function described(gradient: unknown, backend: Backend): string {
  if (gradient instanceof Promise) return "a promise, which would have to be awaited before";
  if (!(gradient instanceof Tensor)) return JSON.stringify(gradient) ?? String(gradient);
  const isNamesake = gradient.backend !== backend && gradient.backend.name === backend.name;
  return isNamesake ? `${String(gradient)}, another one` : String(gradient);
}

/** A tensor's whole gradient after its hooks, each of which may give another in its place. */
export function throughHooks({ hooks }: Recording, whole: Tensor): Tensor {
  return hooks.reduce((gradient, hook) => {
    const given = hook(gradient) ?? gradient;
    checkGradient("registerHook", "what a hook returns", given, gradient);
    return given;
  }, whole);
}
