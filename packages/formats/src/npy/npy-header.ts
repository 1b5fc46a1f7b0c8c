import { FormatError } from "@dl/backend";

/** What the header of an npy file says. */
export interface NpyHeader {
  /** Byte order, kind and size of an element in NumPy's notation, e.g. `<f4`. */
  readonly descr: string;
  /** Whether the first axis is the one that varies fastest. */
  readonly isFortranOrder: boolean;
  readonly shape: readonly number[];
  /** Where the elements begin. */
  readonly headerLength: number;
}

const magic = "\u0093NUMPY";
/** As NumPy's own default: longer headers are of structured arrays, which are not read. */
const longestHeader = 10_000;
const mostAxes = 64;

/**
 * Reads the header of an npy file, or gives `undefined` while `beginning` is too short to hold it.
 *
 * Source: NumPy enhancement proposal 1, "A Simple File Format for NumPy Arrays", versions 1 to 3.
 *
 * @throws {FormatError} if it is not one, or a header that no array of numbers has.
 */
export function readNpyHeader(beginning: Uint8Array, op: string): NpyHeader | undefined {
  const start = latin1(beginning.subarray(0, magic.length));
  if (start !== magic.slice(0, start.length))
    throw new FormatError(
      op,
      `not an npy file: it must begin with 93 4e 55 4d 50 59, received ${hex(beginning)}.`,
      { received: start },
    );
  if (beginning.byteLength < 12) return undefined;
  const version = beginning[6]!;
  const minor = beginning[7]!;
  if (version < 1 || version > 3 || minor !== 0)
    throw new FormatError(
      op,
      `unknown version ${version}.${minor}. Versions 1.0, 2.0 and 3.0 can be read.`,
      { expected: ["1.0", "2.0", "3.0"], received: `${version}.${minor}` },
    );
  const view = new DataView(beginning.buffer, beginning.byteOffset, beginning.byteLength);
  const textStart = version === 1 ? 10 : 12;
  const textLength = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (textLength > longestHeader)
    throw new FormatError(
      op,
      `the header is too long: ${textLength} bytes, limit ${longestHeader}. Save a plain array, not a structured one.`,
      { expected: longestHeader, received: textLength },
    );
  const headerLength = textStart + textLength;
  if (beginning.byteLength < headerLength) return undefined;
  const text = latin1(beginning.subarray(textStart, headerLength));
  return { ...parseDictionary(text, op), headerLength };
}

/**
 * The dictionary that NumPy writes, a Python literal with three known keys in any order. Nothing
 * but this form is read: it is text from outside, and must never be evaluated.
 */
function parseDictionary(text: string, op: string): Omit<NpyHeader, "headerLength"> {
  const entry =
    /\s*'(descr|fortran_order|shape)'\s*:\s*('[^'\\]{1,16}'|True|False|\([\dL,\s]*\))\s*(,|(?=\}))/y;
  const found = new Map<string, string>();
  const body = /^\s*\{/.exec(text);
  let at = body === null ? text.length : body[0].length;
  for (;;) {
    entry.lastIndex = at;
    const match = entry.exec(text);
    if (match === null) break;
    const [whole, key, value] = match as unknown as [string, string, string];
    if (found.has(key)) throw malformed(text, `"${key}" occurs twice`, op);
    found.set(key, value);
    at += whole.length;
  }
  if (!/^\s*\}\s*$/.test(text.slice(at)))
    throw malformed(text, "it is not a dictionary of descr, fortran_order and shape", op);
  const descr = found.get("descr");
  const order = found.get("fortran_order");
  const shape = found.get("shape");
  if (descr?.startsWith("'") !== true) throw malformed(text, "descr is not a text", op);
  if (order !== "True" && order !== "False")
    throw malformed(text, "fortran_order is neither True nor False", op);
  if (shape?.startsWith("(") !== true) throw malformed(text, "shape is not a tuple", op);
  return {
    descr: descr.slice(1, -1),
    isFortranOrder: order === "True",
    shape: parseShape(shape.slice(1, -1), text, op),
  };
}

/** Sizes of a tuple: `3, 4`, `3,` or nothing. */
function parseShape(tuple: string, text: string, op: string): number[] {
  // Python 2 wrote whole numbers with an L behind them.
  const sizes = tuple.split(",").map((size) => size.trim().replace(/L$/, ""));
  if (sizes.at(-1) === "") sizes.pop();
  else if (sizes.length === 1) throw malformed(text, "shape is not a tuple", op);
  if (sizes.length > mostAxes)
    throw malformed(text, `it has ${sizes.length} axes, limit ${mostAxes}`, op);
  return sizes.map((size) => {
    const value = Number(size);
    if (!/^\d+$/.test(size) || !Number.isSafeInteger(value))
      throw malformed(text, `shape has a size of ${JSON.stringify(size.slice(0, 40))}`, op);
    return value;
  });
}

function malformed(text: string, problem: string, op: string): FormatError {
  return new FormatError(
    op,
    `the header is malformed: ${problem}: received ${JSON.stringify(text.trim().slice(0, 120))}.`,
    { received: text },
  );
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes.subarray(0, 6), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}
