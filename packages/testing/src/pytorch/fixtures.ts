import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A tensor as scripts/make-fixtures.py writes it. */
export interface PackedTensor {
  readonly kind: "float" | "int32" | "bool";
  readonly shape: readonly number[];
  readonly data: readonly (number | string)[];
}

export interface Fixture {
  readonly op: string;
  readonly parameters?: unknown;
  /** Computed in float32, from NaN, infinities, zeros and ties. */
  readonly extreme?: true;
  readonly inputs: readonly PackedTensor[];
  readonly results: readonly PackedTensor[];
  /** The float results' weights in the sum that was differentiated. */
  readonly weights?: readonly PackedTensor[];
  /** Of the float inputs. */
  readonly gradients?: readonly PackedTensor[];
}

export function readFixture<Content>(name: string): Content {
  const path = join(import.meta.dirname, "../../fixtures", `${name}.json`);
  return JSON.parse(readFileSync(path, "utf8")) as Content;
}

export function numbersOf({ data }: PackedTensor): Float64Array {
  return Float64Array.from(data, Number);
}
