import { ArgumentError, formatShape, ShapeError, type DType, type Scalar } from "@dl/backend";
import { mapTogether } from "./make-value.ts";
import { checkSameBackend } from "./same-backend.ts";
import { stepRecorder, type LiveNumber } from "./step-recorder.ts";
import { Tensor } from "./tensor.ts";
import type { NumberOperand } from "./tensor-value.ts";

/** Several results from the same elements: what {@link fusedMap} computes. */
export type FusedExpressions = (...operands: Scalar[]) => readonly Scalar[];

/**
 * Several pointwise results in one pass over tensors of one shape, such as an optimiser's update of
 * a parameter and its moments. Runs at once and is never recorded for gradients.
 *
 * Numbers take the type of the first tensor and are given at dispatch: changing one recompiles
 * nothing. `build` must be pure.
 *
 * @throws {ShapeError} if the tensors' shapes differ.
 * @throws {ArgumentError} without a tensor, or with tensors on different backends.
 * @example
 * const [sum, product] = fusedMap((a, b) => [scalar.add(a!, b!), scalar.mul(a!, b!)], [x, y]);
 */
export function fusedMap(
  build: FusedExpressions,
  operands: readonly (Tensor | LiveNumber | number)[],
): Tensor[] {
  const like = operands.find((operand) => operand instanceof Tensor);
  if (like === undefined)
    throw new ArgumentError(
      "fusedMap",
      `needs at least one tensor, got ${operands.length} numbers. Make one with tensor(...).`,
      { received: operands },
    );
  const values = operands.map((operand) => {
    if (typeof operand === "number") return { number: operand, dtype: like.dtype };
    if (!(operand instanceof Tensor)) return liveOperand(operand, like.dtype);
    if (operand.shape !== like.shape)
      throw new ShapeError(
        "fusedMap",
        `needs tensors of one shape: received ${formatShape(like.shape)} and ${formatShape(operand.shape)}. Expand the smaller one.`,
        { expected: like.shape, received: operand.shape },
      );
    checkSameBackend("fusedMap", like.backend, operand.backend);
    stepRecorder()?.uses(operand);
    return operand.value;
  });
  return mapTogether(build, values, like.shape, like.backend).map((value) => new Tensor(value));
}

function liveOperand(live: LiveNumber, dtype: DType): NumberOperand {
  return {
    dtype,
    isLive: true,
    get number() {
      return live.number;
    },
  };
}
