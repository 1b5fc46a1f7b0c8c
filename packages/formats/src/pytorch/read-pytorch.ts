import { ArgumentError, checkOptions, FormatError } from "@dl/backend";
import { openBytes, type FileSource } from "../bytes/byte-source.ts";
import { crc32 } from "../bytes/crc32.ts";
import { type HostTensor, hostElements, numbersOver } from "../bytes/host-tensor.ts";
import { type ZipEntry, zipEntries } from "../bytes/zip-entries.ts";
import { checkTree } from "./check-tree.ts";
import { readPickle, type PyTorchKey, type PyTorchValue } from "./pickle.ts";
import { PickleBytes } from "./pickle-bytes.ts";
import { isTensor, PyTorchWorld } from "./pytorch-world.ts";
import { extentOf, gathered, isContiguous, type View } from "./strided.ts";

/** Tensors that are not stored row by row are copied: no more of them than this beyond what the file has. */
const freelyGathered = 2 ** 24;

/**
 * Reads a file of `torch.save`: state dicts, and dicts, lists, texts and numbers around them.
 *
 * Nothing is executed: the instructions and the classes that a state dict needs are a closed list, and
 * everything else is refused by its name. Tensors of one storage, offset, shape and strides are one object,
 * so that tied weights can be told. Numbers that lie row by row are not copied.
 *
 * Source: torch/serialization.py of PyTorch 1.13 and 2.5.
 *
 * @throws {FormatError} if the file is malformed, of PyTorch before 1.6, or names what could run code.
 * @example
 * await readPyTorch(new Uint8Array(8)); // throws a FormatError
 */
export async function readPyTorch(source: FileSource): Promise<PyTorchValue> {
  const op = "readPyTorch";
  const file = await openBytes(source, op);
  try {
    return parseArchive(await file.read(0, file.byteLength), op);
  } finally {
    await file.close();
  }
}

/**
 * The tensors of a state dict in a file of `torch.save`, by name; of a dict around it by `key`, as
 * `{ model: state_dict, epoch: 3 }` has it.
 *
 * @throws {FormatError} as {@link readPyTorch}, and if there is no state dict.
 * @throws {ArgumentError} if there is no such key.
 * @example
 * await readStateDict(new Uint8Array(8)); // throws a FormatError
 */
export async function readStateDict(
  source: FileSource,
  options: { readonly key?: string } = {},
): Promise<Map<string, HostTensor>> {
  const op = "readStateDict";
  const { key } = checkOptions(op, options, { key: "string" });
  const whole = await readPyTorch(source);
  const keys = whole instanceof Map ? [...whole.keys()] : [];
  if (key !== undefined && !keys.includes(key))
    throw new ArgumentError(
      op,
      `there is no ${JSON.stringify(key)} in the file: there is ${keysText(keys)}.`,
      { expected: keys, received: key },
    );
  const state = key === undefined ? whole : (whole as Map<PyTorchKey, PyTorchValue>).get(key);
  const tensors = new Map<string, HostTensor>();
  for (const [name, value] of state instanceof Map ? state : []) {
    if (typeof name !== "string" || !isTensor(value)) {
      const inner = keys.filter(
        (one) => (whole as Map<PyTorchKey, PyTorchValue>).get(one) instanceof Map,
      );
      throw new FormatError(
        op,
        `the file holds more than a state dict: received ${keysText(keys)}.${inner.length > 0 ? ` Choose one by key: ${keysText(inner)}.` : ""}`,
        { received: keys },
      );
    }
    tensors.set(name, value);
  }
  if (!(state instanceof Map))
    throw new FormatError(op, "the file holds no state dict. Save model.state_dict().");
  return tensors;
}

const keysText = (keys: readonly PyTorchKey[]): string =>
  keys
    .slice(0, 20)
    .map((key) => JSON.stringify(String(key)))
    .join(", ");

function parseArchive(bytes: Uint8Array, op: string): PyTorchValue {
  const entries = archiveEntries(bytes, op);
  const pickle = new PickleBytes(contentOf(entries, "data.pkl", op), op);
  const order = entries.get("byteorder");
  if (order !== undefined && new TextDecoder().decode(checked(order, op)) !== "little")
    throw new FormatError(op, "the file's numbers are big-endian. Save it on another machine.");
  const tensors = new Tensors(entries, bytes.byteLength, pickle);
  const world = new PyTorchWorld(pickle, (view) => tensors.of(view));
  return checkTree(readPickle(pickle, world), (problem) => pickle.refused(problem));
}

/** The archive's entries without the folder that all lie in. */
function archiveEntries(bytes: Uint8Array, op: string): Map<string, ZipEntry> {
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) throw notAnArchive(bytes, op);
  const all = zipEntries(bytes, op);
  const pickles = all.filter(({ name }) => /^[^/]+\/data\.pkl$/.test(name));
  const folder = pickles[0]?.name.slice(0, -"data.pkl".length);
  if (pickles.length !== 1 || folder === undefined)
    throw new FormatError(
      op,
      `the ZIP file is none of PyTorch's: it has ${pickles.length} files data.pkl. Save model.state_dict() by torch.save.`,
    );
  const entries = new Map<string, ZipEntry>();
  for (const entry of all)
    if (entry.name.startsWith(folder)) entries.set(entry.name.slice(folder.length), entry);
  if (entries.has("constants.pkl"))
    throw new FormatError(
      op,
      "the file is a TorchScript program, which is code. Save its state_dict() by torch.save.",
    );
  return entries;
}

function notAnArchive(bytes: Uint8Array, op: string): FormatError {
  const isPickle = bytes[0] === 0x80 && bytes[1]! >= 2 && bytes[1]! <= 5;
  const isTar = new TextDecoder("latin1").decode(bytes.subarray(257, 262)) === "ustar";
  if (isPickle || isTar)
    return new FormatError(
      op,
      'the file is of PyTorch before 1.6, or was saved with _use_new_zipfile_serialization=False. Convert it: torch.save(torch.load("old.pt"), "new.pt").',
    );
  return new FormatError(
    op,
    `not a file of torch.save, or a truncated one: it is no ZIP file. Fetch it again.`,
    { received: bytes.byteLength },
  );
}

function contentOf(entries: ReadonlyMap<string, ZipEntry>, name: string, op: string): Uint8Array {
  const entry = entries.get(name);
  if (entry === undefined)
    throw new FormatError(
      op,
      `the PyTorch file lacks ${JSON.stringify(name.slice(0, 80))}. Fetch it again.`,
    );
  return checked(entry, op);
}

/** @throws {FormatError} if it is compressed, which PyTorch never does, or not what its checksum says. */
function checked({ name, isDeflated, content, crc }: ZipEntry, op: string): Uint8Array {
  if (isDeflated)
    throw new FormatError(
      op,
      `${JSON.stringify(name)} is compressed, as PyTorch does not write it.`,
    );
  if (crc32(content) !== crc)
    throw new FormatError(
      op,
      `${JSON.stringify(name)} is damaged: its checksum differs. Fetch it again.`,
    );
  return content;
}

/** Tensors over the storages of an archive; each storage is checked once. */
class Tensors {
  readonly #entries: ReadonlyMap<string, ZipEntry>;
  readonly #pickle: PickleBytes;
  readonly #storages = new Map<string, Uint8Array>();
  readonly #made = new Map<string, HostTensor>();
  #mayGather: number;

  constructor(entries: ReadonlyMap<string, ZipEntry>, fileLength: number, pickle: PickleBytes) {
    this.#entries = entries;
    this.#pickle = pickle;
    this.#mayGather = fileLength + freelyGathered;
  }

  of(view: View): HostTensor {
    const same = JSON.stringify(view);
    let tensor = this.#made.get(same);
    if (tensor === undefined) this.#made.set(same, (tensor = this.#make(view)));
    return tensor;
  }

  #make(view: View): HostTensor {
    const { key, length, dtype, offset, shape } = view;
    const { bits, perElement } = hostElements[dtype];
    const bytes = this.#storage(key);
    if (length * (bits / 8) !== bytes.byteLength)
      throw this.#pickle.refused(
        `says storage ${JSON.stringify(key.slice(0, 80))} has ${length} numbers of ${dtype}, but it has ${bytes.byteLength} bytes`,
      );
    const { count, last } = extentOf(view);
    // Written so that a product beyond the exact integers, or NaN, fails too.
    if (!(last < length && Number.isSafeInteger(count)))
      throw this.#pickle.refused(
        `has a tensor of shape [${shape.slice(0, 20).join(", ")}] that reaches to place ${last} of ${length}`,
      );
    const numbers = numbersOver(bytes, dtype);
    if (isContiguous(view) || count === 0) {
      const start = count === 0 ? 0 : offset * perElement;
      const data = numbers.subarray(start, start + count * perElement);
      return { dtype, shape, data } as HostTensor;
    }
    this.#mayGather -= (count * bits) / 8;
    if (this.#mayGather < 0)
      throw this.#pickle.refused(
        `has tensors of repeated numbers that are much larger than the file, one of shape [${shape.slice(0, 20).join(", ")}]`,
      );
    return { dtype, shape, data: gathered(numbers, view, count, perElement) } as HostTensor;
  }

  #storage(key: string): Uint8Array {
    let bytes = this.#storages.get(key);
    if (bytes === undefined) {
      const content = contentOf(this.#entries, `data/${key}`, this.#pickle.op);
      // Copied here, and so once, where no view of it would be aligned; PyTorch aligns to 64 bytes.
      bytes = content.byteOffset % 8 === 0 ? content : new Uint8Array(content);
      this.#storages.set(key, bytes);
    }
    return bytes;
  }
}
