const slices = 8;
let tables: readonly Uint32Array[] | undefined;

/** From so many bytes on, Node's own code is asked for. */
const worthAsking = 1024;

/**
 * Cyclic redundancy check of PNG and ZIP; of bytes that come in parts, each with the check of those `before`.
 *
 * Eight bytes at a time, each by a table of its own; in Node by its own code, which is quicker still.
 *
 * Sources: ISO 3309; PNG specification (W3C, third edition), annex D: polynomial 0xedb88320, bits
 * reversed, started from and finished with all ones; Kounavis & Berry 2005 for the tables.
 *
 * @example
 * crc32(Uint8Array.of(1, 2, 3)) === crc32(Uint8Array.of(2, 3), crc32(Uint8Array.of(1))); // => true
 */
export function crc32(bytes: Uint8Array, before = 0): number {
  const native = bytes.length < worthAsking ? undefined : nativeCrc32();
  return native === undefined ? tableCrc32(bytes, before) : native(bytes, before);
}

/** In every engine. */
export function tableCrc32(bytes: Uint8Array, before = 0): number {
  tables ??= makeTables();
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as readonly [
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ];
  let remainder = before ^ 0xffffffff;
  let i = 0;
  for (const end = bytes.length - slices; i <= end; i += slices) {
    const low =
      remainder ^
      (bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24));
    remainder =
      t7[low & 255]! ^
      t6[(low >>> 8) & 255]! ^
      t5[(low >>> 16) & 255]! ^
      t4[low >>> 24]! ^
      t3[bytes[i + 4]!]! ^
      t2[bytes[i + 5]!]! ^
      t1[bytes[i + 6]!]! ^
      t0[bytes[i + 7]!]!;
  }
  for (; i < bytes.length; i++) remainder = (remainder >>> 8) ^ t0[(remainder ^ bytes[i]!) & 255]!;
  return (remainder ^ 0xffffffff) >>> 0;
}

/** Table k tells what a byte does to the remainder k bytes later. */
function makeTables(): readonly Uint32Array[] {
  const all = [
    Uint32Array.from({ length: 256 }, (_, byte) => {
      let remainder = byte;
      for (let bit = 0; bit < 8; bit++)
        remainder = (remainder & 1) === 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1;
      return remainder;
    }),
  ];
  const [first] = all as [Uint32Array];
  while (all.length < slices)
    all.push(all.at(-1)!.map((value) => (value >>> 8) ^ first[value & 255]!));
  return all;
}

function nativeCrc32(): ((bytes: Uint8Array, before: number) => number) | undefined {
  if (typeof process === "undefined") return undefined;
  // Bundlers for pages must not see an import, and a check must not wait for one.
  return process.getBuiltinModule?.("node:zlib")?.crc32;
}
