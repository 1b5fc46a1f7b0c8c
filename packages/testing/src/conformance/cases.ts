import { isFloat, type DType } from "@dl/backend";
import { hasLayout, layoutNames, type LayoutName } from "../op-samples/realize.ts";
import type { OpRecord, Sample } from "../op-samples/record.ts";
import type { Check, ConformanceCase } from "./adapter.ts";
import { extremesOf, pointsOf, samplesOf } from "./evaluate.ts";

/** One comparison and what is compared in it. */
export interface SampledCase {
  readonly tested: ConformanceCase;
  readonly sample: Sample;
}

/** Every comparison of an operation. */
export function* casesOf(record: OpRecord): Generator<SampledCase> {
  const dtypes: readonly DType[] = record.dtypes ?? ["float32", "float64"];
  for (const sample of samplesOf(record)) {
    const layouts = layoutNames.filter(
      (layout) =>
        layout === "contiguous" || sample.inputs.some((input) => hasLayout(input, layout)),
    );
    const made = (
      check: Check,
      dtype: DType,
      layout: LayoutName,
      isEager: boolean,
    ): SampledCase => ({
      tested: { op: record.name, sample: sample.name, check, dtype, layout, isEager },
      sample,
    });
    for (const dtype of dtypes)
      for (const layout of layouts)
        for (const isEager of [false, true])
          // The layouts are the same for all types, and the modes for all layouts: not every triple.
          if (!isEager || layout === "contiguous" || dtype === "float32")
            yield made("forward", dtype, layout, isEager);
    const hasGradient =
      record.differentiable === true &&
      sample.hasGradient !== false &&
      sample.inputs.some(({ role }) => role === "real");
    if (!hasGradient) continue;
    for (const dtype of dtypes.filter(isFloat)) {
      for (const layout of layouts)
        if (dtype === "float32" || layout === "contiguous")
          yield made("first", dtype, layout, layout === "contiguous");
      yield made("first", dtype, "contiguous", false);
      if (record.secondDerivative === undefined) yield made("second", dtype, "contiguous", false);
    }
  }
  for (const sample of pointsOf(record))
    for (const check of ["forward", "first", "second"] as const)
      for (const dtype of dtypes.filter(isFloat))
        yield {
          tested: {
            op: record.name,
            sample: sample.name,
            check,
            dtype,
            layout: "contiguous",
            isEager: false,
          },
          sample,
        };
  for (const sample of extremesOf(record))
    for (const isEager of [false, true])
      yield {
        tested: {
          op: record.name,
          sample: sample.name,
          check: "extremes",
          dtype: "float32",
          layout: "contiguous",
          isEager,
        },
        sample,
      };
}
