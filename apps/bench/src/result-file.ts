import { readFileSync } from "node:fs";
import { UsageError } from "./options.ts";
import { faultsOf, type Schema } from "./json-schema.ts";
import type { BenchRecord } from "./record.ts";

const schemaUrl = new URL("../schema/bench-record-1.schema.json", import.meta.url);
let schema: Schema | undefined;

/** What is wrong with a line, by the published schema; empty when nothing is. */
export function recordFaults(line: unknown): readonly string[] {
  schema ??= JSON.parse(readFileSync(schemaUrl, "utf8")) as Schema;
  return faultsOf(line, schema);
}

/** @throws {UsageError} for a file that is missing or holds something else. */
export function readResults(path: string): BenchRecord[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  const records = text.split("\n").flatMap((line, i): BenchRecord[] => {
    // The last line of `--json -` is a summary, and no record.
    if (line.trim() === "" || line.startsWith('{"suite"')) return [];
    const [value, faults] = parsed(line);
    if (faults.length > 0) throw new UsageError(`${path}:${i + 1}: ${faults[0]}`);
    return [value as BenchRecord];
  });
  if (records.length === 0) throw new UsageError(`${path} has no results.`);
  return records;
}

function parsed(line: string): [unknown, readonly string[]] {
  try {
    const value = JSON.parse(line) as unknown;
    return [value, recordFaults(value)];
  } catch {
    return [undefined, ["is no JSON"]];
  }
}
