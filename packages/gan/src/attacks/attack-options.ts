import { ArgumentError, checkOptions, describeValue, type OptionKinds } from "@dl/backend";
import { crossEntropy } from "@dl/nn";
import type { Tensor } from "@dl/tensor";
import type { LossFunction } from "@dl/training";

/** The least and the largest number that an input may have, such as [0, 1] for pictures. */
export type Bounds = readonly [low: number, high: number];

/** What an attack may change, and what it is after. */
export interface AttackOptions {
  /** How far an input may be moved, in its own units. */
  readonly epsilon: number;
  /** Whether targets are the answers wanted, instead of the right ones. Default false. */
  readonly targeted?: boolean;
  /** Numbers that inputs cannot leave; none unless said. Pictures have some. */
  readonly bounds?: Bounds;
  /** Loss of each sample, [n]; {@link crossEntropy} unless said. */
  readonly loss?: LossFunction;
}

export const attackKinds: OptionKinds<AttackOptions> = {
  epsilon: "number",
  targeted: "boolean",
  bounds: "list",
  loss: "function",
};

/** An attack's options as it uses them. */
export interface AttackSettings {
  readonly epsilon: number;
  /** 1 where the loss is to rise, -1 where it is to fall. */
  readonly sense: 1 | -1;
  readonly loss: LossFunction;
  /** The inputs, moved to the bounds where they left them. */
  readonly within: (inputs: Tensor) => Tensor;
}

/** @throws {ArgumentError} for options out of their range. */
export function attackSettings<Options extends AttackOptions>(
  op: string,
  options: Options,
  kinds: OptionKinds<Options>,
): AttackSettings {
  const { epsilon, targeted = false, bounds, loss = lossOfEach } = checkOptions(op, options, kinds);
  checkReach(op, "epsilon", epsilon);
  if (bounds !== undefined && !(bounds.length === 2 && bounds[0] < bounds[1]))
    throw new ArgumentError(
      op,
      `bounds must be the least and the largest number of an input: received ${describeValue(bounds)}. Pass e.g. [0, 1].`,
      { received: bounds },
    );
  return {
    epsilon,
    sense: targeted ? -1 : 1,
    loss,
    within: bounds === undefined ? (x) => x : (x) => x.clamp(...bounds),
  };
}

/** @throws {ArgumentError} unless it is a number of at least 0. */
export function checkReach(op: string, name: string, value: number): void {
  if (!(value >= 0 && value < Infinity))
    throw new ArgumentError(
      op,
      `${name} must be a number of at least 0: received ${value}. Say how far inputs may be moved.`,
      { received: value },
    );
}

const lossOfEach: LossFunction = (outputs, targets) =>
  crossEntropy(outputs, targets, { reduction: "none" });
