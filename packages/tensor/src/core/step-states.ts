import type { Elements } from "./step-places.ts";
import type { GradientSlot, Rebindable, StepRecorder } from "./step-recorder.ts";
import type { TensorValue } from "./tensor-value.ts";

/** A tensor that the step changes, or leaves as a gradient. */
export interface State {
  /** `undefined` for a gradient since it rested: the next is left in a tensor of its own. */
  tensor: Rebindable | undefined;
  /** Where the tensor is found that is to be changed, if it may be another each time. */
  readonly from: GradientSlot | undefined;
  /** Where a tensor of the step's own is left. */
  readonly slots: readonly GradientSlot[];
  /** `undefined` where what it stood for does not enter the step. */
  readonly before: Elements | undefined;
  readonly after: Elements;
  /** Written by the last replay. */
  current: TensorValue | undefined;
}

/** A gradient that the step finds. */
export interface Found {
  readonly slot: GradientSlot;
  readonly hasTensor: boolean;
  /** Where the step reads them. */
  readonly elements: Elements | undefined;
}

/** A slot that is left with nothing, or with a tensor from outside. */
export interface Cleared {
  readonly slot: GradientSlot;
  readonly tensor: Rebindable | null;
}

type Changed = Pick<State, "from" | "before"> & { readonly tensor: Rebindable };

/** The tensors that a step changes, as they come into it. */
export function changedBy(
  { rebound, slots, produced }: StepRecorder,
  elements: (value: TensorValue) => Elements,
): Changed[] {
  const slotOf = new Map([...slots].map(([slot, before]) => [before?.tensor, slot]));
  return [...rebound].map(([tensor, before]) => {
    const isGiven = before.stored !== undefined && !produced.has(before.stored.storage);
    return {
      tensor,
      from: slotOf.get(tensor),
      before: isGiven ? elements(before) : undefined,
    };
  });
}

/** The gradients that a step finds. */
export function foundBy(
  { slots, read }: StepRecorder,
  elements: (value: TensorValue) => Elements,
): Found[] {
  return [...slots].flatMap(([slot, before]): Found | readonly Found[] => {
    if (before === undefined) return [];
    const { tensor, value } = before;
    const isRead = value?.stored !== undefined && read.has(value.stored.storage);
    return {
      slot,
      hasTensor: tensor !== null,
      elements: isRead ? elements(value) : undefined,
    };
  });
}

/** What was changed and what is left as a gradient, as they come out of a step. */
export function statesAfter(
  recorder: StepRecorder,
  changed: readonly Changed[],
  elements: (value: TensorValue) => Elements,
): State[] {
  const stateOf = (given: Changed, slots: readonly GradientSlot[]): State => ({
    ...given,
    slots,
    after: elements(given.tensor.value),
    current: undefined,
  });
  const slotsOf = (tensor: Rebindable): GradientSlot[] =>
    [...recorder.slots.keys()].filter((slot) => slot.tensor === tensor);
  const leftBehind = [...new Set(recorder.leftBehind())];
  return [
    ...changed.map((given) => stateOf(given, [])),
    ...leftBehind.map((tensor) =>
      stateOf({ tensor, from: undefined, before: undefined }, slotsOf(tensor)),
    ),
  ];
}

/** The slots to which a step gives nothing of its own. */
export function clearedBy({ slots, own }: StepRecorder): Cleared[] {
  return [...slots].flatMap(([slot, before]) => {
    const { tensor } = slot;
    const isLeft = tensor === null || !own.has(tensor);
    return isLeft && tensor !== before?.tensor ? { slot, tensor } : [];
  });
}
