import { gradcheck, gradgradcheck } from "@dl/autograd";
import { isFloat, type Backend } from "@dl/backend";
import { reference } from "@dl/backend-reference";
import { elementCount } from "@dl/backend";
import type { Tensor } from "@dl/tensor";
import { afterAll, describe, expect, it } from "vitest";
import { samplesOf } from "./conformance/evaluate.ts";
import { writeReport } from "./conformance/results.ts";
import { isTensor, realize, tensorsOf } from "./op-samples/realize.ts";
import { opRecords } from "./op-samples/records.ts";
import type { OpRecord, Sample } from "./op-samples/record.ts";

const backend: Backend = reference();
const float64 = { dtype: "float64", layout: "contiguous" } as const;

/** Every float output as a function of the real inputs alone, one after the other. */
async function functionsOf(
  sample: Sample,
): Promise<{ inputs: Tensor[]; functions: ((...inputs: Tensor[]) => Tensor)[] }> {
  const all = sample.inputs.map((input) => realize(input, float64.dtype, float64.layout, backend));
  const isReal = sample.inputs.map(({ role }) => role === "real");
  const inputs = all.filter((_, i) => isReal[i]);
  const withReal = (reals: readonly Tensor[]): Tensor[] => {
    let next = 0;
    return all.map((x, i) => (isReal[i] ? reals[next++]! : x));
  };
  const outputs = await tensorsOf(sample.call(all, { backend }));
  const functions = outputs.flatMap(([name, output]) =>
    isFloat(output.dtype)
      ? [
          (...reals: Tensor[]): Tensor => {
            const result = sample.call(withReal(reals), { backend });
            return isTensor(result) ? result : (result as Record<string, Tensor>)[name]!;
          },
        ]
      : [],
  );
  return { inputs, functions };
}

/** Functions that wait for their input cannot be differenced as they stand; conformance compares them. */
const waits = new Set(["maskedSelect"]);

const results: Record<string, { first: number; second: number }> = {};
const differentiable = (record: OpRecord): boolean => record.differentiable === true;

describe("central differences agree, first and second order", () => {
  it.each(opRecords.filter(differentiable).map((record) => [record.name, record] as const))(
    "%s",
    async (name, record) => {
      const counts = { first: 0, second: 0 };
      for (const sample of samplesOf(record)) {
        const sizes = sample.inputs.map(({ shape }) => elementCount(shape));
        // Of no elements there is nothing to differentiate; large ones take long and add nothing.
        const isUseful = Math.max(...sizes) > 0 && Math.max(...sizes) <= 150;
        const hasReal = sample.inputs.some(({ role }) => role === "real");
        if (sample.hasGradient === false || !hasReal || !isUseful || waits.has(name)) continue;
        const { inputs, functions } = await functionsOf(sample);
        for (const f of functions) {
          await expect(
            gradcheck(f, inputs, { directions: 2 }),
            sample.name,
          ).resolves.toBeUndefined();
          counts.first++;
          if (record.secondDerivative !== undefined) continue;
          await expect(
            gradgradcheck(f, inputs, { directions: 1 }),
            `second derivative: ${sample.name}`,
          ).resolves.toBeUndefined();
          counts.second++;
        }
      }
      results[name] = counts;
      if (!waits.has(name)) expect(counts.first).toBeGreaterThan(0);
    },
  );

  it("says why where there is no derivative", () => {
    for (const { name, differentiable: reason } of opRecords)
      expect(reason, name).toSatisfy((value) => value === true || String(value).length > 5);
  });
  afterAll(async () => {
    const wanted = opRecords.filter(differentiable).length;
    if (Object.keys(results).length === wanted) writeReport("gradcheck", results);
    await backend.dispose();
  });
});
