import {
  ArgumentError,
  checkCount,
  checkGiven,
  checkList,
  checkOptions,
  describeValue,
  wrongType,
} from "@dl/backend";
import {
  checkedTensor,
  hostElements,
  type HostDType,
  type HostTensor,
  type HostTensorSource,
} from "../bytes/host-tensor.ts";
import { lengthBytes, mostHeaderLength, safetensorsNames } from "./header.ts";

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
  checkGiven(op, "the tensors", tensors, []);
  const named = tensors instanceof Map ? [...tensors] : Object.entries(tensors);
  const checked = new Map(
    (named as [string, HostTensorSource][]).map(([name, source]) => [
      name,
      checkedTensor(`"${name}"`, source, op),
    ]),
  );
  const { header, names, byteLength } = safetensorsLayout(checked, options, op);
  const parts = names.map((name) => {
    const { data } = checked.get(name)!;
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  });
  return { byteLength, parts: [header, ...parts] };
}

/** What a file begins with, and what follows. */
export interface SafetensorsLayout {
  readonly header: Uint8Array;
  /** Of the tensors, in the order in which their numbers follow, without gaps. */
  readonly names: readonly string[];
  /** Of the whole file. */
  readonly byteLength: number;
}

/**
 * How a file of such tensors is laid out, for writing numbers that are not at hand yet.
 *
 * @throws {ArgumentError} if an element type is none of the format's.
 * @example
 * const tensors = new Map([["bias", { dtype: "float32", shape: [2] }], ["count", { dtype: "int64", shape: [] }]]);
 * safetensorsLayout(tensors).names; // => ["count", "bias"]
 */
export function safetensorsLayout(
  tensors: ReadonlyMap<string, Pick<HostTensor, "dtype" | "shape">>,
  options: SafetensorsOptions = {},
  op = "safetensorsLayout",
): SafetensorsLayout {
  const given: unknown = tensors;
  if (!(given instanceof Map))
    throw wrongType(
      op,
      "the tensors must be a Map by name",
      tensors,
      "Give their dtype and shape.",
    );
  for (const [name, tensor] of tensors) {
    checkGiven(op, `"${name}"`, tensor, ["dtype", "shape"]);
    checkList(op, tensor.shape, `the shape of "${name}"`);
    for (const size of tensor.shape) checkCount(op, `a size of "${name}"`, size, 0);
  }
  const { metadata } = checkOptions(op, options, { metadata: "object" });
  const sorted = [...tensors]
    .map(([name, { dtype, shape }]) => ({ name, shape, dtype, rank: rankOf(name, dtype, op) }))
    .toSorted((a, b) => b.rank - a.rank || byCodePoint(a.name, b.name));
  let at = 0;
  const fields = sorted.map(({ name, rank, dtype, shape }) => {
    const from = at;
    at += shape.reduce((product, size) => product * size, hostElements[dtype].bits) / 8;
    return [name, { dtype: safetensorsNames[rank]![0], shape, data_offsets: [from, at] }] as const;
  });
  const header = headerBytes(textOf(metadata, fields, op), op);
  return { header, names: sorted.map(({ name }) => name), byteLength: header.byteLength + at };
}

function rankOf(name: string, dtype: HostDType, op: string): number {
  const rank = safetensorsNames.findIndex(([, known]) => known === dtype);
  if (rank >= 0 && name !== "__metadata__") return rank;
  throw new ArgumentError(
    op,
    `a safetensors file cannot hold "${name}" of ${dtype}. It knows ${safetensorsNames.map(([, known]) => known).join(", ")}.`,
    { received: dtype },
  );
}

function textOf(
  metadata: Readonly<Record<string, string>> | undefined,
  fields: readonly (readonly [string, object])[],
  op: string,
): string {
  for (const [key, value] of Object.entries(metadata ?? {}))
    if (typeof value !== "string")
      throw new ArgumentError(
        op,
        `metadata must be texts: received ${describeValue(value)} for ${key}.`,
        {
          received: value,
        },
      );
  for (const text of [...fields.map(([name]) => name), ...Object.entries(metadata ?? {}).flat()])
    if (/\p{Surrogate}/u.test(text))
      throw new ArgumentError(
        op,
        `${JSON.stringify(text)} has half of a letter of two units, which no UTF-8 has. Correct the name.`,
        { received: text },
      );
  const all = metadata === undefined ? fields : [["__metadata__", metadata], ...fields];
  return `{${all.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(",")}}`;
}

function headerBytes(text: string, op: string): Uint8Array {
  const encoded = new TextEncoder().encode(text);
  const length = Math.ceil(encoded.byteLength / alignment) * alignment;
  if (length > mostHeaderLength)
    throw new ArgumentError(
      op,
      `the names, shapes and metadata need ${length} bytes, but readers take ${mostHeaderLength}. Write several files.`,
      { expected: mostHeaderLength, received: length },
    );
  const header = new Uint8Array(lengthBytes + length).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
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
