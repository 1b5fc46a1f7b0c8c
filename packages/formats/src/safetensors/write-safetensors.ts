import { ArgumentError, checkGiven, checkOptions } from "@dl/backend";
import { checkedTensor, type HostTensor, type HostTensorSource } from "../bytes/host-tensor.ts";
import { lengthBytes, safetensorsNames } from "./header.ts";

/** What stands beside the tensors. */
export interface SafetensorsOptions {
  /** Texts by name; PyTorch's tools write `{ format: "pt" }`. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Tensors by name. */
export type NamedTensors =
  | Readonly<Record<string, HostTensorSource>>
  | ReadonlyMap<string, HostTensorSource>;

/** A file in parts, one after the other. */
export interface FileParts {
  readonly byteLength: number;
  readonly parts: readonly Uint8Array[];
}

/** The header is followed by spaces up to a multiple of this, so that numbers lie where machines want them. */
const alignment = 8;

/**
 * Writes tensors as a safetensors file, in the order of the reference implementation: larger element types
 * first, then by name.
 *
 * @throws {ArgumentError} if an element type is none of the format's.
 * @throws {ShapeError} if a tensor's shape and data differ in size.
 * @example
 * writeSafetensors({ weight: { data: Float32Array.of(1, 2), shape: [2] } }).byteLength; // => 80
 */
export function writeSafetensors(
  tensors: NamedTensors,
  options: SafetensorsOptions = {},
): Uint8Array {
  const { byteLength, parts } = safetensorsParts(tensors, options, "writeSafetensors");
  const file = new Uint8Array(byteLength);
  let at = 0;
  for (const part of parts) {
    file.set(part, at);
    at += part.byteLength;
  }
  return file;
}

/**
 * The same file in parts, none of which copies a number: the header, then each tensor as it lies in memory.
 *
 * @throws {ArgumentError | ShapeError} as {@link writeSafetensors}.
 * @example
 * const { parts } = safetensorsParts({ weight: { data: Float32Array.of(1, 2), shape: [2] } });
 * parts.length; // => 2
 */
export function safetensorsParts(
  tensors: NamedTensors,
  options: SafetensorsOptions = {},
  op = "safetensorsParts",
): FileParts {
  const { metadata = {} } = checkOptions(op, options, { metadata: "object" });
  checkGiven(op, "the tensors", tensors, []);
  const named = tensors instanceof Map ? [...tensors] : Object.entries(tensors);
  const sorted = (named as [string, HostTensorSource][])
    .map(([name, source]) => rankedOf(name, checkedTensor(`"${name}"`, source, op), op))
    .toSorted((a, b) => b.rank - a.rank || byCodePoint(a.name, b.name));
  let at = 0;
  const fields = sorted.map(({ name, rank, tensor }) => {
    const [dtype] = safetensorsNames[rank]!;
    const from = at;
    at += tensor.data.byteLength;
    return [name, { dtype, shape: tensor.shape, data_offsets: [from, at] }] as const;
  });
  const header = headerBytes(textOf(metadata, fields, op));
  const parts = sorted.map(
    ({ tensor: { data } }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  );
  return { byteLength: header.byteLength + at, parts: [header, ...parts] };
}

function rankedOf(
  name: string,
  tensor: HostTensor,
  op: string,
): { name: string; rank: number; tensor: HostTensor } {
  const rank = safetensorsNames.findIndex(([, dtype]) => dtype === tensor.dtype);
  if (rank < 0 || name === "__metadata__")
    throw new ArgumentError(
      op,
      `a safetensors file cannot hold "${name}" of ${tensor.dtype}. It knows ${safetensorsNames.map(([, dtype]) => dtype).join(", ")}.`,
      { received: tensor.dtype },
    );
  return { name, rank, tensor };
}

function textOf(
  metadata: Readonly<Record<string, string>>,
  fields: readonly (readonly [string, object])[],
  op: string,
): string {
  for (const [key, value] of Object.entries(metadata))
    if (typeof value !== "string")
      throw new ArgumentError(op, `metadata must be texts: received ${String(value)} for ${key}.`, {
        received: value,
      });
  const all = Object.keys(metadata).length === 0 ? fields : [["__metadata__", metadata], ...fields];
  return `{${all.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(",")}}`;
}

function headerBytes(text: string): Uint8Array {
  const encoded = new TextEncoder().encode(text);
  const length = Math.ceil(encoded.byteLength / alignment) * alignment;
  const header = new Uint8Array(lengthBytes + length).fill(0x20);
  const view = new DataView(header.buffer);
  view.setUint32(0, length % 2 ** 32, true);
  view.setUint32(4, Math.floor(length / 2 ** 32), true);
  header.set(encoded, lengthBytes);
  return header;
}

/** As their UTF-8 bytes compare, which is not how JavaScript's letters do beyond U+FFFF. */
function byCodePoint(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => Array.from(text, (letter) => letter.codePointAt(0)!));
  for (const [i, code] of left!.entries()) {
    const other = right![i];
    if (other === undefined) return 1;
    if (code !== other) return code - other;
  }
  return left!.length - right!.length;
}
