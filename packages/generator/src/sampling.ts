import { checkOptions, checkCount, type OptionKinds } from "@dl/backend";
import type { SampleOptions } from "@dl/distributions";
import { generatorKind } from "@dl/tensor";

export const samplingKinds: OptionKinds<SampleOptions> = { generator: generatorKind };

/** @throws {ArgumentError} unless the count is a whole number of at least 1 and the options are known. */
export function checkSampling(op: string, count: number, options: SampleOptions): void {
  checkCount(op, "count", count);
  checkOptions(op, options, samplingKinds);
}
