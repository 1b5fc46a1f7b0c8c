import type { DecodedImage } from "./decoded-image.ts";

const orientationTag = 0x112;
const shortNumber = 3;
const entryLength = 12;

/**
 * How the pixels of a file are to be turned before they are shown, 1 to 8, by its Exif data; 1, as
 * they are, where there is none or it does not say.
 *
 * Source: CIPA DC-008 (Exif 2.32), sections 4.5.2, 4.6.2 and 4.6.4 A.
 */
export function orientationOf(exif: Uint8Array | undefined): number {
  if (exif === undefined || exif.byteLength < 8) return 1;
  const view = new DataView(exif.buffer, exif.byteOffset, exif.byteLength);
  // A TIFF file: byte order, 42, and where its directory begins.
  const order = view.getUint16(0);
  const isLittle = order === 0x4949;
  if ((!isLittle && order !== 0x4d4d) || view.getUint16(2, isLittle) !== 42) return 1;
  const directory = view.getUint32(4, isLittle);
  if (directory + 2 > exif.byteLength) return 1;
  const count = view.getUint16(directory, isLittle);
  for (let i = 0, at = directory + 2; i < count; i++, at += entryLength) {
    if (at + entryLength > exif.byteLength) return 1;
    if (view.getUint16(at, isLittle) !== orientationTag) continue;
    const isOne =
      view.getUint16(at + 2, isLittle) === shortNumber && view.getUint32(at + 4, isLittle) === 1;
    const orientation = view.getUint16(at + 8, isLittle);
    return isOne && orientation >= 1 && orientation <= 8 ? orientation : 1;
  }
  return 1;
}

/** The image as it is to be shown: mirrored by 2 and 4, turned by 3, 6 and 8, both by 5 and 7. */
export function upright({ width, height, data }: DecodedImage, orientation: number): DecodedImage {
  if (orientation === 1) return { width, height, data };
  const isTransposed = orientation >= 5;
  const isFromRight = [2, 3, 7, 8].includes(orientation);
  const isFromBelow = [3, 4, 6, 7].includes(orientation);
  const [columns, rows] = isTransposed ? [height, width] : [width, height];
  const turned = new Uint8ClampedArray(data.length);
  for (let row = 0, to = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const [x, y] = isTransposed ? [row, column] : [column, row];
      const from =
        4 * ((isFromBelow ? height - 1 - y : y) * width + (isFromRight ? width - 1 - x : x));
      for (let c = 0; c < 4; c++) turned[to++] = data[from + c]!;
    }
  return { width: columns, height: rows, data: turned };
}
