import {
  brokenImage,
  checkPixelCount,
  type ImageInfo,
  type ImageLimits,
  joinRanges,
} from "./image-info.ts";
import { hasColorTransform, isRemark, type JpegRemarks, noteRemark } from "./jpeg-remarks.ts";
import { orientationOf } from "./orientation.ts";
import { type JpegComponent, type JpegScan, walkScan } from "./walk-jpeg-scan.ts";

type Range = readonly [start: number, end: number];

const startOfImage = 0xd8;
const endOfImage = 0xd9;
const startOfScan = 0xda;
const huffmanTables = 0xc4;
const quantizationTables = 0xdb;
const restartDefinition = 0xdd;
/** Baseline, extended and progressive, all of Huffman codes; what else there is, nobody writes. */
const frames: ReadonlySet<number> = new Set([0xc0, 0xc1, 0xc2]);
const progressive = 0xc2;

/** Real progressive files have about ten; each costs a pass over all blocks, however short it is. */
const mostScans = 64;

interface Frame {
  readonly isProgressive: boolean;
  readonly width: number;
  readonly height: number;
  readonly components: ReadonlyMap<number, JpegComponent>;
  readonly mostAcross: number;
  readonly mostDown: number;
}

/** What earlier segments set for the scans that follow. */
interface Settings {
  /** Tables by class (0 for means, 1 for the rest) times 16 plus number. */
  readonly tables: Map<number, Uint8Array>;
  restartInterval: number;
}

/** A sound JPEG file, and how its colours are stored. */
export interface JpegInfo extends ImageInfo {
  readonly hasColorTransform: boolean;
}

/**
 * Checks a JPEG file: every segment in its bounds, one frame, tables that are whole, and data for
 * all the pixels it says it has.
 *
 * Source: ITU-T T.81 (1992), annex B.
 *
 * @throws {FormatError} if anything does not fit together, or the image is larger than the limit.
 */
export function checkJpeg(bytes: Uint8Array, limits: ImageLimits, op: string): JpegInfo {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const essential: Range[] = [[0, 2]];
  let frame: Frame | undefined;
  const settings: Settings = { tables: new Map(), restartInterval: 0 };
  const remarks: JpegRemarks = { isJfif: false, adobeTransform: undefined, exif: undefined };
  const sent = new Set<number>();
  let scans = 0;
  let at = 2;
  for (;;) {
    if (at + 2 > bytes.byteLength) throw brokenImage("JPEG", "it is truncated", op);
    if (bytes[at] !== 0xff) throw brokenImage("JPEG", `no marker at byte ${at}`, op);
    const marker = bytes[at + 1]!;
    // A marker may be preceded by any number of fill bytes.
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === endOfImage) break;
    if (at + 4 > bytes.byteLength) throw brokenImage("JPEG", "it is truncated", op);
    const end = at + 2 + view.getUint16(at + 2);
    if (end > bytes.byteLength || end < at + 4)
      throw brokenImage("JPEG", "it is truncated, or a segment lies", op);
    const content = bytes.subarray(at + 4, end);
    if (frames.has(marker)) {
      if (frame !== undefined) throw brokenImage("JPEG", "it holds two frames", op);
      frame = readFrame(marker, content, op);
      checkPixelCount(frame.width, frame.height, limits, op);
    } else if (marker === startOfScan) {
      if (++scans > mostScans) throw brokenImage("JPEG", `it has more than ${mostScans} scans`, op);
      const { scan, names } = readScan(content, frame, settings, op);
      walkScan(bytes, end, scan, op);
      if (scan.firstCoefficient === 0) for (const name of names) sent.add(name);
      const scanEnd = endOfScan(bytes, end);
      essential.push([at, scanEnd]);
      at = scanEnd;
      continue;
    } else if (!isRemark(marker)) readSetting(marker, content, settings, scans, op);
    const isNeeded = !isRemark(marker) || (scans === 0 && noteRemark(marker, content, remarks));
    if (isNeeded) essential.push([at, end]);
    at = end;
  }
  if (frame === undefined || sent.size < frame.components.size)
    throw brokenImage("JPEG", "it holds no image, or a part of one", op);
  const { width, height, components } = frame;
  if (components.size === 4 && remarks.adobeTransform === undefined)
    throw brokenImage("JPEG", "four colours, and no remark of Adobe's that says which", op);
  essential.push([at, at + 2]);
  return {
    format: "jpeg",
    width,
    height,
    orientation: orientationOf(remarks.exif),
    essential: joinRanges(bytes, essential),
    hasColorTransform: hasColorTransform(remarks, [...components.keys()]),
  };
}

export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === startOfImage;
}

function readSetting(
  marker: number,
  content: Uint8Array,
  settings: Settings,
  scans: number,
  op: string,
): void {
  if (marker === huffmanTables) readHuffmanTables(content, settings.tables, op);
  else if (marker === quantizationTables) {
    // A decoder that applies them at the end would take the last ones for all scans.
    if (scans > 0) throw brokenImage("JPEG", "a quantization table behind a scan", op);
    checkQuantizationTables(content, op);
  } else if (marker === restartDefinition) {
    if (content.byteLength !== 2) throw brokenImage("JPEG", "a restart interval lies", op);
    settings.restartInterval = content[0]! * 256 + content[1]!;
  } else throw brokenImage("JPEG", `a segment of unknown kind 0x${marker.toString(16)}`, op);
}

function readFrame(marker: number, content: Uint8Array, op: string): Frame {
  const count = content[5] ?? 0;
  if (content.byteLength !== 6 + 3 * count || (count !== 1 && count !== 3 && count !== 4))
    throw brokenImage("JPEG", `a frame of ${count} components`, op);
  if (content[0] !== 8) throw brokenImage("JPEG", `${content[0]} bits per sample, not 8`, op);
  const components = new Map<number, JpegComponent>();
  for (let at = 6; at < content.byteLength; at += 3) {
    const sampling = content[at + 1]!;
    const across = sampling >> 4;
    const down = sampling & 15;
    if (across < 1 || across > 4 || down < 1 || down > 4 || content[at + 2]! > 3)
      throw brokenImage("JPEG", `sampling factors ${across} x ${down}`, op);
    components.set(content[at]!, { across, down });
  }
  if (components.size !== count) throw brokenImage("JPEG", "components of one name", op);
  const all = [...components.values()];
  const mostAcross = Math.max(...all.map(({ across }) => across));
  const mostDown = Math.max(...all.map(({ down }) => down));
  // What libjpeg does not read either: decoders disagree about where such samples lie.
  if (all.some(({ across, down }) => mostAcross % across > 0 || mostDown % down > 0))
    throw brokenImage("JPEG", "sampling factors that do not divide the largest", op);
  return {
    isProgressive: marker === progressive,
    height: content[1]! * 256 + content[2]!,
    width: content[3]! * 256 + content[4]!,
    components,
    mostAcross,
    mostDown,
  };
}

function readScan(
  content: Uint8Array,
  frame: Frame | undefined,
  { tables, restartInterval }: Settings,
  op: string,
): { scan: JpegScan; names: readonly number[] } {
  if (frame === undefined) throw brokenImage("JPEG", "a scan before its frame", op);
  const count = content[0] ?? 0;
  if (count < 1 || count > 4 || content.byteLength !== 4 + 2 * count)
    throw brokenImage("JPEG", `a scan of ${count} components`, op);
  const names = Array.from({ length: count }, (_, i) => content[1 + 2 * i]!);
  const components = names.map((name, i) => {
    const component = frame.components.get(name);
    if (component === undefined || names.indexOf(name) !== i)
      throw brokenImage("JPEG", "a scan of a component that its frame does not have", op);
    const numbers = content[2 + 2 * i]!;
    return {
      ...component,
      meanTable: tables.get(numbers >> 4),
      restTable: tables.get(16 + (numbers & 15)),
    };
  });
  const first = content[1 + 2 * count]!;
  const last = content[2 + 2 * count]!;
  if (first > last || last > 63) throw brokenImage("JPEG", `coefficients ${first} to ${last}`, op);
  const { width, height, isProgressive, mostAcross, mostDown } = frame;
  const scan = {
    width,
    height,
    isProgressive,
    firstCoefficient: isProgressive ? first : 0,
    earlierBits: isProgressive ? content[3 + 2 * count]! >> 4 : 0,
    restartInterval,
    mostAcross,
    mostDown,
    components,
  };
  return { scan, names };
}

/** Tables of 16 numbers of codes, by length, and as many values; the codes must have room. */
function readHuffmanTables(content: Uint8Array, tables: Map<number, Uint8Array>, op: string): void {
  let at = 0;
  while (at < content.byteLength) {
    const kind = content[at]!;
    if (kind >> 4 > 1 || (kind & 15) > 3)
      throw brokenImage("JPEG", "a Huffman table of unknown kind", op);
    let valueCount = 0;
    let room = 1;
    for (let length = 1; length <= 16; length++) {
      const count = content[at + length] ?? 0;
      valueCount += count;
      room = 2 * room - count;
      if (room < 0) throw brokenImage("JPEG", "a Huffman table of more codes than there are", op);
    }
    const end = at + 17 + valueCount;
    tables.set(kind, content.subarray(at + 1, end));
    at = end;
  }
  if (at !== content.byteLength) throw brokenImage("JPEG", "a Huffman table is cut off", op);
}

/** Tables of 64 numbers of one or two bytes. */
function checkQuantizationTables(content: Uint8Array, op: string): void {
  let at = 0;
  while (at < content.byteLength) {
    const precision = content[at]! >> 4;
    if (precision > 1 || (content[at]! & 15) > 3)
      throw brokenImage("JPEG", "a quantization table of unknown kind", op);
    at += 1 + 64 * (precision + 1);
  }
  if (at !== content.byteLength) throw brokenImage("JPEG", "a quantization table is cut off", op);
}

/** Where the data of a scan ends: at the next marker that is neither a restart nor a stuffed byte. */
function endOfScan(bytes: Uint8Array, start: number): number {
  for (let at = bytes.indexOf(0xff, start); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1];
    if (next !== undefined && next !== 0 && next !== 0xff && (next < 0xd0 || next > 0xd7))
      return at;
  }
  return bytes.byteLength;
}
