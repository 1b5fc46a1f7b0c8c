import { ArgumentError, wrongType } from "@dl/backend";
import { checkTensor, zeros, type Tensor } from "@dl/tensor";
import type { LoadOptions, LoadReport } from "../load-state.ts";
import type { Module, StateDict } from "../module.ts";
import { matchState } from "./match-state.ts";
import { stateEntries } from "./state-entries.ts";

/**
 * Parameters and buffers as they are now, named as PyTorch's `state_dict()` names them.
 *
 * Counters that only PyTorch keeps (`num_batches_tracked`) are there as int32 scalars of 0.
 *
 * @throws {ArgumentError} if two would have one name in PyTorch.
 * @example
 * [...pytorchStateDict(new BatchNorm(3)).keys()].slice(2); // => ["running_mean", "running_var", "num_batches_tracked"]
 */
export function pytorchStateDict(model: Module): StateDict {
  const entries = stateEntries(model, "pytorchStateDict");
  const backend = entries.find(({ tensor }) => tensor !== undefined)?.tensor?.backend;
  const counter = (): Tensor => zeros([], { dtype: "int32", ...(backend && { backend }) });
  return new Map(
    entries.map(({ pytorchName, tensor }) => [pytorchName, tensor?.detach() ?? counter()]),
  );
}

/**
 * Takes over the values of a state dict with PyTorch's names (or ours), converted to the types in use.
 *
 * Of a tied weight one name is enough; if all are there, they must agree. With `strict: false` names
 * may be missing or left over; they are returned.
 *
 * @throws {ArgumentError} listing every missing and unexpected name and every shape that differs;
 * nothing is changed then.
 * @example
 * const state = pytorchStateDict(new LSTM(4, 8));
 * await loadPytorchStateDict(new LSTM(4, 8), state); // => { missing: [], unexpected: [] }
 */
export async function loadPytorchStateDict(
  model: Module,
  state: ReadonlyMap<string, Tensor>,
  options: LoadOptions = {},
): Promise<LoadReport> {
  const op = "loadPytorchStateDict";
  if (!(state instanceof Map))
    throw wrongType(
      op,
      "the state must be a Map of tensors by name",
      state,
      "Give what pytorchStateDict() returned, or new Map(Object.entries(state)).",
    );
  for (const tensor of state.values()) checkTensor(op, tensor);
  const shapes = new Map([...state].map(([name, tensor]) => [name, tensor.shape]));
  const { matches, missing, unexpected } = matchState(op, model, shapes, options);
  const values = matches.map(({ names }) => names.map((name) => state.get(name)!.detach()));
  for (const [i, { tensor, names }] of matches.entries()) {
    const away = values[i]!.find(({ backend }) => backend !== tensor.backend);
    if (away !== undefined)
      throw new ArgumentError(
        op,
        `${names[0]!} must be on ${tensor.backend.name}, got ${away.backend.name}. Move it with Tensor.to.`,
        { expected: tensor.backend.name, received: away.backend.name },
      );
    await checkTied(op, names, values[i]!);
  }
  for (const [i, { tensor }] of matches.entries()) tensor.assign(values[i]![0]!.cast(tensor.dtype));
  return { missing, unexpected };
}

/** @throws {ArgumentError} if one weight has different values under its names. */
async function checkTied(
  op: string,
  names: readonly string[],
  values: readonly Tensor[],
): Promise<void> {
  const [first, ...others] = values;
  for (const [i, other] of others.entries())
    if (other.value !== first!.value && !sameNumbers(await first!.data(), await other.data()))
      throw differingTies(op, names[0]!, names[i + 1]!);
}

/**
 * The error for a weight that is tied in the model and not in its source.
 *
 * @example
 * differingTies("load", "a.weight", "b.weight") instanceof Error; // => true
 */
export function differingTies(op: string, one: string, other: string): ArgumentError {
  return new ArgumentError(
    op,
    `${one} and ${other} are one tied weight in the model, but have different values. Load it into a model where they are apart.`,
    { received: [one, other] },
  );
}

function sameNumbers(one: ArrayLike<number>, other: ArrayLike<number>): boolean {
  for (let i = 0; i < one.length; i++) if (!Object.is(one[i], other[i])) return false;
  return true;
}
