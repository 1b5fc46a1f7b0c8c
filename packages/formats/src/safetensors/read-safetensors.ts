import { ArgumentError } from "@dl/backend";
import { openBytes, type FileSource } from "../bytes/byte-source.ts";
import type { ByteSource } from "../bytes/checked-bytes.ts";
import { checkBytes } from "../bytes/file-limits.ts";
import { numbersOver, type HostTensor } from "../bytes/host-tensor.ts";
import {
  headerLength,
  lengthBytes,
  parseHeader,
  type SafetensorsEntry,
  type SafetensorsHeader,
} from "./header.ts";

/** What a safetensors file holds. */
export interface Safetensors {
  readonly metadata: Readonly<Record<string, string>>;
  /** In the order in which they lie in the file. */
  readonly tensors: ReadonlyMap<string, HostTensor>;
}

/**
 * Reads the bytes of a safetensors file. The numbers are not copied where the machine can use them as they
 * lie, as in every file of a usual writer.
 *
 * Nothing is allocated before sizes and offsets are found to fit: every byte belongs to exactly one tensor.
 *
 * Source: the format's description, github.com/huggingface/safetensors.
 *
 * @throws {FormatError} if the bytes are not exactly one safetensors file.
 * @example
 * const file = writeSafetensors({ weight: { data: Float32Array.of(1, 2), shape: [2] } });
 * parseSafetensors(file).tensors.get("weight").data; // => [1, 2]
 */
export function parseSafetensors(bytes: Uint8Array): Safetensors {
  const op = "parseSafetensors";
  checkBytes(bytes, op);
  const end = lengthBytes + headerLength(bytes, bytes.byteLength, op);
  const { metadata, entries } = parseHeader(bytes.subarray(lengthBytes, end), bytes.byteLength, op);
  const tensors = new Map<string, HostTensor>();
  for (const entry of entries)
    tensors.set(entry.name, tensorOf(entry, bytes.subarray(entry.start, entry.end)));
  return { metadata, tensors };
}

/**
 * Opens a safetensors file: its header is read and checked, each tensor when it is asked for.
 *
 * @throws {FormatError} if it is none; {@link openBytes} for files that cannot be read.
 * @example
 * const file = await openSafetensors(writeSafetensors({ bias: { data: Int32Array.of(3), shape: [1] } }));
 * file.names; // => ["bias"]
 * (await file.read("bias")).data; // => [3]
 * await file.close();
 */
export async function openSafetensors(source: FileSource): Promise<SafetensorsFile> {
  const op = "openSafetensors";
  const bytes = await openBytes(source, op);
  try {
    const beginning = await bytes.read(0, Math.min(lengthBytes + 1, bytes.byteLength));
    const length = headerLength(beginning, bytes.byteLength, op);
    const header = await bytes.read(lengthBytes, lengthBytes + length);
    return new SafetensorsFile(bytes, parseHeader(header, bytes.byteLength, op));
  } catch (error) {
    await bytes.close();
    throw error;
  }
}

/**
 * An open safetensors file, of {@link openSafetensors}.
 *
 * @example
 * const file = await openSafetensors(writeSafetensors({ bias: { data: Int32Array.of(3), shape: [1] } }));
 * file.entries.get("bias").dtype; // => "int32"
 */
export class SafetensorsFile {
  readonly metadata: Readonly<Record<string, string>>;
  /** By name, in the order in which they lie in the file. */
  readonly entries: ReadonlyMap<string, SafetensorsEntry>;
  readonly #bytes: ByteSource;

  constructor(bytes: ByteSource, { metadata, entries }: SafetensorsHeader) {
    this.#bytes = bytes;
    this.metadata = metadata;
    this.entries = new Map(entries.map((entry) => [entry.name, entry]));
  }

  get names(): string[] {
    return [...this.entries.keys()];
  }

  /** One tensor. @throws {ArgumentError} if there is none of this name. */
  async read(name: string): Promise<HostTensor> {
    const entry = this.entries.get(name);
    if (entry === undefined)
      throw new ArgumentError(
        "SafetensorsFile.read",
        `there is no tensor ${JSON.stringify(name)}: there are ${this.names.slice(0, 20).join(", ")}.`,
        { expected: this.names, received: name },
      );
    return tensorOf(entry, await this.#bytes.read(entry.start, entry.end));
  }

  /** Lets the file go; of what was given as bytes nothing happens. */
  close(): Promise<void> {
    return this.#bytes.close();
  }
}

function tensorOf({ dtype, shape }: SafetensorsEntry, bytes: Uint8Array): HostTensor {
  return { dtype, shape, data: numbersOver(bytes, dtype) } as HostTensor;
}
