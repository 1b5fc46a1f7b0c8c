import { classFamilies } from "./class-families.ts";
import { gammaFamilies } from "./gamma-families.ts";
import { numberFamilies } from "./number-families.ts";
import type { FamilyRecord } from "./record.ts";
import { vectorFamilies } from "./vector-families.ts";

export const familyRecords: readonly FamilyRecord[] = [
  ...numberFamilies,
  ...gammaFamilies,
  ...classFamilies,
  ...vectorFamilies,
];

/** The record of a family as fixtures name it, and its variant. */
export function recordOf(family: string): { record: FamilyRecord; variant: string | undefined } {
  const [name, variant] = family.split(" ");
  const record = familyRecords.find((known) => known.name === name);
  if (record === undefined) throw new Error(`no record of the family ${family}`);
  return { record, variant };
}
