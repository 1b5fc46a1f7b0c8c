import { gradientsOf } from "@dl/autograd";
import type { Backend, DType } from "@dl/backend";
import { klDivergence, type Distribution } from "@dl/distributions";
import { tensor, type NestedNumbers, type Tensor } from "@dl/tensor";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Tolerance } from "../conformance/compare.ts";
import {
  distributionFixtures,
  flattened,
  type DistributionCase,
  type FamilyMember,
} from "./fixtures.ts";
import { familyRecords, recordOf } from "./records.ts";
import { tensorsOf } from "./record.ts";

/** Where fixtures are walked, and how closely results must agree. */
export interface FixtureTarget {
  readonly name: string;
  readonly create: () => Backend | Promise<Backend>;
  readonly dtype: DType;
  readonly tolerance: Tolerance;
}

interface Made {
  readonly distribution: Distribution;
  readonly leaves: Readonly<Record<string, Tensor>>;
}

/** All that torch.distributions says of our families, said again. */
export function testAgainstPyTorch(target: FixtureTarget): void {
  const { dtype } = target;
  let backend: Backend;
  beforeAll(async () => {
    backend = await target.create();
  });
  afterAll(() => backend.dispose());

  const made = ({ family, parameters }: FamilyMember): Made => {
    const { record, variant } = recordOf(family);
    const leaves = tensorsOf(parameters, { dtype, backend });
    for (const leaf of Object.values(leaves)) leaf.requiresGrad = true;
    return { distribution: record.make(leaves, variant), leaves };
  };
  const expectClose = async (
    what: string,
    received: Tensor,
    wanted: NestedNumbers,
  ): Promise<void> => {
    const [numbers, expected] = [await received.data(), flattened(wanted)];
    expect(numbers.length, what).toBe(expected.length);
    for (const [i, number] of expected.entries())
      expect(numbers[i], `${what}[${i}], expected ${number}`).toSatisfy(
        (value: number) => closeness(value, number, target.tolerance) <= 1,
      );
  };
  /** A result, and its gradients where the fixture has them. */
  const expectAll = async (
    what: string,
    result: Tensor,
    wanted: NestedNumbers | undefined,
    leaves: Readonly<Record<string, Tensor>>,
    gradients: Readonly<Record<string, NestedNumbers>> = {},
  ): Promise<void> => {
    await expectClose(what, result, wanted!);
    const names = Object.keys(gradients);
    if (!result.requiresGrad) {
      for (const name of names)
        expect(flattened(gradients[name]), `${what}: nothing leads to ${name}`).toSatisfy(
          (numbers: number[]) => numbers.every((number) => number === 0),
        );
      return;
    }
    const found = gradientsOf(
      result.sum(),
      names.map((name) => leaves[name]!),
    );
    for (const [i, name] of names.entries())
      await expectClose(`${what} by ${name}`, found[i]!, gradients[name]!);
  };

  const known = ({ family }: FamilyMember): boolean =>
    familyRecords.some(({ name }) => name === family.split(" ")[0]);
  const title = ({ family, parameters }: FamilyMember): string =>
    `${family} of ${Object.keys(parameters).join(", ")}`;

  describe(`PyTorch: distributions on ${target.name}`, () => {
    it.each(
      distributionFixtures.cases.filter(known).map((fixture) => [title(fixture), fixture] as const),
    )("%s", async (_title, fixture) => {
      const fresh = (value?: NestedNumbers): Made & { value: Tensor } => {
        const isClass = fixture.family === "Categorical";
        const options = { dtype: isClass ? ("int32" as const) : dtype, backend };
        const x = tensor(value ?? 0, options);
        if (!isClass && value !== undefined) x.requiresGrad = true;
        const { distribution, leaves } = made(fixture);
        return { distribution, leaves: { ...leaves, value: x }, value: x };
      };
      const density = fresh(fixture.values);
      await expectAll(
        "logProb",
        density.distribution.logProb(density.value),
        fixture.logProb,
        density.leaves,
        fixture.logProbGradients,
      );
      for (const moment of ["mean", "variance", "mode"] as const) {
        const wanted: DistributionCase[typeof moment] = fixture[moment];
        if (wanted !== undefined && !flattened(wanted).some(Number.isNaN))
          await expectClose(moment, made(fixture).distribution[moment], wanted);
      }
      if (fixture.entropy !== undefined) {
        const { distribution, leaves } = made(fixture);
        await expectAll(
          "entropy",
          distribution.entropy(),
          fixture.entropy,
          leaves,
          fixture.entropyGradients,
        );
      }
      for (const [name, at] of [
        ["cdf", fixture.values],
        ["icdf", fixture.probabilities],
      ] as const) {
        if (fixture[name] === undefined) continue;
        const { distribution, value, leaves } = fresh(at);
        await expectAll(
          name,
          distribution[name](value),
          fixture[name],
          leaves,
          fixture[`${name}Gradients`],
        );
      }
    });
  });

  describe(`PyTorch: divergences on ${target.name}`, () => {
    const pairs = distributionFixtures.divergences.filter(({ p, q }) => known(p) && known(q));
    it.each(pairs.map((pair) => [title(pair.p), title(pair.q), pair] as const))(
      "%s from %s",
      async (_p, _q, pair) => {
        const [p, q] = [made(pair.p), made(pair.q)];
        const result = klDivergence(p.distribution, q.distribution);
        await expectClose("divergence", result, pair.divergence);
        if (pair.gradients === undefined) return;
        await expectAll("divergence", result, pair.divergence, p.leaves, pair.gradients.p);
        const again = klDivergence(p.distribution, q.distribution);
        await expectAll("divergence", again, pair.divergence, q.leaves, pair.gradients.q);
      },
    );

    it("refuses the pairs that PyTorch has none for", () => {
      const member = (family: string): FamilyMember =>
        [
          ...distributionFixtures.cases,
          ...distributionFixtures.divergences.flatMap(({ p, q }) => [p, q]),
        ].find((each) => each.family === family)!;
      for (const [first, second] of distributionFixtures.missing) {
        const [p, q] = [member(first), member(second)];
        if (!known(p) || !known(q)) continue;
        expect(
          () => klDivergence(made(p).distribution, made(q).distribution),
          `${first} and ${second}`,
        ).toThrow("there is no closed form");
      }
    });
  });
}

/** Distance in tolerances. */
function closeness(received: number, expected: number, { relative, absolute }: Tolerance): number {
  if (Object.is(received, expected) || received === expected) return 0;
  const distance = Math.abs(received - expected);
  // Not a plain quotient: NaN must not count as close.
  return distance >= 0 && distance < Infinity
    ? distance / (absolute + relative * Math.abs(expected))
    : Infinity;
}
