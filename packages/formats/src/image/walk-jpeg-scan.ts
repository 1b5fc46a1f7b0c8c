import { brokenImage } from "./image-info.ts";

/** A component as its frame describes it. */
export interface JpegComponent {
  /** Blocks across and down in a unit of the scan. */
  readonly across: number;
  readonly down: number;
}

/** What it takes to follow the data of one scan. */
export interface JpegScan {
  readonly width: number;
  readonly height: number;
  readonly isProgressive: boolean;
  /** First coefficient, and how often they were sent before: 0 is the first time. */
  readonly firstCoefficient: number;
  readonly earlierBits: number;
  /** Units between restart markers; 0 for none. */
  readonly restartInterval: number;
  /** The largest sampling factors of the frame. */
  readonly mostAcross: number;
  readonly mostDown: number;
  /** The scan's components with the tables for means and for the rest. */
  readonly components: readonly (JpegComponent & {
    readonly meanTable: Uint8Array | undefined;
    readonly restTable: Uint8Array | undefined;
  })[];
}

/** Where a scan sends bare bits. */
const noCodes = new Uint16Array(0);

/**
 * Follows the codes of a scan to its end without keeping a pixel: only data that is really there
 * lets a file have the size it claims.
 *
 * Every block takes at least a bit, so this takes time in proportion to the file. Scans that add to
 * coefficients other than the mean of a progressive file are passed over: they may be empty.
 *
 * Source: ITU-T T.81 (1992), annexes A.2, F.2 and G.2.
 *
 * @throws {FormatError} if the data ends too early, or is no code.
 */
export function walkScan(bytes: Uint8Array, start: number, scan: JpegScan, op: string): void {
  if (scan.isProgressive && scan.firstCoefficient > 0) return;
  const reader = new BitReader(bytes, start, op);
  const lookups = new Map<Uint8Array, Uint16Array>();
  const lookupOf = (table: Uint8Array | undefined): Uint16Array => {
    if (table === undefined) throw brokenImage("JPEG", "a scan without its Huffman table", op);
    const lookup = lookups.get(table) ?? lookupTable(table);
    lookups.set(table, lookup);
    return lookup;
  };
  const plan = scan.components.map((component) => ({
    // A scan of one component goes block by block, one of several unit by unit.
    blocks: scan.components.length === 1 ? 1 : component.across * component.down,
    mean: scan.earlierBits > 0 ? noCodes : lookupOf(component.meanTable),
    rest: scan.isProgressive ? noCodes : lookupOf(component.restTable),
  }));
  const units = countUnits(scan);
  for (let unit = 0; unit < units; unit++) {
    if (scan.restartInterval > 0 && unit > 0 && unit % scan.restartInterval === 0) reader.restart();
    for (const { blocks, mean, rest } of plan)
      for (let block = 0; block < blocks; block++) {
        if (scan.earlierBits > 0) {
          reader.skip(1);
          continue;
        }
        reader.skip(reader.code(mean) & 15);
        if (!scan.isProgressive) skipRest(reader, rest, op);
      }
  }
}

/** Runs of zeros and values until a code says that only zeros are left. */
function skipRest(reader: BitReader, table: Uint16Array, op: string): void {
  for (let k = 1; k < 64; k++) {
    const symbol = reader.code(table);
    const valueBits = symbol & 15;
    const zeros = symbol >> 4;
    if (valueBits === 0 && zeros < 15) return;
    k += zeros;
    if (k > 63) throw brokenImage("JPEG", "a block has more than 64 coefficients", op);
    reader.skip(valueBits);
  }
}

function countUnits({ width, height, mostAcross, mostDown, components }: JpegScan): number {
  if (components.length > 1)
    return Math.ceil(width / (8 * mostAcross)) * Math.ceil(height / (8 * mostDown));
  const { across, down } = components[0]!;
  return (
    Math.ceil(Math.ceil((width * across) / mostAcross) / 8) *
    Math.ceil(Math.ceil((height * down) / mostDown) / 8)
  );
}

/**
 * For every 16 bits that may come next, the length of the code they begin with (times 256) and its
 * symbol; 0 where they begin with none.
 */
function lookupTable(table: Uint8Array): Uint16Array {
  const lookup = new Uint16Array(65_536);
  let at = 0;
  let symbol = 16;
  for (let length = 1; length <= 16; length++)
    for (let count = table[length - 1]!; count > 0; count--) {
      const next = at + 2 ** (16 - length);
      lookup.fill((length << 8) | table[symbol++]!, at, next);
      at = next;
    }
  return lookup;
}

/** Bits of a scan, first the highest of a byte; 0xff is followed by a 0 that does not count. */
class BitReader {
  readonly #bytes: Uint8Array;
  readonly #op: string;
  #at: number;
  /** The last 17 to 24 bits read, how many of them are left, and how many of those are made up. */
  #bits = 0;
  #count = 0;
  #missing = 0;

  constructor(bytes: Uint8Array, at: number, op: string) {
    this.#bytes = bytes;
    this.#at = at;
    this.#op = op;
  }

  /** The symbol of the next code. */
  code(lookup: Uint16Array): number {
    this.#fill();
    const entry = lookup[(this.#bits >>> (this.#count - 16)) & 0xffff]!;
    if (entry === 0) throw brokenImage("JPEG", "its data holds what is no code", this.#op);
    this.#take(entry >> 8);
    return entry & 255;
  }

  /** Passes over at most 16 bits. */
  skip(count: number): void {
    this.#fill();
    this.#take(count);
  }

  /** Passes over the restart marker that must come now, and the bits that fill up the byte before. */
  restart(): void {
    this.#bits = 0;
    this.#count = 0;
    this.#missing = 0;
    while (this.#bytes[this.#at] === 0xff && this.#bytes[this.#at + 1] === 0xff) this.#at++;
    const marker = this.#bytes[this.#at + 1];
    if (this.#bytes[this.#at] !== 0xff || marker === undefined || marker < 0xd0 || marker > 0xd7)
      throw brokenImage("JPEG", "a restart marker is missing", this.#op);
    this.#at += 2;
  }

  #take(count: number): void {
    this.#count -= count;
    if (this.#count < this.#missing)
      throw brokenImage("JPEG", "its data ends before its pixels do", this.#op);
  }

  #fill(): void {
    while (this.#count <= 16) {
      const byte = this.#bytes[this.#at];
      const isStuffed = byte === 0xff && this.#bytes[this.#at + 1] === 0;
      if (byte === undefined || (byte === 0xff && !isStuffed)) {
        // A marker or the end: zeros, which must not be taken.
        this.#bits = (this.#bits << 8) & 0xffffff;
        this.#missing += 8;
      } else {
        this.#bits = ((this.#bits << 8) | byte) & 0xffffff;
        this.#at += isStuffed ? 2 : 1;
      }
      this.#count += 8;
    }
  }
}
