import {
  ArgumentError,
  DTypeError,
  dtypes,
  formatShape,
  isFloat,
  refuseOptions,
  ShapeError,
  UnsupportedError,
  wrongType,
  type Backend,
  type DType,
  type ValueKind,
} from "@dl/backend";
import { checkSameBackend } from "../core/same-backend.ts";
import { Tensor } from "../core/tensor.ts";

/** The one backend all tensors live on. @throws {ArgumentError} if they live on several. */
export function commonBackend(op: string, tensors: readonly Tensor[]): Backend {
  const { backend } = tensors[0]!;
  for (const tensor of tensors) checkSameBackend(op, backend, tensor.backend);
  return backend;
}

/**
 * For options that take a tensor.
 *
 * @example
 * checkOptions("myLoss", { weight: [1, 2] }, { weight: tensorKind }); // throws an ArgumentError
 */
export const tensorKind: ValueKind = {
  what: "a tensor",
  accepts: (value) => value instanceof Tensor,
};

/**
 * Refuses anything but a tensor, for operations of your own.
 *
 * @throws {ArgumentError} if it is not a tensor.
 * @example
 * checkTensor("myLoss", { reduction: "sum" }); // throws an ArgumentError: options stand where a tensor belongs
 */
export function checkTensor(op: string, x: unknown): asserts x is Tensor {
  if (x instanceof Tensor) return;
  refuseOptions(op, x, "a tensor");
  throw new ArgumentError(
    op,
    `needs a tensor, got ${x === null ? "null" : typeof x}. Make one with tensor(...).`,
    { received: x },
  );
}

/** @throws {ShapeError} for less than a matrix. */
export function checkMatrices(op: string, x: Tensor): void {
  checkTensor(op, x);
  if (x.ndim < 2)
    throw new ShapeError(
      op,
      `needs at least 2 axes, got shape ${formatShape(x.shape)}. Make one with reshape or unsqueeze.`,
      { received: x.shape },
    );
}

/** A position as counted from the front. @throws {ArgumentError} if it lies outside the axis. */
export function positionFromFront(
  op: string,
  name: "position" | "index",
  position: number,
  axis: number,
  x: Tensor,
): number {
  const size = x.shape[axis]!;
  if (!Number.isInteger(position) || position < -size || position >= size)
    throw new ArgumentError(
      op,
      `${name} ${position} is out of range for axis ${axis} of ${formatShape(x.shape)}. ${size === 0 ? "The axis is empty." : `Use ${-size} to ${size - 1}.`}`,
      { expected: size, received: position },
    );
  return position < 0 ? position + size : position;
}

/** @throws {ArgumentError} if it is not a number. */
export function checkNumber(op: string, value: unknown): asserts value is number {
  if (typeof value !== "number")
    throw new ArgumentError(
      op,
      `needs a number, got ${value instanceof Tensor ? "a tensor" : value === null ? "null" : typeof value}. Give a plain number.`,
      { received: value },
    );
}

/** @throws {ArgumentError} if there is no such type. */
export function checkDTypeName(op: string, dtype: unknown): asserts dtype is DType {
  if (typeof dtype !== "string" || !Object.hasOwn(dtypes, dtype))
    throw wrongType(op, "unknown dtype", dtype, `Use ${Object.keys(dtypes).join(", ")}.`);
}

/** @throws {UnsupportedError} if the backend has no such type. */
export function checkDTypeSupported(backend: Backend, dtype: DType): void {
  if (!backend.capabilities.dtypes.includes(dtype))
    throw new UnsupportedError(
      backend.name,
      `${dtype} is not available on this device. Use one of ${backend.capabilities.dtypes.join(", ")}, or another backend.`,
      { expected: backend.capabilities.dtypes, received: dtype },
    );
}

/** @throws {DTypeError} for integer and bool tensors. */
export function checkFloat(op: string, x: Tensor): void {
  if (!isFloat(x.dtype))
    throw new DTypeError(
      op,
      `needs a float tensor, got ${x.dtype}. Convert with x.cast("float32").`,
      { received: x.dtype },
    );
}

/** @throws {DTypeError} unless the tensor has one of these types. */
export function checkDType(op: string, x: Tensor, allowed: readonly DType[], name: string): void {
  if (!allowed.includes(x.dtype))
    throw new DTypeError(
      op,
      `${name} must be ${allowed.join(" or ")}, got ${x.dtype}. Convert with x.cast("${allowed[0]!}").`,
      { expected: allowed, received: x.dtype },
    );
}
