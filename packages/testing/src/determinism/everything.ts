import type { Backend, DType } from "@dl/backend";
import type { Values } from "../conformance/compare.ts";
import { valuesOf, evaluate, extremesOf, samplesOf } from "../conformance/evaluate.ts";
import type { OpRecord, Sample } from "../op-samples/record.ts";
import { opRecords } from "../op-samples/records.ts";
import { bitsOf } from "./bits.ts";
import { hostNumbers } from "./host-numbers.ts";
import { networks, trained } from "./networks.ts";

/** Bits of the host's numbers, of each network's training, and of every operation on all its samples. */
export async function bitsOfEverything(backend: Backend): Promise<Map<string, string>> {
  const bits = new Map<string, string>();
  for (const [name, numbers] of Object.entries(hostNumbers)) bits.set(name, bitsOf([numbers()]));
  for (const [name, build] of Object.entries(networks)) {
    const tensors = await trained(build, backend);
    bits.set(`training ${name}`, bitsOf(await Promise.all(tensors.map(valuesOf))));
  }
  for (const record of opRecords) bits.set(record.name, bitsOf(await resultsOf(record, backend)));
  return bits;
}

async function resultsOf(record: OpRecord, backend: Backend): Promise<Values[]> {
  const results: Values[] = [];
  const run = async (sample: Sample, dtype: DType): Promise<void> => {
    const target = { backend, dtype, layout: "contiguous", isEager: false } as const;
    const named = await evaluate(sample, sample.inputs, target);
    for (const [, values] of named) results.push(values);
  };
  const dtypes = (record.dtypes ?? ["float32"]).filter((dtype) => dtype !== "float64");
  for (const dtype of dtypes) for (const sample of samplesOf(record)) await run(sample, dtype);
  for (const sample of extremesOf(record)) await run(sample, "float32");
  return results;
}
