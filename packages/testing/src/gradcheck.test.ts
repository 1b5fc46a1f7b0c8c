import { gradcheck, gradgradcheck } from "@dl/autograd";
import { GradientError } from "@dl/backend";
import { reference } from "@dl/backend-reference";
import { afterAll, describe, expect, it } from "vitest";
import { samplesOf } from "./conformance/evaluate.ts";
import { writeReport } from "./conformance/results.ts";
import { canBeDifferenced, realFunctionsOf, waits } from "./op-samples/real-functions.ts";
import { opRecords } from "./op-samples/records.ts";
import type { OpRecord } from "./op-samples/record.ts";
import { given } from "./op-samples/sample-source.ts";

const backend = reference();
const results: Record<string, { first: number; second: number }> = {};
const differentiable = (record: OpRecord): boolean => record.differentiable === true;

const rough = opRecords.flatMap(({ name, points }) =>
  (points?.rough ?? []).flatMap((sample) =>
    sample.inputs[0]!.values.map((_, at) => {
      const point = sample.inputs.map(({ values }) => values[at]).join(", ");
      return [`${name}(${point}), ${sample.name}`, sample, at] as const;
    }),
  ),
);

describe("central differences agree, first and second order", () => {
  it.each(opRecords.filter(differentiable).map((record) => [record.name, record] as const))(
    "%s",
    async (name, record) => {
      const counts = { first: 0, second: 0 };
      const samples = samplesOf(record).filter((sample) => canBeDifferenced(record, sample));
      for (const sample of [...samples, ...(record.points?.smooth ?? [])]) {
        const { inputs, functions } = await realFunctionsOf(sample, backend);
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

  it.each(rough)("not at %s: no two derivatives there", async (_name, sample, at) => {
    const point = sample.inputs.map(({ values }) => given([1], [values[at]!]));
    const { inputs, functions } = await realFunctionsOf({ ...sample, inputs: point }, backend);
    const check = async (): Promise<void> => {
      await gradcheck(functions[0]!, inputs);
      await gradgradcheck(functions[0]!, inputs);
    };
    await expect(check(), "smooth after all: take it out of the table").rejects.toThrow(
      GradientError,
    );
  });

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
