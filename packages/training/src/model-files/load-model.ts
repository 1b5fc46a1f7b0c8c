import { ArgumentError, checkOptions, type OptionKinds } from "@dl/backend";
import { openBytes, toFloat32, type FileSource, type HostTensor } from "@dl/formats";
import {
  differingTies,
  matchState,
  stateEntries,
  type LoadOptions,
  type LoadReport,
  type Module,
} from "@dl/nn";
import { tensor, type NumberArray, type Tensor } from "@dl/tensor";
import { storedTensors, type StoredTensor } from "./stored-tensors.ts";

/** How a model's file is read. */
export interface LoadModelOptions extends LoadOptions {
  /** Which state dict of a `.pt` file that holds more, as `{ model: ..., epoch: 3 }`. */
  readonly key?: string;
  /** Reads only names that begin so, without it: `"module."` of DataParallel, `"encoder."` for a part. */
  readonly prefix?: string;
}

const loadModelKinds: OptionKinds<LoadModelOptions> = {
  strict: "boolean",
  key: "string",
  prefix: "string",
};

/**
 * Takes over the weights of a file, converted to the model's types.
 *
 * Reads safetensors, from PyTorch or {@link saveModel}, and what `torch.save(model.state_dict(), path)`
 * wrote (nothing in it is executed); with PyTorch's names or ours. A tied weight is restored from any of
 * its names. With `strict: false` names may be missing or left over; they are
 * returned.
 *
 * @throws {ArgumentError} listing every missing and unexpected name and every shape that differs;
 * nothing is changed then.
 * @throws {FormatError} if the file is damaged, or of another kind.
 * @example
 * const bytes = await modelBytes(new Linear(2, 3));
 * await loadModel(new Linear(2, 3), new Blob([bytes])); // => { missing: [], unexpected: [] }
 */
export async function loadModel(
  model: Module,
  source: FileSource,
  options: LoadModelOptions = {},
): Promise<LoadReport> {
  const op = "loadModel";
  const { key, prefix = "", ...rest } = checkOptions(op, options, loadModelKinds);
  const entries = stateEntries(model, op);
  const names = new Set(entries.flatMap(({ name, pytorchName }) => [name, pytorchName]));
  const bytes = await openBytes(source, op);
  try {
    const stored = await storedTensors(op, bytes, key, (name) =>
      names.has(name.slice(prefix.length)),
    );
    return await loadStored(op, model, withoutPrefix(op, stored, prefix), rest);
  } finally {
    await bytes.close();
  }
}

function withoutPrefix(
  op: string,
  stored: ReadonlyMap<string, StoredTensor>,
  prefix: string,
): ReadonlyMap<string, StoredTensor> {
  const chosen = [...stored].filter(([name]) => name.startsWith(prefix));
  if (prefix !== "" && chosen.length === 0)
    throw new ArgumentError(
      op,
      `no name in the file begins with ${JSON.stringify(prefix)}: there are ${[...stored.keys()].slice(0, 20).join(", ")}.`,
      { expected: [...stored.keys()], received: prefix },
    );
  return new Map(chosen.map(([name, found]) => [name.slice(prefix.length), found]));
}

/** Reads everything first, so that a failure leaves the model as it was. */
async function loadStored(
  op: string,
  model: Module,
  stored: ReadonlyMap<string, StoredTensor>,
  options: LoadOptions,
): Promise<LoadReport> {
  const shapes = new Map([...stored].map(([name, { shape }]) => [name, shape]));
  const { matches, missing, unexpected } = matchState(op, model, shapes, options);
  const loaded: Tensor[] = [];
  const firstOf = (i: number): StoredTensor | undefined =>
    matches[i] && stored.get(matches[i].names[0]!);
  let reading = firstOf(0)?.read();
  for (const [i, { tensor: target, names }] of matches.entries()) {
    const host = await reading!;
    // The next one is read while this one is copied.
    reading = firstOf(i + 1)?.read();
    reading?.catch(() => undefined); // told of at the next turn, if there is one
    for (const name of names.slice(1)) {
      const other = stored.get(name)!;
      if (other !== firstOf(i) && !isSame(host, await other.read()))
        throw differingTies(op, names[0]!, name);
    }
    const { dtype, shape, backend } = target;
    loaded.push(tensor(numbersOf(host), { dtype, shape, backend }));
  }
  for (const [i, { tensor: target }] of matches.entries()) target.assign(loaded[i]!);
  return { missing, unexpected };
}

/** What `tensor` takes; 64-bit integers to the nearest double. */
function numbersOf(host: HostTensor): NumberArray {
  switch (host.dtype) {
    case "int64":
    case "uint64":
      return Float64Array.from<bigint>(host.data, Number);
    case "float64":
    case "float32":
    case "int32":
    case "uint32":
    case "int16":
    case "uint16":
    case "int8":
    case "uint8":
    case "bool":
      return host.data;
    default:
      return toFloat32(host);
  }
}

function isSame(one: HostTensor, other: HostTensor): boolean {
  const [bytes, others] = [one, other].map(
    ({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  );
  return one.dtype === other.dtype && bytes!.every((byte, i) => byte === others![i]);
}
