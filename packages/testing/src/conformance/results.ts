import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Check, ToleranceException } from "./adapter.ts";
import type { Tolerances } from "./compare.ts";

/** Where scripts/op-coverage.mjs looks. */
const reportFolder = join(import.meta.dirname, "../../../../.reports/op-coverage");

/** How many comparisons met the tolerance. */
export interface Count {
  met: number;
  total: number;
}

export interface OpResults {
  readonly theme: string;
  /** `true`, or why there is no gradient. */
  readonly differentiable: true | string;
  readonly checks: Partial<Record<Check, Count>>;
}

export interface CoverageReport {
  readonly backend: string;
  readonly tolerances: Tolerances;
  readonly unsupported: readonly string[];
  readonly exceptions: readonly ToleranceException[];
  readonly ops: Readonly<Record<string, OpResults>>;
}

/** Per operation, how many functions agreed with central differences. */
export type DifferenceReport = Readonly<Record<string, { first: number; second: number }>>;

/** PyTorch's names by section: what stands for them here, and what is left out. */
export type NameReport = Record<
  string,
  {
    readonly present: readonly { name: string; ours: string; place: string }[];
    readonly absent: readonly { reason: string; names: readonly string[] }[];
  }
>;

/** How many fixtures passed each check, by what they are about. */
export type FixtureReport = Readonly<Record<string, Readonly<Record<string, number>>>>;

export function writeReport(
  name: string,
  report: CoverageReport | DifferenceReport | NameReport | FixtureReport,
): void {
  mkdirSync(reportFolder, { recursive: true });
  writeFileSync(join(reportFolder, `${name}.json`), `${JSON.stringify(report, null, 1)}\n`);
}
