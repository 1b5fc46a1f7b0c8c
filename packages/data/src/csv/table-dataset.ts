import { ArgumentError, checkGiven, checkOptions, type OptionKinds } from "@dl/backend";
import type { CsvColumn, CsvTable } from "@dl/formats";
import { checkList } from "../check-given.ts";
import { ArrayDataset } from "../array-dataset.ts";
import type { ClassificationSample, HostArray } from "../dataset.ts";
import { orderedClasses } from "../class-names.ts";
import { hostNumbers } from "../host-array.ts";

/** Which columns are inputs and which is the target, and what becomes of missing values. */
export interface TableColumns {
  /** Names of the columns of numbers that make up the inputs, in this order. */
  readonly inputs: readonly string[];
  /** Name of the column to predict. */
  readonly targets: string;
  /**
   * What becomes of a missing value: an error, its row left out, or, for inputs, the mean of its
   * column. Default `"refuse"`.
   */
  readonly missing?: "refuse" | "dropRow" | "mean";
}

const tableKinds: OptionKinds<TableColumns> = {
  inputs: "list",
  targets: "string",
  missing: '"refuse"|"dropRow"|"mean"',
};

/**
 * Rows of a table as samples with a class; the classes are numbered in the order of their size
 * if all are numbers, else of their names.
 *
 * Shape: inputs [columns]; targets 0 to classes.length − 1.
 *
 * @throws {ArgumentError} if a column is missing, an input is no number, or a value is missing.
 * @example
 * const table = parseCsv("length,kind\n1.5,b\n2.5,a");
 * const { dataset, classes } = classificationTable(table, { inputs: ["length"], targets: "kind" });
 * classes; // => ["a", "b"]
 * dataset.get(0).targets; // => 1
 */
export function classificationTable(
  table: CsvTable,
  columns: TableColumns,
): { readonly dataset: ArrayDataset; readonly classes: readonly string[] } {
  const op = "classificationTable";
  const { inputs, rows } = inputRows(table, columns, op);
  const { values } = table.column(columns.targets);
  const labels = rows.map((row) => String(values[row]));
  const classes = orderedClasses(labels);
  const numbers = new Map(classes.map((name, number) => [name, number]));
  const targets = {
    data: Int32Array.from(labels, (label) => numbers.get(label)!),
    shape: [rows.length],
  };
  return { dataset: new ArrayDataset<ClassificationSample>({ inputs, targets }), classes };
}

/** An input and the number that belongs to it. */
export type RegressionSample = {
  readonly inputs: HostArray;
  readonly targets: HostArray;
};

/**
 * Rows of a table as samples with a number to predict.
 *
 * Shape: inputs [columns]; targets [1].
 *
 * @throws {ArgumentError} if a column is missing or no column of numbers, or a value is missing.
 * @example
 * const table = parseCsv("length,weight\n1.5,3\n2.5,5");
 * const samples = regressionTable(table, { inputs: ["length"], targets: "weight" });
 * samples.get(1).targets.data; // => [5]
 */
export function regressionTable(
  table: CsvTable,
  columns: TableColumns,
): ArrayDataset<RegressionSample> {
  const op = "regressionTable";
  const { inputs, rows } = inputRows(table, columns, op);
  const values = floatsOf(columns.targets, numbersOf(table.column(columns.targets), op), op);
  const targets = {
    data: Float32Array.from(rows, (row) => values[row]!),
    shape: [rows.length, 1],
  };
  return new ArrayDataset<RegressionSample>({ inputs, targets });
}

function inputRows(
  table: CsvTable,
  options: TableColumns,
  op: string,
): { inputs: HostArray; rows: readonly number[] } {
  const { inputs, targets, missing = "refuse" } = checkOptions(op, options, tableKinds);
  checkGiven(op, "the columns", options, ["inputs", "targets"]);
  checkGiven(op, "the table", table, ["rowCount", "column()"]);
  checkList(inputs, "inputs", op);
  if (inputs.length === 0)
    throw new ArgumentError(op, "needs at least one column of inputs: received none.");
  const columns = inputs.map((name) => table.column(name));
  const numbers = columns.map((column) => numbersOf(column, op));
  const target = table.column(targets);
  const incomplete = [...columns, target].find(
    (column) =>
      column.missingCount > 0 &&
      (missing === "refuse" || (missing === "mean" && column === target)),
  );
  if (incomplete !== undefined)
    throw new ArgumentError(
      op,
      `column ${JSON.stringify(incomplete.name)} lacks ${incomplete.missingCount} of ${table.rowCount} values. Choose what becomes of them by missing: "dropRow"${incomplete === target ? "" : ' or "mean"'}.`,
      { received: incomplete.missingCount },
    );
  const isWhole = (row: number): boolean =>
    !isMissing(target.values[row]) && numbers.every((values) => !isMissing(values[row]));
  const all = Array.from({ length: table.rowCount }, (_, row) => row);
  const rows = missing === "dropRow" ? all.filter(isWhole) : all;
  if (rows.length === 0)
    throw new ArgumentError(op, `no row is left: received ${table.rowCount}, each with a gap.`, {
      received: table.rowCount,
    });
  const means = numbers.map(meanOf);
  const floats = numbers.map((values, k) => floatsOf(inputs[k]!, values, op));
  const data = new Float32Array(rows.length * inputs.length);
  rows.forEach((row, i) =>
    floats.forEach((values, k) => {
      const value = values[row]!;
      data[i * inputs.length + k] = isMissing(value) ? means[k]! : value;
    }),
  );
  return { inputs: { data, shape: [rows.length, inputs.length] }, rows };
}

function numbersOf(column: CsvColumn, op: string): Float64Array {
  if (column.type === "number") return column.values;
  throw new ArgumentError(
    op,
    `column ${JSON.stringify(column.name)} holds text, e.g. ${JSON.stringify(column.values.find((value) => value !== undefined)?.slice(0, 40))}. Use a column of numbers.`,
    { expected: "number", received: "text" },
  );
}

/** @throws {ArgumentError} if a number is beyond float32. */
function floatsOf(name: string, values: Float64Array, op: string): Float32Array | Int32Array {
  return hostNumbers(values, `column ${JSON.stringify(name)}`, op);
}

function isMissing(value: string | number | undefined): boolean {
  return value === undefined || Number.isNaN(value);
}

function meanOf(values: Float64Array): number {
  const there = values.filter((value) => !isMissing(value));
  return there.reduce((sum, value) => sum + value / there.length, 0);
}
