import { gradgradcheck } from "@dl/autograd";
import { reference } from "@dl/backend-reference";
import { klDivergence } from "@dl/distributions";
import { tensor, type Tensor } from "@dl/tensor";
import { afterAll, describe, expect, it } from "vitest";
import { distributionFixtures, type DistributionCase, type FamilyMember } from "./fixtures.ts";
import { tensorsOf } from "./record.ts";
import { familyRecords, recordOf } from "./records.ts";

const backend = reference();
const target = { dtype: "float64", backend } as const;
afterAll(() => backend.dispose());

const isKnown = ({ family }: FamilyMember): boolean =>
  familyRecords.some(({ name }) => name === family.split(" ")[0]);
const title = ({ family, parameters }: FamilyMember): string =>
  `${family} of ${Object.keys(parameters).join(", ")}`;

/** The member as a function of its parameters, in the order of the names. */
function memberOf({ family, parameters }: FamilyMember) {
  const { record, variant } = recordOf(family);
  const names = Object.keys(parameters);
  return {
    inputs: Object.values(tensorsOf(parameters, target)),
    make: (tensors: readonly Tensor[]) =>
      record.make(Object.fromEntries(names.map((name, i) => [name, tensors[i]!])), variant),
  };
}

/** Values that can be counted have no neighbours. */
const isDiscrete = (family: string): boolean =>
  recordOf(family).record.members[0]!.law.kind === "values";

const once = { directions: 1 };

describe("second derivatives by central differences", () => {
  const cases = distributionFixtures.cases.filter(isKnown);
  it.each(cases.map((fixture) => [title(fixture), fixture] as const))(
    "%s",
    async (_title, fixture) => {
      const { inputs, make } = memberOf(fixture);
      const isSmoothInValue = "value" in fixture.logProbGradients && !isDiscrete(fixture.family);
      const value = tensor(fixture.values, {
        backend,
        dtype: fixture.family === "Categorical" ? "int32" : "float64",
      });
      if (isSmoothInValue)
        await gradgradcheck(
          (...all) => make(all.slice(0, -1)).logProb(all.at(-1)!),
          [...inputs, value],
          once,
        );
      else await gradgradcheck((...all) => make(all).logProb(value), inputs, once);
      if (fixture.entropy !== undefined)
        await gradgradcheck((...all) => make(all).entropy(), inputs, once);
      for (const name of ["mean", "variance"] as const)
        if (fixture[name] !== undefined && varies(fixture, name))
          await gradgradcheck((...all) => make(all)[name], inputs, once);
      for (const [name, at] of [
        ["cdf", fixture.values],
        ["icdf", fixture.probabilities],
      ] as const) {
        if (fixture[name] === undefined) continue;
        await gradgradcheck(
          (...all) => make(all.slice(0, -1))[name](all.at(-1)!),
          [...inputs, tensor(at!, target)],
          once,
        );
      }
    },
  );
  /** Infinite moments have no derivatives. */
  const varies = (fixture: DistributionCase, name: "mean" | "variance"): boolean =>
    !JSON.stringify(fixture[name]).includes('"');

  const pairs = distributionFixtures.divergences.filter(
    ({ p, q, gradients }) => isKnown(p) && isKnown(q) && gradients !== undefined,
  );
  it.each(pairs.map((pair) => [title(pair.p), title(pair.q), pair] as const))(
    "divergence of %s from %s",
    async (_p, _q, pair) => {
      const [p, q] = [memberOf(pair.p), memberOf(pair.q)];
      const divergence = (...all: Tensor[]): Tensor =>
        klDivergence(p.make(all.slice(0, p.inputs.length)), q.make(all.slice(p.inputs.length)));
      await expect(
        gradgradcheck(divergence, [...p.inputs, ...q.inputs], once),
      ).resolves.toBeUndefined();
    },
  );
});
