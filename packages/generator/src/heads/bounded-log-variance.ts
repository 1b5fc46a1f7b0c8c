import {
  ArgumentError,
  constant,
  scalar,
  withPartials,
  type OptionKinds,
  type Partials,
} from "@dl/backend";
import { applyOne, PointwiseOp, type Tensor } from "@dl/tensor";

/** Between which numbers a logarithm of a variance is held. */
export interface LogVarianceBounds {
  /** Default -20: a deviation of 0.000045. */
  readonly leastLogVariance?: number;
  /** Default 20: a deviation of 22026. */
  readonly mostLogVariance?: number;
}

export const boundKinds: OptionKinds<LogVarianceBounds> = {
  leastLogVariance: "number",
  mostLogVariance: "number",
};

const { add, div, max, min, mul, sub } = scalar;

// x between the two; above, high + 1 - 1 / (1 + excess), and below likewise: bounded, with a slope that
// is continuous and never 0, so that a number beyond the bounds still finds its way back.
const partials: Partials = ([x, low, high]) => {
  const reach = add(1, add(max(sub(x!, high!), 0), max(sub(low!, x!), 0)));
  const none = constant(0, x!.dtype); // the bounds are numbers
  return [div(1, mul(reach, reach)), none, none];
};
const boundedOp = /* @__PURE__ */ new PointwiseOp("boundedLogVariance", (x, low, high) => {
  const above = div(1, add(1, max(sub(x, high), 0)));
  const below = div(1, add(1, max(sub(low, x), 0)));
  return withPartials(add(max(min(x, high), low), sub(below, above)), [x, low, high], partials);
});

/**
 * A logarithm of a variance held between safe bounds: the number itself up to 1 before a bound, then
 * bending towards it without reaching it, so that its exponential neither overflows nor vanishes and
 * its gradient never does.
 *
 * Shape: any → the same.
 * @throws {ArgumentError} unless the bounds are at least 2 apart.
 */
export function boundedLogVariance(
  op: string,
  x: Tensor,
  { leastLogVariance = -20, mostLogVariance = 20 }: LogVarianceBounds,
): Tensor {
  checkBounds(op, { leastLogVariance, mostLogVariance });
  const { dtype } = x;
  const [low, high] = [leastLogVariance + 1, mostLogVariance - 1];
  return applyOne("pointwise", [x, { number: low, dtype }, { number: high, dtype }], {
    op: boundedOp,
  });
}

/** @throws {ArgumentError} unless the bounds are at least 2 apart. */
export function checkBounds(
  op: string,
  { leastLogVariance = -20, mostLogVariance = 20 }: LogVarianceBounds,
): void {
  if (mostLogVariance - leastLogVariance >= 2) return;
  throw new ArgumentError(
    op,
    `mostLogVariance must be at least 2 above leastLogVariance: received ${mostLogVariance} and ${leastLogVariance}.`,
    { received: [leastLogVariance, mostLogVariance] },
  );
}
