import { checkCount, checkOptions } from "@dl/backend";
import { sampleKinds, type SampleOptions } from "@dl/distributions";

/** @throws {ArgumentError} unless the count is a whole number of at least 1 and the options are known. */
export function checkSampling(op: string, count: number, options: SampleOptions): void {
  checkCount(op, "count", count);
  checkOptions(op, options, sampleKinds);
}
