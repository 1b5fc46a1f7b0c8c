/** What an error carries besides its text, so that a program can react to it. */
export interface ErrorDetails {
  readonly expected?: unknown;
  readonly received?: unknown;
}

/**
 * Base of every error this library throws on purpose.
 *
 * The message reads `op: what is wrong: what was received. What to do.`
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

/** Shapes that do not fit each other or the operation. */
export class ShapeError extends DlError {
  override readonly name = "ShapeError";
}

/** An element type that the operation does not take. */
export class DTypeError extends DlError {
  override readonly name = "DTypeError";
}

/** An axis outside the tensor. */
export class AxisError extends DlError {
  override readonly name = "AxisError";
}

/** Any other argument out of its range. */
export class ArgumentError extends DlError {
  override readonly name = "ArgumentError";
}

/** A gradient that does not exist or cannot be computed. */
export class GradientError extends DlError {
  override readonly name = "GradientError";
}

/** A fault reported by a backend while it ran a program. */
export class BackendError extends DlError {
  override readonly name = "BackendError";
}

/** The device is gone; every pending and later call on it fails. */
export class DeviceLostError extends DlError {
  override readonly name = "DeviceLostError";
}

/** More memory than the device or the stated budget has. */
export class OutOfMemoryError extends DlError {
  override readonly name = "OutOfMemoryError";
}

/** Something this device, engine or backend does not offer. */
export class UnsupportedError extends DlError {
  override readonly name = "UnsupportedError";
}

/** A file or byte stream that is not what it claims to be. */
export class FormatError extends DlError {
  override readonly name = "FormatError";
}

/** A fault in this library. */
export class InternalError extends DlError {
  override readonly name = "InternalError";

  constructor(op: string, problem: string, details: ErrorDetails = {}) {
    super(op, `${problem} This is a fault in the library; please report it.`, details);
  }
}
