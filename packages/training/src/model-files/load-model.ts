import { checkOptions, UnsupportedError } from "@dl/backend";
import { differingTies, matchState, type LoadOptions, type LoadReport, type Module } from "@dl/nn";
import { tensor, type Tensor } from "@dl/tensor";
import { openSource, type ByteSource, type ModelSource } from "./byte-source.ts";
import { elementsOf } from "./file-elements.ts";
import { readHeader, type FileTensor } from "./safetensors-header.ts";

/**
 * Takes over the weights of a file, converted to the model's types.
 *
 * Reads safetensors, from PyTorch or {@link saveModel}, with PyTorch's names or ours. A tied weight is
 * restored from any of its names. With `strict: false` names may be missing or left over; they are
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
  source: ModelSource,
  options: LoadOptions = {},
): Promise<LoadReport> {
  checkOptions("loadModel", options, { strict: "boolean" });
  const file = await openSource("loadModel", source);
  try {
    return await loadFrom(model, file, options);
  } finally {
    await file.close?.();
  }
}

async function loadFrom(
  model: Module,
  file: ByteSource,
  options: LoadOptions,
): Promise<LoadReport> {
  const op = "loadModel";
  await refuseZip(op, file);
  const { tensors, metadata } = await readHeader(op, file);
  const stored = new Map(tensors);
  for (const [name, kept] of metadata) {
    const tied = tensors.get(kept);
    if (tied !== undefined && !stored.has(name)) stored.set(name, tied);
  }
  const shapes = new Map([...stored].map(([name, { shape }]) => [name, shape]));
  const { matches, missing, unexpected } = matchState(op, model, shapes, options);
  const read = async ({ start, end }: FileTensor): Promise<Uint8Array> => file.read(start, end);
  const loaded: Tensor[] = [];
  let ahead = matches.length === 0 ? undefined : read(stored.get(matches[0]!.names[0]!)!);
  for (const [i, { tensor: target, names }] of matches.entries()) {
    const source = stored.get(names[0]!)!;
    const bytes = await ahead!;
    // The next one is read while this one is copied.
    const next = matches[i + 1];
    ahead = next && read(stored.get(next.names[0]!)!);
    ahead?.catch(() => undefined); // told of at the next turn, if there is one
    for (const name of names.slice(1)) {
      const other = stored.get(name)!;
      const isSame =
        other === source || (other.dtype === source.dtype && sameBytes(bytes, await read(other)));
      if (!isSame) throw differingTies(op, names[0]!, name);
    }
    const { dtype, shape, backend } = target;
    loaded.push(tensor(elementsOf(source.dtype, bytes), { dtype, shape, backend }));
  }
  for (const [i, { tensor: target }] of matches.entries()) target.assign(loaded[i]!);
  return { missing, unexpected };
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.every((byte, i) => byte === other[i]);
}

/** PyTorch's own files are zip archives. */
async function refuseZip(op: string, file: ByteSource): Promise<void> {
  const [p, k] = await file.read(0, Math.min(2, file.size));
  if (p === 0x50 && k === 0x4b)
    throw new UnsupportedError(
      op,
      'this is a PyTorch file (.pt), which is not read. In Python, write its state dict with safetensors.torch.save_file(state, "model.safetensors").',
    );
}
