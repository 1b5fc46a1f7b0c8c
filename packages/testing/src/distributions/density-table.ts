import type { Distribution } from "@dl/distributions";
import { tensor } from "@dl/tensor";
import { distributionOf, type FamilyRecord, type Law, type Member, type Target } from "./record.ts";

const cells = 4000;

/** A distribution function made of a density alone. */
export interface DensityTable {
  /** Of all between the ends. */
  readonly total: number;
  readonly shareBelow: (x: number) => number;
}

/** Any law but that of single values. */
export type DensityLaw = Exclude<Law, { kind: "values" }>;

/** The density between the ends, integrated by Simpson's rule over 4,000 cells. */
export async function densityTable(
  record: FamilyRecord,
  member: Member,
  law: DensityLaw,
  target: Target,
): Promise<DensityTable> {
  const { from, to } = law;
  const step = (to - from) / (2 * cells);
  const places = Array.from({ length: 2 * cells + 1 }, (_, i) => from + i * step);
  const distribution: Distribution =
    law.kind === "part" ? law.distribution(target) : distributionOf(record, member, target);
  const values = tensor(law.kind === "line" ? places.map(law.event) : places, target);
  const density = await distribution.logProb(values).exp().data();
  const below = new Float64Array(cells + 1);
  for (let i = 0; i < cells; i++) {
    const [left, middle, right] = density.subarray(2 * i, 2 * i + 3);
    below[i + 1] = below[i]! + (step / 3) * (left! + 4 * middle! + right!);
  }
  return {
    total: below[cells]!,
    shareBelow(x) {
      const place = Math.min(Math.max((x - from) / (2 * step), 0), cells);
      const cell = Math.min(Math.floor(place), cells - 1);
      return below[cell]! + (place - cell) * (below[cell + 1]! - below[cell]!);
    },
  };
}
