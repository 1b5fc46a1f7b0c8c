import {
  ArgumentError,
  checkFunction,
  checkList,
  checkOptions,
  DTypeError,
  internShape,
  isFloat,
  wrongType,
  type DType,
} from "@dl/backend";
import { creationKinds } from "../core/creation-options.ts";
import type { HostFunction, HostGradient } from "../core/host-function.ts";
import { hostValue } from "../core/host-value.ts";
import { applyOne } from "../core/primitives.ts";
import { stepRecorder } from "../core/step-recorder.ts";
import { Tensor } from "../core/tensor.ts";
import {
  checkDTypeName,
  checkDTypeSupported,
  checkTensor,
  commonBackend,
} from "./check-operands.ts";

/** What {@link hostFunction} makes, and what its function is told. */
export interface HostFunctionOptions {
  /** Of the result. */
  readonly shape: readonly number[];
  /** Of the result. */
  readonly dtype: DType;
  /** Given to the function as `call.numbers`; none unless said. In a compiled step they are part of it. */
  readonly numbers?: readonly number[];
  /** Without one the result is a constant. */
  readonly gradient?: HostGradient;
}

/**
 * A tensor that JavaScript computes on the host in float64, in its place among the work of the
 * backend: for what programs of a backend cannot do, such as loops that end when their numbers say so.
 *
 * Inputs may be of any types; where they lie elsewhere, they are copied out and the result back in, so
 * that the call returns at once everywhere. What the function throws comes at once where work is done
 * at the call, and with the next read elsewhere. A compiled step repeats it like everything else.
 * It is not called for an empty result.
 *
 * Shape: inputs of any → `shape`.
 *
 * @throws {ArgumentError} if there is no input, or inputs are on several backends.
 * @throws {ShapeError} for sizes no tensor can have.
 * @throws {DTypeError} for a gradient of a result of integers.
 * @throws {UnsupportedError} if the backend has no such type.
 * @example
 * const collatzSteps: HostFunction = {
 *   name: "collatzSteps",
 *   isStackable: true,
 *   compute([x], steps) {
 *     for (let i = 0; i < steps.length; i++)
 *       for (let n = x[i]; n > 1; steps[i]++) n = n % 2 === 0 ? n / 2 : 3 * n + 1;
 *   },
 * };
 * const x = tensor([1, 6, 27], { dtype: "int32" });
 * await hostFunction(collatzSteps, [x], { shape: x.shape, dtype: "int32" }).toArray(); // => [0, 8, 111]
 */
export function hostFunction(
  op: HostFunction,
  inputs: readonly Tensor[],
  options: HostFunctionOptions,
): Tensor {
  if (typeof op?.name !== "string" || typeof op !== "object")
    throw wrongType(
      "hostFunction",
      "needs a record { name, compute }",
      op,
      "Make it once, outside the function that calls it.",
    );
  const { name } = op;
  checkFunction(name, "compute", op.compute);
  checkList(name, inputs, "the inputs", "tensors");
  if (inputs.length === 0)
    throw new ArgumentError(name, "a host function needs at least one input: received none.");
  for (const x of inputs) checkTensor(name, x);
  const backend = commonBackend(name, inputs);
  const {
    shape,
    dtype,
    numbers = [],
    gradient,
  } = checkOptions(name, options, {
    shape: "list",
    dtype: creationKinds.dtype,
    numbers: "list",
    gradient: "function",
  });
  checkDTypeName(name, dtype);
  checkDTypeSupported(backend, dtype);
  if (gradient !== undefined && !isFloat(dtype))
    throw new DTypeError(
      name,
      `only a float result has a gradient: received dtype ${dtype}. Leave the gradient out.`,
      { received: dtype },
    );
  return applyOne("hostFunction", gradient === undefined ? inputs.map(constantOf) : inputs, {
    op,
    shape: internShape(shape, name),
    dtype,
    numbers: [...numbers],
    gradient,
    evaluate: hostValue,
  });
}

/** The same elements to which no gradient goes. */
function constantOf(x: Tensor): Tensor {
  if (x.recording === undefined) return x;
  stepRecorder()?.uses(x);
  return new Tensor(x.value);
}
