import { FormatError, type Backend } from "@dl/backend";
import {
  crc32,
  openSafetensors,
  safetensorsLayout,
  type FileSource,
  type HostDType,
  type HostTensor,
} from "@dl/formats";
import { tensor, type NumberArray, type Tensor } from "@dl/tensor";
import { readInParts } from "../model-files/read-in-parts.ts";
import { flatten, unflatten } from "./plain-data.ts";

/** Keys of the metadata that a state's file has. */
const keys = {
  version: "dl.version",
  state: "dl.state",
  digests: "dl.digests",
  digest: "dl.digest",
};
const version = "1";
/** Read and summed at a time, 4 MB; between two, others have their turn. */
const chunkElements = 2 ** 20;

/** A checksum of each part, by name: of each tensor its type, shape and numbers. */
export type Digests = Readonly<Record<string, number>>;

/** A state as it was at the call, on the host. */
export interface HostState {
  readonly text: string;
  readonly tensors: ReadonlyMap<string, HostTensor>;
  readonly digests: Digests;
}

/** Reads a state from its device, a few megabytes at a time; later training does not change it. */
export async function readState(op: string, state: unknown): Promise<HostState> {
  const { text, tensors } = flatten(op, state);
  const snapshots = [...tensors].map(([name, held]) => [name, held.detach()] as const);
  const host = new Map<string, HostTensor>();
  const digests: Record<string, number> = { [keys.state]: crc32(new TextEncoder().encode(text)) };
  let sinceTurn = 0;
  for (const [name, snapshot] of snapshots) {
    sinceTurn += snapshot.elementCount;
    if (sinceTurn > chunkElements) {
      await othersTurn();
      sinceTurn = 0;
    }
    const read = await readTensor(snapshot);
    snapshot.dispose();
    host.set(name, read.host);
    digests[name] = read.digest;
  }
  return { text, tensors: host, digests };
}

/** The file of a state, in parts that copy no numbers: a safetensors file, whose metadata has the rest. */
export function stateFile(op: string, { text, tensors, digests }: HostState): Uint8Array[] {
  const said = JSON.stringify(digests);
  const metadata = {
    [keys.version]: version,
    [keys.state]: text,
    [keys.digests]: said,
    [keys.digest]: String(crc32(new TextEncoder().encode(said))),
  };
  const { header, names } = safetensorsLayout(tensors, { metadata }, op);
  return [header, ...names.map((name) => bytesOf(tensors.get(name)!))];
}

/**
 * Reads the file of a state, every part of which must have the checksum that was noted when it was written.
 *
 * @throws {FormatError} naming the part that is damaged.
 */
export async function openState(
  op: string,
  source: FileSource,
  backend: Backend | undefined,
): Promise<unknown> {
  const file = await openSafetensors(source);
  try {
    const digests = noted(op, file.metadata);
    const text = file.metadata[keys.state]!;
    if (crc32(new TextEncoder().encode(text)) !== digests[keys.state])
      throw damaged(op, "its plain data");
    const tensors = new Map<string, Tensor>();
    for (const name of file.names) {
      const host = await file.read(name);
      if (digestOf(host) !== digests[name]) throw damaged(op, `tensor ${name}`);
      const { dtype, shape, data } = host as HostTensor & { dtype: "float32"; data: NumberArray };
      tensors.set(name, tensor(data, { dtype, shape, ...(backend && { backend }) }));
    }
    if (tensors.size !== Object.keys(digests).length - 1) throw damaged(op, "its list of tensors");
    return unflatten(op, text, (name) => {
      const found = tensors.get(name);
      if (found === undefined) throw damaged(op, `tensor ${name}, which is missing`);
      return found;
    });
  } finally {
    await file.close();
  }
}

function noted(op: string, metadata: Readonly<Record<string, string>>): Digests {
  const { [keys.digests]: said, [keys.digest]: digest, [keys.state]: text } = metadata;
  if (metadata[keys.version] === undefined || said === undefined || text === undefined)
    throw new FormatError(
      op,
      "the file is no checkpoint: it has no state. For a model's weights use loadModel(model, source).",
    );
  if (metadata[keys.version] !== version)
    throw new FormatError(
      op,
      `the checkpoint is of version ${metadata[keys.version]}, this program reads ${version}. Use the program that wrote it.`,
      { expected: version, received: metadata[keys.version] },
    );
  if (String(crc32(new TextEncoder().encode(said))) !== digest) throw damaged(op, "its checksums");
  return JSON.parse(said) as Digests;
}

const kindDigest = (dtype: string, shape: readonly number[]): number =>
  crc32(new TextEncoder().encode(`${dtype} ${shape.join(" ")}\n`));

const digestOf = (host: HostTensor): number =>
  crc32(bytesOf(host), kindDigest(host.dtype, host.shape));

async function readTensor(held: Tensor): Promise<{ host: HostTensor; digest: number }> {
  const { shape, elementCount } = held;
  const dtype = held.dtype as HostDType;
  const described = (data: object): HostTensor => ({ dtype, shape, data }) as HostTensor;
  if (elementCount <= chunkElements) {
    const host = described(await held.data());
    return { host, digest: digestOf(host) };
  }
  let data: Float32Array | undefined;
  let start = 0;
  let digest = kindDigest(dtype, shape);
  for await (const numbers of readInParts(held, chunkElements)) {
    data ??= new (numbers.constructor as Float32ArrayConstructor)(elementCount);
    data.set(numbers, start);
    start += numbers.length;
    digest = crc32(bytesOf(described(numbers)), digest);
    await othersTurn();
  }
  return { host: described(data!), digest };
}

/** On a processor the numbers are there at once, and awaiting them lets no timer or message through. */
const othersTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

const bytesOf = ({ data }: HostTensor): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

const damaged = (op: string, part: string): FormatError =>
  new FormatError(op, `the checkpoint is damaged: ${part} is not what was written.`, {
    received: part,
  });
