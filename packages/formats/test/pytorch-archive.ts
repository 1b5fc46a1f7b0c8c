// Builds files of torch.save by hand, for those that no torch would write.
import { tableCrc32 } from "../src/bytes/crc32.ts";

const text = new TextEncoder();
const uint = (value: number, length: number): number[] =>
  Array.from({ length }, (_, k) => Math.floor(value / 256 ** k) & 255);

/** Instructions of pickle, as bytes. */
export const pickle = {
  global: (module: string, name: string): number[] => [
    0x63,
    ...text.encode(`${module}\n${name}\n`),
  ],
  text: (value: string): number[] => {
    const bytes = text.encode(value);
    return [0x58, ...uint(bytes.length, 4), ...bytes];
  },
  int: (value: number): number[] => [0x4a, ...uint(value, 4)],
  long: (value: bigint): number[] => [
    0x8a,
    10,
    ...Array.from({ length: 10 }, (_, k) => Number((value >> BigInt(8 * k)) & 255n)),
  ],
  mark: [0x28],
  tuple: [0x74],
  reduce: [0x52],
  /** A tuple of values. */
  tupleOf: (...values: number[][]): number[] => [0x28, ...values.flat(), 0x74],
};

/** A pickle of protocol 2 of one value. */
export const pickled = (...parts: readonly number[][]): Uint8Array =>
  Uint8Array.from([0x80, 2, ...parts.flat(), 0x2e]);

/** A tensor over storage "0" of so many numbers. */
export function tensorPickle({
  key = "0",
  length = 4,
  offset = pickle.int(0),
  shape = [4],
  strides = [1],
  type = ["torch", "FloatStorage"] as [string, string],
}: {
  key?: string;
  length?: number;
  offset?: number[];
  shape?: readonly number[];
  strides?: readonly number[];
  type?: [string, string];
}): number[] {
  const sizes = (list: readonly number[]): number[] =>
    pickle.tupleOf(
      ...list.map((size) => (size < 2 ** 31 ? pickle.int(size) : pickle.long(BigInt(size)))),
    );
  const storage = [
    ...pickle.tupleOf(
      pickle.text("storage"),
      pickle.global(...type),
      pickle.text(key),
      pickle.text("cpu"),
      pickle.int(length),
    ),
    0x51,
  ];
  return [
    ...pickle.global("torch._utils", "_rebuild_tensor_v2"),
    ...pickle.tupleOf(
      storage,
      offset,
      sizes(shape),
      sizes(strides),
      [0x89],
      [...pickle.global("collections", "OrderedDict"), 0x29, 0x52],
    ),
    0x52,
  ];
}

/** An archive of these files, stored. */
export function archive(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const parts: number[] = [];
  const directory: number[] = [];
  const entries = Object.entries(files);
  for (const [name, content] of entries) {
    const path = text.encode(`archive/${name}`);
    const shared = [
      ...uint(0, 2),
      ...uint(0, 2),
      ...uint(0, 2),
      ...uint(0x21, 2),
      ...uint(tableCrc32(content), 4),
      ...uint(content.length, 4),
      ...uint(content.length, 4),
      ...uint(path.length, 2),
    ];
    directory.push(
      0x50,
      0x4b,
      1,
      2,
      20,
      0,
      20,
      0,
      ...shared,
      ...uint(0, 2),
      ...uint(0, 2),
      ...uint(0, 2),
      ...uint(0, 2),
      ...uint(0, 4),
      ...uint(parts.length, 4),
      ...path,
    );
    parts.push(0x50, 0x4b, 3, 4, 20, 0, ...shared, ...uint(0, 2), ...path);
    // One by one: a call cannot take a million arguments.
    for (const byte of content) parts.push(byte);
  }
  return Uint8Array.from([
    ...parts,
    ...directory,
    0x50,
    0x4b,
    5,
    6,
    0,
    0,
    0,
    0,
    ...uint(entries.length, 2),
    ...uint(entries.length, 2),
    ...uint(directory.length, 4),
    ...uint(parts.length, 4),
    0,
    0,
  ]);
}

/** An archive with a pickle, and a storage of four float32. */
export const fileOf = (data: Uint8Array): Uint8Array =>
  archive({ "data.pkl": data, "data/0": new Uint8Array(16).fill(1), version: text.encode("3\n") });
