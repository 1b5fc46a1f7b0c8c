import type { Backend, DType } from "@dl/backend";
import type { Distribution, ProbsOrLogits } from "@dl/distributions";
import { tensor, type NestedNumbers, type Tensor } from "@dl/tensor";

/** Of one member of a family, by the names that the fixtures use. */
export type Parameters = Readonly<Record<string, NestedNumbers>>;

/** Everything that the tests must know of a family; each test holds for all of them. */
export interface FamilyRecord {
  /** The class, as the package exports it. */
  readonly name: string;
  /** `variant` is what stands behind the name in a fixture: `TransformedDistribution tanh`. */
  readonly make: (
    parameters: Readonly<Record<string, Tensor>>,
    variant: string | undefined,
  ) => Distribution;
  /** Members whose samples are compared with their density. */
  readonly members: readonly Member[];
  /** Places where a formula might fail. */
  readonly points: readonly ExactPoint[];
  /** Why `rsample` is no smooth function of the parameters for given random bits, though it has gradients. */
  readonly implicitGradients?: string;
}

/** One member, with a batch of []. */
export interface Member {
  readonly parameters: Parameters;
  readonly variant?: string;
  readonly law: Law;
}

/** What samples are compared with. */
export type Law =
  /** The density of the numbers between two ends, beyond which next to nothing lies. */
  | { readonly kind: "density"; readonly from: number; readonly to: number }
  /** The density along a line through the events; samples are found on it by their first number. */
  | {
      readonly kind: "line";
      readonly from: number;
      readonly to: number;
      readonly event: (x: number) => readonly number[];
    }
  /** The density of one number made of an event, which another family knows. */
  | {
      readonly kind: "part";
      readonly of: (event: readonly number[]) => number;
      readonly distribution: (target: Target) => Distribution;
      readonly from: number;
      readonly to: number;
    }
  /** The probabilities of values; those not named count together. */
  | {
      readonly kind: "values";
      readonly values: readonly NestedNumbers[];
      readonly dtype?: "int32";
    };

/** A result that is known, and must have gradients that are numbers. */
export interface ExactPoint {
  readonly parameters: Parameters;
  readonly of: "logProb" | "entropy" | "cdf" | "icdf" | "mean" | "variance";
  readonly value?: NestedNumbers;
  readonly dtype?: "int32";
  /** Left out where it depends on the type: then it must be a number. */
  readonly expected?: Expected;
  /** Of derivatives looked at: 2 unless said, fewer where they truly do not exist. */
  readonly orders?: 0 | 1;
}

/** Numbers, and "NaN" where there is none. */
type Expected = number | "NaN" | "Infinity" | readonly Expected[];

/** Where and in which type something is computed. */
export interface Target {
  readonly dtype: DType;
  readonly backend: Backend;
}

export function tensorsOf(parameters: Parameters, target: Target): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, tensor(value, target)]),
  );
}

/** The member itself. */
export function distributionOf(
  { make }: FamilyRecord,
  { parameters, variant }: Pick<Member, "parameters" | "variant">,
  target: Target,
): Distribution {
  return make(tensorsOf(parameters, target), variant);
}

/** Whichever of the two is there. */
export function eitherOf({ probs, logits }: Readonly<Record<string, Tensor>>): ProbsOrLogits {
  return probs === undefined ? { logits: logits! } : { probs };
}
