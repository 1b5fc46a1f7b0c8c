import type { OpRecord } from "../op-samples/record.ts";
import { opRecords } from "../op-samples/records.ts";

/** A share of the operations, so that several places can each do one. */
export interface Part {
  readonly index: number;
  readonly count: number;
}

export const everything: Part = { index: 0, count: 1 };

export function recordsIn({ index, count }: Part): OpRecord[] {
  return opRecords.filter((_, i) => i % count === index);
}
