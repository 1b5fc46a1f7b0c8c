import { ArgumentError, formatShape } from "@dl/backend";
import type { Tensor } from "@dl/tensor";

/** What an optimiser remembers of one parameter. */
export interface ParameterState {
  /** Steps this parameter has taken. */
  readonly stepCount: number;
  readonly slots: ReadonlyMap<string, Tensor>;
}

/** All that an optimiser needs to continue; parameters are known by their position. */
export interface OptimizerState<Options> {
  readonly groups: readonly Options[];
  /** Over all groups; null for a parameter that has not taken a step. */
  readonly parameters: readonly (ParameterState | null)[];
}

/** @throws {ArgumentError} listing everything in `state` that does not fit the groups. */
export function checkState(
  op: string,
  state: OptimizerState<unknown>,
  groups: readonly { readonly parameters: readonly Tensor[] }[],
  slotNamesOf: (group: number) => readonly string[],
): void {
  const sizes = groups.map(({ parameters }) => parameters.length);
  const count = sizes.reduce((sum, size) => sum + size, 0);
  if (state.groups.length !== groups.length || state.parameters.length !== count)
    throw new ArgumentError(
      op,
      `the state has ${state.groups.length} groups and ${state.parameters.length} parameters, the optimiser ${groups.length} and ${count}. Load it into an optimiser made the same way.`,
      { expected: sizes, received: state },
    );
  const faults: string[] = [];
  let position = 0;
  groups.forEach(({ parameters }, i) => {
    for (const parameter of parameters) {
      const saved = state.parameters[position];
      if (saved) faults.push(...slotFaults(saved, parameter, slotNamesOf(i), position));
      position++;
    }
  });
  if (faults.length > 0)
    throw new ArgumentError(
      op,
      `the state does not fit: ${faults.join("; ")}. Load it into an optimiser made the same way.`,
      { received: state },
    );
}

function slotFaults(
  saved: ParameterState,
  parameter: Tensor,
  names: readonly string[],
  position: number,
): string[] {
  const faults: string[] = [];
  const received = [...saved.slots.keys()];
  if (received.length !== names.length || names.some((name) => !saved.slots.has(name)))
    return [
      `parameter ${position} needs slots [${names.join(", ")}], got [${received.join(", ")}]`,
    ];
  for (const [name, slot] of saved.slots) {
    if (slot.shape !== parameter.shape)
      faults.push(
        `${name} of parameter ${position} has shape ${formatShape(slot.shape)}, the parameter ${formatShape(parameter.shape)}`,
      );
    if (slot.backend !== parameter.backend)
      faults.push(
        `${name} of parameter ${position} is on ${slot.backend.name}, the parameter on ${parameter.backend.name}`,
      );
  }
  return faults;
}
