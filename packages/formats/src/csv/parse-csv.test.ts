import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseCsv } from "./parse-csv.ts";

const values = (text: string, name: string): unknown[] =>
  Array.from<unknown>(parseCsv(text).column(name).values);

describe("parseCsv", () => {
  it("reads back any table that was written with quotes", () => {
    const field = fc.string({ unit: fc.constantFrom("a", '"', ",", "\n", "\r", "é", " ", ";") });
    const table = fc.integer({ min: 1, max: 4 }).chain((width) =>
      fc.array(fc.array(field, { minLength: width, maxLength: width }), {
        minLength: 1,
        maxLength: 6,
      }),
    );
    fc.assert(
      fc.property(table, fc.constantFrom("\n", "\r\n", "\r"), fc.boolean(), (rows, end, ends) => {
        const line = (row: readonly string[]): string =>
          row.map((text) => `"${text.replaceAll('"', '""')}"`).join(",");
        const text = rows.map(line).join(end) + (ends ? end : "");
        const { columns, rowCount } = parseCsv(text, { hasHeader: false, types: { 0: "text" } });
        expect(rowCount).toBe(rows.length);
        rows.forEach((row, i) =>
          row.forEach((written, k) => {
            const read = columns[k]!.values[i];
            if (written.trim() === "") expect(read === undefined || Number.isNaN(read)).toBe(true);
            else expect(read).toBe(written);
          }),
        );
      }),
    );
  });

  it("reads numbers, missing values and texts", () => {
    const text = "a,b,c,d\n1,x, 2.5 ,\n-3e2,,NA,y\n+.5,1,?,z\n";
    expect(values(text, "a")).toEqual([1, -300, 0.5]);
    expect(values(text, "b")).toEqual(["x", undefined, "1"]);
    expect(values(text, "c")).toEqual([2.5, Number.NaN, Number.NaN]);
    expect(values(text, "d")).toEqual([undefined, "y", "z"]);
    const { columns } = parseCsv(text);
    expect(columns.map(({ missingCount }) => missingCount)).toEqual([0, 1, 2, 1]);
    expect(parseCsv(text, { types: { a: "text" } }).column("a").values).toEqual([
      "1",
      "-3e2",
      "+.5",
    ]);
  });

  it("takes other delimiters, missing marks and bytes with a byte order mark", () => {
    const bytes = new TextEncoder().encode("\uFEFFa;b\n1;-\n2;3\n");
    const table = parseCsv(bytes, { delimiter: ";", missing: ["-"] });
    expect(table.columns.map(({ name, type }) => [name, type])).toEqual([
      ["a", "number"],
      ["b", "number"],
    ]);
    expect(Array.from(table.column("b").values as Float64Array)).toEqual([Number.NaN, 3]);
  });

  it.each(['"a",b\n1,2', "a,b\r\n1,2\r\n", '"a","b"\n"1",2'])(
    "knows a byte-order mark in a string and in bytes of any kind: %j",
    (text) => {
      const codes = Array.from(`\uFEFF${text}`, (letter) => letter.charCodeAt(0));
      const sources = [
        text,
        `\uFEFF${text}`,
        new TextEncoder().encode(text),
        new TextEncoder().encode(`\uFEFF${text}`),
        Uint8Array.from(codes.flatMap((code) => [code & 255, code >> 8])),
        Uint8Array.from(codes.flatMap((code) => [code >> 8, code & 255])),
      ];
      for (const source of sources) {
        const { columns } = parseCsv(source);
        expect(columns.map(({ name, type }) => [name, type])).toEqual([
          ["a", "number"],
          ["b", "number"],
        ]);
      }
    },
  );

  it("keeps a mark out of the first field where no row names the columns", () => {
    const { columns } = parseCsv("\uFEFFAda,1", { hasHeader: false });
    expect(columns.map((column) => column.values[0])).toEqual(["Ada", 1]);
  });

  it("passes over blank lines, and knows no infinity but the written one", () => {
    expect(values("a\n\n1\n\n\ninf\n-inf\n", "a")).toEqual([1, Infinity, -Infinity]);
    expect(values("a\n1\n0x10\n", "a")).toEqual(["1", "0x10"]);
    expect(values("a\n1 2\n", "a")).toEqual(["1 2"]);
  });

  it.each<[string | Uint8Array, string]>([
    ["", "the file is empty: received no row."],
    ["\n\n", "the file is empty: received no row."],
    [
      "a,b\n1\n",
      "rows differ in length: 2 fields in the first, 1 in the one that ends on line 2. Put fields that hold the delimiter in quotes.",
    ],
    [
      'a\n"x',
      "a quote is never closed, on line 2. Put the field in quotes and double those within.",
    ],
    [
      'a\n"x"y\n',
      "something follows a closing quote, on line 2. Put the field in quotes and double those within.",
    ],
    [
      'a\n\n5" pipe\n',
      "a quote stands inside a field that does not begin with one, on line 3. Put the field in quotes and double those within.",
    ],
    ["a,a\n1,2\n", 'a column cannot be named "a", as another is. Rename it.'],
    ["__proto__\n1\n", 'a column cannot be named "__proto__". Rename it.'],
    [Uint8Array.of(0xff, 0x61), "the file is not UTF-8 text: received 2 bytes. Save it as UTF-8."],
    [
      Uint8Array.of(0xff, 0xfe, 0x61, 0, 0x62),
      "the file is not UTF-16LE text: received 5 bytes. Save it as UTF-8.",
    ],
    [
      Uint8Array.of(0x61, 0, 0x0a, 0),
      "the text holds a NUL character at position 1: it is UTF-16 without a byte-order mark, or no text. Save it as UTF-8.",
    ],
    [
      "\0a\0\n\u0000",
      "the text holds a NUL character at position 0: it is UTF-16 without a byte-order mark, or no text. Save it as UTF-8.",
    ],
    [",".repeat(20_000), "line 1 has more than 16384 fields. Check the delimiter."],
  ])("refuses a malformed text %#", (source, message) => {
    expect(() => parseCsv(source)).toThrow(
      expect.objectContaining({ name: "FormatError", message: `parseCsv: ${message}` }),
    );
  });

  it("refuses a text where numbers were promised, at once however long it is", () => {
    const digits = "1".repeat(1_000_000);
    expect(values(`a\n${digits}x\n`, "a")).toEqual([`${digits}x`]);
    expect(() => parseCsv("a\n1\nb\n", { types: { a: "number" } })).toThrow(
      'parseCsv: column "a" is to hold numbers: received "b" in row 2.',
    );
    expect(() => parseCsv("a\n1", { types: { b: "number" } })).toThrow(
      'parseCsv: types names no column: received "b". The columns are a.',
    );
    expect(() => parseCsv("a", { delimiter: "::" })).toThrow(
      'parseCsv: delimiter must be one character, not a quote or a line end: received "::".',
    );
    expect(() => parseCsv("a,b\n1,2").column("toString")).toThrow(
      'CsvTable.column: there is no column "toString": the columns are a, b.',
    );
  });

  it("takes names of every object's members for what they are", () => {
    const table = parseCsv("constructor,toString\n1,2\n");
    expect(Array.from(table.column("constructor").values as Float64Array)).toEqual([1]);
  });
});
