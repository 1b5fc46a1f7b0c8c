import { UnsupportedError } from "@dl/backend";
import { openSafetensors, type ByteSource, type HostTensor } from "@dl/formats";

/** A tensor in a file, read when it is wanted. */
export interface StoredTensor {
  readonly shape: readonly number[];
  read(): Promise<HostTensor>;
}

/**
 * The tensors of a model's file by name, a tied one under each of those that are names in the model:
 * metadata may be about anything.
 *
 * @throws {FormatError} if the file is damaged, or of another kind.
 */
export async function storedTensors(
  op: string,
  bytes: ByteSource,
  isName: (name: string) => boolean,
): Promise<ReadonlyMap<string, StoredTensor>> {
  const [p, k] = await bytes.read(0, Math.min(2, bytes.byteLength));
  if (p === 0x50 && k === 0x4b)
    throw new UnsupportedError(
      op,
      "this is a PyTorch file (.pt), which is not read. In Python, write its state dict as safetensors.",
    );
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
