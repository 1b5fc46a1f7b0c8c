let table: Uint32Array | undefined;

/**
 * Cyclic redundancy check of PNG and ZIP.
 *
 * Source: ISO 3309; PNG specification (W3C, third edition), annex D: polynomial 0xedb88320, bits
 * reversed, started from and finished with all ones.
 */
export function crc32(bytes: Uint8Array): number {
  table ??= Uint32Array.from({ length: 256 }, (_, byte) => {
    let remainder = byte;
    for (let bit = 0; bit < 8; bit++)
      remainder = (remainder & 1) === 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1;
    return remainder;
  });
  let remainder = 0xffffffff;
  for (let i = 0; i < bytes.length; i++)
    remainder = (remainder >>> 8) ^ table[(remainder ^ bytes[i]!) & 255]!;
  return (remainder ^ 0xffffffff) >>> 0;
}
