// Exif data that says how an image is turned, and what images look like then.

/** A TIFF file that holds an orientation and nothing else: what Exif data consists of. */
export function exifOrientation(orientation: number, isLittle: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(26));
  view.setUint16(0, isLittle ? 0x4949 : 0x4d4d);
  view.setUint16(2, 42, isLittle);
  view.setUint32(4, 8, isLittle);
  view.setUint16(8, 1, isLittle);
  view.setUint16(10, 0x112, isLittle);
  view.setUint16(12, 3, isLittle);
  view.setUint32(14, 1, isLittle);
  view.setUint16(18, orientation, isLittle);
  return new Uint8Array(view.buffer);
}

/**
 * Six patches, a row of three over another, as an image with this orientation shows them; those
 * outside 2 to 8 turn nothing.
 */
export function turned<Patch>(patches: readonly Patch[], orientation: number): readonly Patch[] {
  const [a, b, c, d, e, f] = patches as readonly [Patch, Patch, Patch, Patch, Patch, Patch];
  const shown: Readonly<Record<number, readonly Patch[]>> = {
    2: [c, b, a, f, e, d],
    3: [f, e, d, c, b, a],
    4: [d, e, f, a, b, c],
    5: [a, d, b, e, c, f],
    6: [d, a, e, b, f, c],
    7: [f, c, e, b, d, a],
    8: [c, f, b, e, a, d],
  };
  return shown[orientation] ?? patches;
}
