import type { Distribution } from "@dl/distributions";
import { ArgumentError, formatShape, ShapeError, type ValueKind } from "@dl/backend";
import { Module } from "@dl/nn";
import { checkTensor, type Tensor } from "@dl/tensor";

/**
 * The end of a network whose numbers are read as a distribution. The numbers lie along axis 1; every
 * axis but the first belongs to the event, whose log-densities are added up.
 *
 * @example
 * const head = new DiagonalNormalHead();
 * const network = new Linear(4, head.outputsFor(2));
 * head.forward(network.forward(inputs)).eventShape; // => [2]
 */
export abstract class Head<D extends Distribution = Distribution> extends Module {
  /** How many numbers along axis 1 the network must give for an event of `size` along its first axis. */
  abstract outputsFor(size: number): number;
  /** Shape: [batch, outputsFor(size), ...] → an event [size, ...] for each of the batch. */
  abstract override forward(outputs: Tensor): D;
}

/** @throws {ShapeError} unless there is a batch of events, of `axes` axes where that is said. */
export function checkOutputs(op: string, outputs: Tensor, axes?: number): void {
  checkTensor(op, outputs);
  if (axes === undefined ? outputs.ndim >= 2 : outputs.ndim === axes) return;
  throw new ShapeError(
    op,
    `needs what a network gives for a batch, ${axes === 2 ? "[batch, outputs]" : "[batch, outputs, ...]"}: received ${formatShape(outputs.shape)}. Add the axis that is missing with unsqueeze.`,
    { received: outputs.shape },
  );
}

/** The numbers of a network in `count` equal parts along axis 1. @throws {ShapeError} */
export function outputParts(op: string, outputs: Tensor, count: number): Tensor[] {
  checkOutputs(op, outputs);
  const size = outputs.shape[1]!;
  if (size === 0 || size % count !== 0)
    throw new ShapeError(
      op,
      `reads ${count} numbers for each one of the event, so axis 1 must have a multiple of ${count}: received ${formatShape(outputs.shape)}. End the network with outputsFor(size) outputs.`,
      { expected: count, received: outputs.shape },
    );
  const each = size / count;
  return Array.from({ length: count }, (_, i) => outputs.narrow(1, i * each, each));
}

/** @throws {ArgumentError} unless the number is above 0 and finite. */
export function checkPositive(op: string, name: string, value: number): void {
  if (value > 0 && value < Infinity) return;
  throw new ArgumentError(op, `${name} must be above 0: received ${value}.`, {
    expected: "> 0",
    received: value,
  });
}

/**
 * For options that are heads.
 *
 * @example
 * checkOptions("myModel", { posterior: 3 }, { posterior: headKind }); // throws an ArgumentError
 */
export const headKind: ValueKind = {
  what: "a head",
  accepts: (value) => value instanceof Head,
};
