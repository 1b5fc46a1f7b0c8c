import { ArgumentError, checkOptions, type DType, type OptionKinds } from "@dl/backend";
import { safetensorsLayout, type HostDType, type SafetensorsLayout } from "@dl/formats";
import { stateEntries, type Module } from "@dl/nn";
import type { Tensor } from "@dl/tensor";
import { readInParts } from "./read-in-parts.ts";
import { writeTarget, type ModelTarget } from "./write-target.ts";

/** Names and remarks in a saved model. */
export interface SaveModelOptions {
  /** Whose names the weights get. Default `"pytorch"`. */
  readonly names?: "pytorch" | "own";
  /** Texts to keep beside the weights, by name. */
  readonly metadata?: Readonly<Record<string, string>>;
}

const saveModelKinds: OptionKinds<SaveModelOptions> = {
  names: '"pytorch"|"own"',
  metadata: "object",
};

/** Read from the device at a time. */
const chunkElements = 2 ** 22;

/**
 * Writes a model's weights as a safetensors file that PyTorch loads with `strict=True`.
 *
 * The weights are those at the call: training may go on meanwhile. The file is written aside and then
 * put in the place of an old one. A tied weight is stored once, under the first of its names in
 * alphabetical order, and the metadata says so for each of the others, as `safetensors.torch.save_model`
 * does; before PyTorch's `load_state_dict` add them with
 * `state.update({name: state[kept] for name, kept in metadata.items() if kept in state})`.
 *
 * @throws {ArgumentError} for a place where nothing can be written, or two weights of one name.
 * @example
 * import { tmpdir } from "node:os";
 *
 * const model = new Sequential(new Linear(2, 3), new BatchNorm(3));
 * const path = `${tmpdir()}/digits.safetensors`;
 * await saveModel(model, path, { metadata: { trainedOn: "digits" } });
 * await loadModel(model, path); // => { missing: [], unexpected: [] }
 */
export async function saveModel(
  model: Module,
  target: ModelTarget,
  options: SaveModelOptions = {},
): Promise<void> {
  const file = new ModelFile("saveModel", model, options);
  await writeTarget("saveModel", target, file.chunks());
}

/**
 * The bytes that {@link saveModel} writes, for a Blob, a message or a request.
 *
 * @throws {ArgumentError} if two weights would have one name.
 * @example
 * const bytes = await modelBytes(new Linear(2, 3));
 * await loadModel(new Linear(2, 3), bytes); // => { missing: [], unexpected: [] }
 */
export async function modelBytes(
  model: Module,
  options: SaveModelOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const file = new ModelFile("modelBytes", model, options);
  const bytes = new Uint8Array(file.byteLength);
  let end = 0;
  for await (const chunk of file.chunks()) {
    bytes.set(chunk, end);
    end += chunk.length;
  }
  return bytes;
}

/** A model's weights as they are now, laid out as a file. */
class ModelFile {
  readonly #layout: SafetensorsLayout;
  /** Without the counters, which are 0. */
  readonly #snapshots: ReadonlyMap<string, Tensor>;

  constructor(op: string, model: Module, options: SaveModelOptions) {
    const { names = "pytorch", metadata = {} } = checkOptions(op, options, saveModelKinds);
    // The format as PyTorch's tools write and ask for it.
    const remarks = new Map(names === "pytorch" ? [["format", "pt"]] : []);
    for (const [key, text] of Object.entries(metadata)) remarks.set(key, text);
    const tensors = new Map<string, { dtype: HostDType; shape: readonly number[] }>();
    const snapshots = new Map<string, Tensor>();
    const kept = new Map<Tensor, string>();
    const entries = stateEntries(model, op)
      .map(({ name, pytorchName, tensor }) => ({
        name: names === "own" ? name : pytorchName,
        tensor,
      }))
      .filter(({ tensor }) => tensor !== undefined || names === "pytorch")
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
    for (const { name, tensor } of entries) {
      const first = tensor && kept.get(tensor);
      if (first !== undefined) {
        if (Object.hasOwn(metadata, name))
          throw new ArgumentError(
            op,
            `metadata must not say ${name}: that is where ${first} is said to be tied to it. Choose another name.`,
            { received: metadata[name] },
          );
        remarks.set(name, first);
      } else if (tensor === undefined) tensors.set(name, { dtype: "int64", shape: [] });
      else {
        kept.set(tensor, name);
        tensors.set(name, { dtype: fileDType(tensor.dtype), shape: tensor.shape });
        snapshots.set(name, tensor.detach());
      }
    }
    this.#layout = safetensorsLayout(tensors, { metadata: Object.fromEntries(remarks) }, op);
    this.#snapshots = snapshots;
  }

  get byteLength(): number {
    return this.#layout.byteLength;
  }

  /** The file in order. Can be read once: what was written is let go of. */
  async *chunks(): AsyncGenerator<Uint8Array> {
    yield this.#layout.header;
    for (const name of this.#layout.names) {
      const snapshot = this.#snapshots.get(name);
      if (snapshot === undefined) {
        yield new Uint8Array(8);
        continue;
      }
      for await (const data of readInParts(snapshot, chunkElements)) {
        const stored = snapshot.dtype === "uint32" ? BigInt64Array.from(data, BigInt) : data;
        yield new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
      }
      snapshot.dispose();
    }
  }
}

/** PyTorch 1.13 knows no uint32, but takes int64. */
function fileDType(dtype: DType): HostDType {
  return dtype === "uint32" ? "int64" : dtype;
}
