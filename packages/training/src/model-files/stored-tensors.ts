import { ArgumentError } from "@dl/backend";
import { openSafetensors, readStateDict, type ByteSource, type HostTensor } from "@dl/formats";

/** A tensor in a file, read when it is wanted. */
export interface StoredTensor {
  readonly shape: readonly number[];
  read(): Promise<HostTensor>;
}

/**
 * The tensors of a model's file by name. A tied one is one object under each of its names that the
 * model has: metadata may be about anything.
 *
 * @throws {FormatError} if the file is damaged, or of another kind.
 * @throws {ArgumentError} for a key that is not there.
 */
export async function storedTensors(
  op: string,
  bytes: ByteSource,
  key: string | undefined,
  isName: (name: string) => boolean,
): Promise<ReadonlyMap<string, StoredTensor>> {
  // Two letters would not do: they may be the length of a header too.
  const beginning = await bytes.read(0, Math.min(4, bytes.byteLength));
  const isZip = String.fromCharCode(...beginning) === "PK\u0003\u0004";
  if (isZip) return inArchive(bytes, key);
  if (key !== undefined)
    throw new ArgumentError(
      op,
      `only PyTorch's files (.pt) hold several state dicts to choose from by key: received ${JSON.stringify(key)} for another. Leave key out.`,
      { received: key },
    );
  return inSafetensors(bytes, isName);
}

async function inArchive(
  bytes: ByteSource,
  key: string | undefined,
): Promise<ReadonlyMap<string, StoredTensor>> {
  const tensors = await readStateDict(bytes, key === undefined ? {} : { key });
  const stored = new Map(
    [...new Set(tensors.values())].map((tensor): [HostTensor, StoredTensor] => [
      tensor,
      { shape: tensor.shape, read: () => Promise.resolve(tensor) },
    ]),
  );
  return new Map([...tensors].map(([name, tensor]) => [name, stored.get(tensor)!]));
}

async function inSafetensors(
  bytes: ByteSource,
  isName: (name: string) => boolean,
): Promise<ReadonlyMap<string, StoredTensor>> {
  const file = await openSafetensors(bytes);
  const stored = new Map<string, StoredTensor>();
  for (const [name, { shape }] of file.entries)
    stored.set(name, { shape, read: () => file.read(name) });
  for (const [name, kept] of Object.entries(file.metadata)) {
    const tied = stored.get(kept);
    if (tied !== undefined && !stored.has(name) && isName(name)) stored.set(name, tied);
  }
  return stored;
}
