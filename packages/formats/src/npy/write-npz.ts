import { ArgumentError, checkGiven } from "@dl/backend";
import { crc32 } from "../bytes/crc32.ts";
import { checkPartName } from "../bytes/file-limits.ts";
import { type NpySource, writeNpy } from "./write-npy.ts";

/** 1 January 1980, the first day a ZIP file knows: the same arrays give the same bytes. */
const firstDay = 0x21;
const inUtf8 = 0x800;
const most = 2 ** 32 - 1;

/**
 * Writes named arrays as an npz file that NumPy loads with `numpy.load`, not compressed.
 *
 * @throws {ShapeError} if an array's shape and data differ in size.
 * @throws {ArgumentError} if the file would exceed 4 GiB.
 * @throws {FormatError} if a name is not safe to use in a file.
 * @example
 * const file = writeNpz({ classes: { data: Int32Array.of(1, 0), shape: [2] } });
 * [...(await readNpz(file)).keys()]; // => ["classes"]
 */
export function writeNpz(
  arrays: Readonly<Record<string, NpySource>> | ReadonlyMap<string, NpySource>,
): Uint8Array {
  checkGiven("writeNpz", "the arrays", arrays, []);
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let length = 0;
  const named = arrays instanceof Map ? [...arrays] : Object.entries(arrays);
  for (const [name, array] of named as [string, NpySource][]) {
    checkPartName(`${name}.npy`, "writeNpz");
    const content = writeNpy(array, "writeNpz");
    const path = new TextEncoder().encode(`${name}.npy`);
    const shared = [20, inUtf8, 0, 0, firstDay] as const;
    const sizes = [crc32(content), content.byteLength, content.byteLength] as const;
    const local = record(0x04034b50, shared, sizes, [path.byteLength, 0], []);
    directory.push(
      record(0x02014b50, [20, ...shared], sizes, [path.byteLength, 0, 0, 0, 0], [0, length]),
      path,
    );
    parts.push(local, path, content);
    length += local.byteLength + path.byteLength + content.byteLength;
  }
  const directoryLength = directory.reduce((sum, part) => sum + part.byteLength, 0);
  if (length + directoryLength > most || named.length > 0xffff)
    throw new ArgumentError(
      "writeNpz",
      `the file would exceed 4 GiB or 65535 arrays: ${length} bytes in ${named.length} arrays. Write several files.`,
      { expected: most, received: length },
    );
  const end = record(
    0x06054b50,
    [0, 0, named.length, named.length],
    [directoryLength, length],
    [0],
    [],
  );
  return join([...parts, ...directory, end], length + directoryLength + end.byteLength);
}

/** A ZIP record: its signature, then 16-bit, 32-bit, 16-bit and 32-bit numbers, little-endian. */
function record(
  signature: number,
  first16: readonly number[],
  first32: readonly number[],
  second16: readonly number[],
  second32: readonly number[],
): Uint8Array {
  const bytes: number[] = [];
  const add = (values: readonly number[], byteLength: number): void => {
    for (const value of values)
      for (let k = 0; k < byteLength; k++) bytes.push(Math.floor(value / 256 ** k) & 255);
  };
  add([signature], 4);
  add(first16, 2);
  add(first32, 4);
  add(second16, 2);
  add(second32, 4);
  return Uint8Array.from(bytes);
}

function join(parts: readonly Uint8Array[], byteLength: number): Uint8Array {
  const joined = new Uint8Array(byteLength);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.byteLength;
  }
  return joined;
}
