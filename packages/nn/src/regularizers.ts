import { noGrad } from "@dl/autograd";
import { ArgumentError, checkOptions, scalar, withPartials, type Partials } from "@dl/backend";
import { applyOne, PointwiseOp, where, type Tensor } from "@dl/tensor";
import type { Parameter } from "./parameter.ts";

/**
 * Σ |w|: added to a loss, it draws weights to exactly 0.
 *
 * @throws {ArgumentError} without a parameter.
 * @example
 * const loss = crossEntropy(logits, targets).add(l1Penalty(model.parameters()).mul(1e-4));
 */
export function l1Penalty(parameters: readonly Tensor[]): Tensor {
  return total("l1Penalty", parameters, (x) => x.abs().sum());
}

/**
 * Σ w²: added to a loss, it makes large weights dear. Its gradient is 2 w; weight decay by λ is
 * λ / 2 times this penalty.
 *
 * @throws {ArgumentError} without a parameter.
 * @example
 * await l2Penalty([tensor([3, 4])]).item(); // => 25
 */
export function l2Penalty(parameters: readonly Tensor[]): Tensor {
  return total("l2Penalty", parameters, (x) => x.square().sum());
}

/** 0 where w is 0: below p = 1 the slope there is infinite, and 0 is where the penalty wants it. */
const powerPartials: Partials = ([x, p]) => {
  const { equal, log, mul, pow, select, sub } = scalar;
  return [
    select(equal(x!, 0), 0, mul(p!, pow(x!, sub(p!, 1)))),
    select(equal(x!, 0), 0, mul(pow(x!, p!), log(x!))),
  ];
};
const absolutePower = /* @__PURE__ */ new PointwiseOp("lpPenalty", (x, p) =>
  withPartials(scalar.pow(x, p), [x, p], powerPartials),
);

/**
 * Σ |w|ᵖ for any p above 0.
 *
 * @throws {ArgumentError} without a parameter, or unless p is above 0.
 * @example
 * const penalty = lpPenalty(model.parameters(), 0.5);
 */
export function lpPenalty(parameters: readonly Tensor[], p: number): Tensor {
  if (!(p > 0 && p < Infinity))
    throw new ArgumentError("lpPenalty", `p must be above 0: received ${p}.`, {
      expected: "> 0",
      received: p,
    });
  if (p === 1) return total("lpPenalty", parameters, (x) => x.abs().sum());
  if (p === 2) return total("lpPenalty", parameters, (x) => x.square().sum());
  return total("lpPenalty", parameters, (x) =>
    applyOne("pointwise", [x.abs(), { number: p, dtype: x.dtype }], { op: absolutePower }).sum(),
  );
}

/** The two strengths of {@link elasticNetPenalty}. */
export interface ElasticNetOptions {
  /** Factor of Σ |w|. */
  readonly l1: number;
  /** Factor of Σ w². */
  readonly l2: number;
}

/**
 * l1 Σ |w| + l2 Σ w².
 *
 * Source: Zou & Hastie 2005, doi:10.1111/j.1467-9868.2005.00503.x, eq. 3.
 *
 * @throws {ArgumentError} without a parameter.
 * @example
 * const penalty = elasticNetPenalty(model.parameters(), { l1: 1e-5, l2: 1e-4 });
 */
export function elasticNetPenalty(
  parameters: readonly Tensor[],
  options: ElasticNetOptions,
): Tensor {
  const { l1, l2 } = checkOptions("elasticNetPenalty", options, { l1: "number", l2: "number" });
  return total("elasticNetPenalty", parameters, (x) =>
    x.abs().mul(l1).add(x.square().mul(l2)).sum(),
  );
}

function total(op: string, parameters: readonly Tensor[], one: (x: Tensor) => Tensor): Tensor {
  if (parameters.length === 0)
    throw new ArgumentError(
      op,
      "received no parameters. Pass model.parameters(), or leave the penalty out.",
      { received: parameters },
    );
  return parameters.map(one).reduce((sum, term) => sum.add(term));
}

/**
 * Shrinks, in place, the incoming weights of every unit whose norm exceeds a bound; to be called
 * after each optimiser step. Vectors (biases) are left alone.
 *
 * The units are along the first axis of each parameter.
 *
 * Source: Srivastava et al. 2014, JMLR 15, section 5.1.
 *
 * @throws {ArgumentError} unless the bound is above 0.
 * @example
 * optimizer.step();
 * constrainMaxNorm(model.parameters(), 3);
 */
export function constrainMaxNorm(parameters: readonly Parameter[], bound: number): void {
  if (!(bound > 0))
    throw new ArgumentError("constrainMaxNorm", `the bound must be above 0: received ${bound}.`, {
      expected: "> 0",
      received: bound,
    });
  noGrad(() => {
    for (const parameter of parameters) {
      if (parameter.ndim < 2) continue;
      const axes = parameter.shape.map((_, axis) => axis).slice(1);
      const lengths = parameter.norm(2, axes, { keepDims: true });
      const shrunk = parameter.mul(lengths.reciprocal().mul(bound));
      // Not a factor of 1 for the others: rounding would let them drift.
      parameter.assign(where(lengths.greater(bound), shrunk, parameter));
    }
  });
}
