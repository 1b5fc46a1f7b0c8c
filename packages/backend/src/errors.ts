/** What an error carries besides its text, so that a program can react to it. */
export interface ErrorDetails {
  readonly expected?: unknown;
  readonly received?: unknown;
}

/**
 * Base of every error this library throws on purpose.
 *
 * The message reads `op: what is wrong: what was received. What to do.`
 *
 * @example
 * new ShapeError("add", "the shapes differ.") instanceof DlError; // => true
 */
export abstract class DlError extends Error {
  /** The public operation that was called, e.g. `"matmul"`. */
  readonly op: string;
  readonly expected: unknown;
  readonly received: unknown;

  constructor(op: string, problem: string, details: ErrorDetails = {}) {
    super(`${op}: ${problem}`);
    this.op = op;
    this.expected = details.expected;
    this.received = details.received;
  }
}

/**
 * Shapes that do not fit each other or the operation.
 *
 * @example
 * zeros([2]).add(zeros([3])); // throws a ShapeError
 */
export class ShapeError extends DlError {
  override readonly name = "ShapeError";
}

/**
 * An element type that the operation does not take.
 *
 * @example
 * tensor([1, 2], { dtype: "int32" }).log(); // throws a DTypeError
 */
export class DTypeError extends DlError {
  override readonly name = "DTypeError";
}

/**
 * An axis outside the tensor.
 *
 * @example
 * zeros([2, 3]).sum(2); // throws an AxisError
 */
export class AxisError extends DlError {
  override readonly name = "AxisError";
}

/**
 * Any other argument out of its range.
 *
 * @example
 * linspace(0, 1, -1); // throws an ArgumentError
 */
export class ArgumentError extends DlError {
  override readonly name = "ArgumentError";
}

/**
 * A gradient that does not exist or cannot be computed.
 *
 * @example
 * tensor([1, 2]).requireGrad().backward(); // throws a GradientError: not a scalar
 */
export class GradientError extends DlError {
  override readonly name = "GradientError";
}

/**
 * A fault reported by a backend while it ran a program.
 *
 * @example
 * new BackendError("matmul", "the device reports a fault.").op; // => "matmul"
 */
export class BackendError extends DlError {
  override readonly name = "BackendError";
}

/**
 * The device is gone; every pending and later call on it fails.
 *
 * @example
 * new DeviceLostError("webgpu", "the device was lost.").name; // => "DeviceLostError"
 */
export class DeviceLostError extends DlError {
  override readonly name = "DeviceLostError";
}

/**
 * More memory than the device or the stated budget has.
 *
 * @example
 * new OutOfMemoryError("zeros", "no room.", { received: 2 ** 40 }).received; // => 2 ** 40
 */
export class OutOfMemoryError extends DlError {
  override readonly name = "OutOfMemoryError";
}

/**
 * Something this device, engine or backend does not offer.
 *
 * @example
 * new UnsupportedError("webgpu", "float64 is not there.").op; // => "webgpu"
 */
export class UnsupportedError extends DlError {
  override readonly name = "UnsupportedError";
}

/**
 * A file or byte stream that is not what it claims to be.
 *
 * @example
 * parseIdx(new Uint8Array(4)); // throws a FormatError
 */
export class FormatError extends DlError {
  override readonly name = "FormatError";
}

/**
 * A fault in this library.
 *
 * @example
 * new InternalError("lower", "9 inputs, limit 8.").op; // => "lower"
 */
export class InternalError extends DlError {
  override readonly name = "InternalError";

  constructor(op: string, problem: string, details: ErrorDetails = {}) {
    super(op, `${problem} This is a fault in the library; please report it.`, details);
  }
}
