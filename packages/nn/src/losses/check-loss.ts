import {
  ArgumentError,
  DTypeError,
  formatShape,
  isFloat,
  ShapeError,
  shapesEqual,
} from "@dl/backend";
import { checkTensor, knownRange, type Tensor } from "@dl/tensor";

/** @throws {DTypeError} unless `x` is float. */
export function checkFloat(op: string, name: string, x: Tensor): void {
  checkTensor(op, x);
  if (!isFloat(x.dtype))
    throw new DTypeError(
      op,
      `${name} must be float, got ${x.dtype}. Convert with x.cast("float32").`,
      {
        received: x.dtype,
      },
    );
}

/** @throws {ShapeError} unless both have one shape; they are not broadcast, since that hides mistakes. */
export function checkSameShape(
  op: string,
  name: string,
  x: Tensor,
  targets: Tensor,
  targetsName = "targets",
): void {
  for (const each of [x, targets]) checkTensor(op, each);
  if (!shapesEqual(x.shape, targets.shape))
    throw new ShapeError(
      op,
      `${name} and ${targetsName} must have one shape: ${name} ${formatShape(x.shape)}, ${targetsName} ${formatShape(targets.shape)}. Reshape one of them.`,
      { expected: x.shape, received: targets.shape },
    );
}

/** The axis of the classes. @throws {ShapeError | DTypeError} if the two do not fit. */
export function checkClasses(op: string, name: string, logits: Tensor, targets: Tensor): number {
  checkFloat(op, name, logits);
  checkTensor(op, targets);
  if (logits.ndim === 0)
    throw new ShapeError(
      op,
      `${name} must have an axis of classes: received a scalar. Give [batch, classes].`,
      { received: logits.shape },
    );
  const axis = logits.ndim === 1 ? 0 : 1;
  const expected = isFloat(targets.dtype) ? logits.shape : logits.shape.toSpliced(axis, 1);
  if (!shapesEqual(targets.shape, expected))
    throw new ShapeError(
      op,
      `targets must have shape ${formatShape(expected)}, got ${formatShape(targets.shape)}: ${name} ${formatShape(logits.shape)}, targets of ${targets.dtype}. Class numbers have ${name}' shape without the classes; float targets are probabilities and have the same shape.${adviceFor(logits, targets, axis)}`,
      { expected, received: targets.shape },
    );
  return axis;
}

/** For targets that only have the wrong type. */
function adviceFor(logits: Tensor, targets: Tensor, axis: number): string {
  if (!isFloat(targets.dtype) && shapesEqual(targets.shape, logits.shape))
    return ' If these are one-hot, convert with targets.cast("float32").';
  if (isFloat(targets.dtype) && shapesEqual(targets.shape, logits.shape.toSpliced(axis, 1)))
    return ' If these are class numbers, convert with targets.cast("int32").';
  return "";
}

/** @throws {DTypeError} for float targets where class numbers belong. */
export function checkClassNumbers(op: string, targets: Tensor): void {
  checkTensor(op, targets);
  if (isFloat(targets.dtype))
    throw new DTypeError(
      op,
      `targets must be class numbers (int32), got ${targets.dtype}. Convert with targets.cast("int32").`,
      { expected: "int32", received: targets.dtype },
    );
}

/**
 * For class numbers from the host; those computed on the device are known there only.
 *
 * @throws {ArgumentError} if one of them is no class.
 */
export function checkClassRange(
  op: string,
  targets: Tensor,
  classes: number,
  ignoreIndex?: number,
): void {
  const wrong = knownRange(targets)?.find(
    (target) => target !== ignoreIndex && (target < 0 || target >= classes),
  );
  if (wrong === undefined) return;
  throw new ArgumentError(
    op,
    `a target is no class: received ${wrong}, with ${classes} classes. Targets count from 0 to ${classes - 1}; give the model more outputs${ignoreIndex === undefined ? ", or name a number to leave out as ignoreIndex" : ""}.`,
    { expected: `0..${classes - 1}`, received: wrong },
  );
}

/** @throws {ShapeError | DTypeError} unless there is one float weight per class. */
export function checkClassWeight(op: string, weight: Tensor | undefined, classes: number): void {
  if (weight === undefined) return;
  checkFloat(op, "weight", weight);
  if (weight.ndim !== 1 || weight.shape[0] !== classes)
    throw new ShapeError(
      op,
      `weight must be [${classes}], one number per class, got ${formatShape(weight.shape)}.`,
      { expected: [classes], received: weight.shape },
    );
}

/** @throws {ArgumentError} unless the option lies between both bounds. */
export function checkRange(
  op: string,
  name: string,
  value: number,
  least: number,
  most: number,
): void {
  if (value >= least && value <= most) return;
  const range = most === Infinity ? `at least ${least}` : `between ${least} and ${most}`;
  throw new ArgumentError(op, `${name} must be ${range}: received ${value}.`, {
    expected: range,
    received: value,
  });
}

/** @throws {ArgumentError} unless the option is above 0. */
export function checkPositive(op: string, name: string, value: number): void {
  if (!(value > 0))
    throw new ArgumentError(op, `${name} must be above 0: received ${value}.`, {
      expected: "> 0",
      received: value,
    });
}
