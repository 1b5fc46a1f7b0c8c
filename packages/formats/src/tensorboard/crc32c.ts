/** Castagnoli's polynomial, bits reversed. Source: RFC 3720, appendix B.4. */
const polynomial = 0x82f63b78;

let table: Uint32Array | undefined;

function crcTable(): Uint32Array {
  table ??= Uint32Array.from({ length: 256 }, (_, byte) => {
    let remainder = byte;
    for (let bit = 0; bit < 8; bit++)
      remainder = remainder & 1 ? (remainder >>> 1) ^ polynomial : remainder >>> 1;
    return remainder;
  });
  return table;
}

/** The CRC32C checksum of bytes, from 0 to 2³² − 1. */
export function crc32c(bytes: Uint8Array): number {
  const remainders = crcTable();
  let crc = 0xffffffff;
  for (const byte of bytes) crc = remainders[(crc ^ byte) & 255]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

/**
 * The checksum as TFRecord files have it: rotated and shifted, so that the checksum of data with
 * checksums in it is of use.
 *
 * Source: tensorflow/core/lib/hash/crc32c.h.
 */
export function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
