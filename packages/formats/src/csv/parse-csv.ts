import { ArgumentError, checkOptions, FormatError, type OptionKinds } from "@dl/backend";
import { CsvScanner } from "./csv-scanner.ts";
import { textOf } from "./text-of.ts";

/** A column of numbers, NaN where one is missing, or of texts, undefined where one is missing. */
export type CsvColumn = {
  readonly name: string;
  readonly missingCount: number;
} & (
  | { readonly type: "number"; readonly values: Float64Array }
  | { readonly type: "text"; readonly values: readonly (string | undefined)[] }
);

/** Delimiter, header and types of {@link parseCsv}. */
export interface ParseCsvOptions {
  /** What stands between fields; one character. Default a comma. */
  readonly delimiter?: string;
  /** Whether the first row names the columns; else they are "0", "1", ... Default true. */
  readonly hasHeader?: boolean;
  /** Fields that stand for a missing value, apart from empty ones. */
  readonly missing?: readonly string[];
  /** Types of columns by name; a column is of numbers if all that is there reads as one. */
  readonly types?: Readonly<Record<string, CsvColumn["type"]>>;
}

const csvKinds: OptionKinds<ParseCsvOptions> = {
  delimiter: "string",
  hasHeader: "boolean",
  missing: "list",
  types: "object",
};

const usualMissing = ["NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", "None", "?"];
const numberForm = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$|^[+-]?(inf|Inf|Infinity)$/;
/** A longer field is no number; and matching a form against it would take the square of its length. */
const longestNumber = 64;
/** As many as a spreadsheet has; a larger number is a wrong delimiter, or meant to do harm. */
const mostColumns = 16_384;

/**
 * Reads a CSV text: rows of fields parted by commas, in quotes where a field holds one.
 *
 * Bytes are UTF-8, or UTF-16 with a byte-order mark; the mark does not count as text, in a string
 * neither. Every row must have as many fields as the first. Nothing is kept until the whole text is found
 * to be well formed.
 *
 * Source: RFC 4180.
 *
 * @throws {FormatError} if the text is malformed, of another encoding, or a field of a column of numbers is
 * none.
 * @throws {ArgumentError} if the delimiter is not one character, or `types` names no column.
 * @example
 * const table = parseCsv('name,height\n"Ada, Countess",1.65\nGrace,');
 * table.column("name").values; // => ["Ada, Countess", "Grace"]
 * table.column("height").missingCount; // => 1
 */
export function parseCsv(source: string | Uint8Array, options: ParseCsvOptions = {}): CsvTable {
  const op = "parseCsv";
  const {
    delimiter = ",",
    hasHeader = true,
    missing = usualMissing,
    types = {},
  } = checkOptions(op, options, csvKinds);
  if (delimiter.length !== 1 || /["\r\n]/.test(delimiter))
    throw new ArgumentError(
      op,
      `delimiter must be one character, not a quote or a line end: received ${JSON.stringify(delimiter)}.`,
      { received: delimiter },
    );
  const text = textOf(source, op);
  const { columnCount, rowCount } = measure(new CsvScanner(text, delimiter, op), op);
  const scanner = new CsvScanner(text, delimiter, op);
  const names = hasHeader
    ? readHeader(scanner, op)
    : Array.from({ length: columnCount }, (_, i) => String(i));
  for (const name of Object.keys(types))
    if (!names.includes(name))
      throw new ArgumentError(
        op,
        `types names no column: received ${JSON.stringify(name)}. The columns are ${names.slice(0, 20).join(", ")}.`,
        { expected: names, received: name },
      );
  const fields: (string | undefined)[][] = names.map(() => []);
  const isMissing = new Set(["", ...missing]);
  for (let row = hasHeader ? 1 : 0; row < rowCount; row++)
    for (const column of fields) {
      scanner.next();
      const value = scanner.value();
      column.push(isMissing.has(value.trim()) ? undefined : value);
    }
  return new CsvTable(
    names.map((name, i) =>
      toColumn(name, fields[i]!, Object.hasOwn(types, name) ? types[name] : undefined, op),
    ),
  );
}

/** Columns of equal length, by name and in order. */
export class CsvTable {
  readonly columns: readonly CsvColumn[];
  readonly rowCount: number;
  readonly #byName: ReadonlyMap<string, CsvColumn>;

  constructor(columns: readonly CsvColumn[]) {
    this.columns = columns;
    this.rowCount = columns[0]?.values.length ?? 0;
    this.#byName = new Map(columns.map((column) => [column.name, column]));
  }

  /**
   * The column of this name.
   *
   * @throws {ArgumentError} if there is no such column.
   */
  column(name: string): CsvColumn {
    const column = this.#byName.get(name);
    if (column === undefined)
      throw new ArgumentError(
        "CsvTable.column",
        `there is no column ${JSON.stringify(name)}: the columns are ${[...this.#byName.keys()].slice(0, 20).join(", ")}.`,
        { expected: [...this.#byName.keys()], received: name },
      );
    return column;
  }
}

/** First pass: the form alone, so that a malformed file costs no memory. */
function measure(scanner: CsvScanner, op: string): { columnCount: number; rowCount: number } {
  let columnCount = 0;
  let rowCount = 0;
  let fieldCount = 0;
  while (scanner.next()) {
    fieldCount++;
    if (fieldCount > mostColumns)
      throw new FormatError(
        op,
        `line ${scanner.line} has more than ${mostColumns} fields. Check the delimiter.`,
        { expected: mostColumns, received: fieldCount },
      );
    if (!scanner.endsRow) continue;
    if (rowCount === 0) columnCount = fieldCount;
    else if (fieldCount !== columnCount)
      throw new FormatError(
        op,
        `rows differ in length: ${columnCount} fields in the first, ${fieldCount} in the one that ends on line ${scanner.line}. Put fields that hold the delimiter in quotes.`,
        { expected: columnCount, received: fieldCount },
      );
    rowCount++;
    fieldCount = 0;
  }
  if (rowCount === 0) throw new FormatError(op, "the file is empty: received no row.");
  return { columnCount, rowCount };
}

function readHeader(scanner: CsvScanner, op: string): string[] {
  const names = new Set<string>();
  do {
    scanner.next();
    const name = scanner.value().trim();
    if (name === "__proto__" || names.has(name))
      throw new FormatError(
        op,
        `a column cannot be named ${JSON.stringify(name.slice(0, 80))}${names.has(name) ? ", as another is" : ""}. Rename it.`,
        { received: name },
      );
    names.add(name);
  } while (!scanner.endsRow);
  return [...names];
}

function toColumn(
  name: string,
  fields: (string | undefined)[],
  type: CsvColumn["type"] | undefined,
  op: string,
): CsvColumn {
  const missingCount = fields.filter((field) => field === undefined).length;
  const wrong = fields.findIndex((field) => field !== undefined && !isNumeric(field));
  const isNumber = type === "number" || (type === undefined && wrong < 0);
  if (!isNumber) return { name, type: "text", values: fields, missingCount };
  if (wrong >= 0)
    throw new FormatError(
      op,
      `column ${JSON.stringify(name)} is to hold numbers: received ${JSON.stringify(fields[wrong]!.slice(0, 80))} in row ${wrong + 1}.`,
      { expected: "number", received: fields[wrong] },
    );
  const values = Float64Array.from(fields, (field) =>
    field === undefined ? Number.NaN : Number(field.trim().replace(/inf(inity)?/i, "Infinity")),
  );
  return { name, type: "number", values, missingCount };
}

function isNumeric(field: string): boolean {
  const trimmed = field.trim();
  return trimmed.length <= longestNumber && numberForm.test(trimmed);
}
