import type { NestedNumbers } from "@dl/tensor";
import { readFixture } from "../pytorch/fixtures.ts";
import type { Parameters } from "./record.ts";

/** As scripts/make-distribution-fixtures.py writes it; infinities and NaN are texts. */
export interface DistributionFixtures {
  readonly cases: readonly DistributionCase[];
  readonly divergences: readonly DivergenceCase[];
  /** Pairs without a closed form. */
  readonly missing: readonly (readonly [p: string, q: string])[];
}

export interface FamilyMember {
  readonly family: string;
  readonly parameters: Parameters;
}

type Gradients = Readonly<Record<string, NestedNumbers>>;

export interface DistributionCase extends FamilyMember {
  readonly values: NestedNumbers;
  readonly logProb: NestedNumbers;
  readonly logProbGradients: Gradients;
  readonly mean?: NestedNumbers;
  readonly mode?: NestedNumbers;
  readonly variance?: NestedNumbers;
  readonly entropy?: NestedNumbers;
  readonly entropyGradients?: Gradients;
  readonly cdf?: NestedNumbers;
  readonly cdfGradients?: Gradients;
  readonly probabilities?: NestedNumbers;
  readonly icdf?: NestedNumbers;
  readonly icdfGradients?: Gradients;
}

interface DivergenceCase {
  readonly p: FamilyMember;
  readonly q: FamilyMember;
  readonly divergence: NestedNumbers;
  /** Where it is finite. */
  readonly gradients?: { readonly p: Gradients; readonly q: Gradients };
}

export const distributionFixtures = readFixture<DistributionFixtures>("distributions");

/** Row by row, texts made numbers. */
export function flattened(nested: unknown): number[] {
  return Array.isArray(nested) ? nested.flatMap(flattened) : [Number(nested)];
}
