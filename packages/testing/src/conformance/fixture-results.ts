import { writeReport } from "./results.ts";

/**
 * Counts the fixtures that passed, by row and check, for the coverage table. Written once all that
 * were announced have passed, so that a run of a few tests leaves the last report as it was.
 */
export class FixtureResults {
  private readonly section: string;
  private readonly wanted: number;
  private readonly rows: Record<string, Record<string, number>> = {};
  private count = 0;

  constructor(section: string, wanted: number) {
    this.section = section;
    this.wanted = wanted;
  }

  /** To be called at the end of each test. */
  passed(row: string, check: string): void {
    const counts = (this.rows[row] ??= {});
    counts[check] = (counts[check] ?? 0) + 1;
    this.count++;
    if (this.count === this.wanted) writeReport(this.section, this.rows);
  }
}
