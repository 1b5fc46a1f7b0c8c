import { reference } from "@dl/backend-reference";
import { configure, type Tensor, type TensorData } from "@dl/tensor";
import { describe, expect, it } from "vitest";
import { samplesOf } from "../conformance/evaluate.ts";
import { realize, tensorsOf } from "../op-samples/realize.ts";
import type { OpRecord, Sample } from "../op-samples/record.ts";
import { opRecords } from "../op-samples/records.ts";

const backend = reference();
configure({ backend });

const inputsOf = ({ dtypes }: OpRecord, { inputs }: Sample): Tensor[] =>
  inputs.map((input) => realize(input, dtypes?.[0] ?? "float64", "contiguous", backend));
const resultsOf = async (sample: Sample, inputs: readonly Tensor[]): Promise<readonly Tensor[]> =>
  (await tensorsOf(sample.call(inputs, { backend }))).map(([, result]) => result);
const read = (tensors: readonly Tensor[]): Promise<TensorData[]> =>
  Promise.all(tensors.map((x) => x.data()));

describe("disposing", () => {
  it.each(opRecords.map((record) => [record.name, record] as const))(
    "of what %s was given and gave leaves the others",
    async (_name, record) => {
      for (const sample of samplesOf(record)) {
        const inputs = inputsOf(record, sample);
        const elements = await read(inputs);
        const results = await resultsOf(sample, inputs);
        const expected = await read(results);
        for (const result of results) result.dispose();
        expect(await read(inputs), `inputs of ${sample.name}`).toEqual(elements);

        const again = await resultsOf(sample, inputs);
        for (const input of inputs) input.dispose();
        expect(await read(again), `results of ${sample.name}`).toEqual(expected);
        for (const other of again.slice(1)) other.dispose();
        expect(await read(again.slice(0, 1))).toEqual(expected.slice(0, 1));
      }
    },
  );
});
