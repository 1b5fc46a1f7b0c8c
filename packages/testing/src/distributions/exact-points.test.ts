import { gradientsOf } from "@dl/autograd";
import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import { tensor, type Tensor } from "@dl/tensor";
import { describe, expect, it } from "vitest";
import { flattened } from "./fixtures.ts";
import { tensorsOf, type ExactPoint, type FamilyRecord, type Target } from "./record.ts";
import { familyRecords } from "./records.ts";

const targets: readonly Target[] = [
  { dtype: "float32", backend: await cpu() },
  { dtype: "float64", backend: reference() },
];
const points = familyRecords.flatMap((record) =>
  record.points.map((point) => {
    const { parameters, of, value, dtype } = point;
    return [record.name, of, JSON.stringify({ parameters, value, dtype }), record, point] as const;
  }),
);

describe.each(points)("%s: %s of %s", (_name, _of, _given, record, point) => {
  it.each(targets)("is known, and has gradients: $dtype", async (target) => {
    const { leaves, result } = computed(record, point, target);
    const numbers = [...(await result.data())];
    const expected = flattened(point.expected ?? numbers);
    expect(numbers.length).toBe(expected.length);
    expect(numbers.map(Number.isNaN)).toEqual(
      expected.map((number) => point.expected !== undefined && Number.isNaN(number)),
    );
    for (const [i, number] of expected.entries())
      expect(isClose(numbers[i]!, number), `${numbers[i]}, expected ${number}`).toBe(true);
    let sum = result.sum();
    for (let order = 0; order < (point.orders ?? 2) && sum.requiresGrad; order++) {
      const gradients = gradientsOf(sum, leaves, { createGraph: true });
      for (const gradient of gradients) expect([...(await gradient.data())]).not.toContain(NaN);
      sum = gradients.map((gradient) => gradient.sum()).reduce((all, each) => all.add(each));
    }
  });
});

function isClose(received: number, expected: number): boolean {
  return (
    Object.is(received, expected) ||
    received === expected ||
    Math.abs(received - expected) <= 1e-5 * Math.max(1, Math.abs(expected))
  );
}

/** The result, and what it may be differentiated by. */
function computed(
  { make }: FamilyRecord,
  { parameters, of, value, dtype }: ExactPoint,
  target: Target,
): { leaves: Tensor[]; result: Tensor } {
  const given = tensorsOf(parameters, target);
  const leaves = Object.values(given);
  for (const leaf of leaves) leaf.requiresGrad = true;
  const distribution = make(given, undefined);
  if (of === "mean" || of === "variance") return { leaves, result: distribution[of] };
  if (of === "entropy") return { leaves, result: distribution.entropy() };
  const x = tensor(value!, { ...target, dtype: dtype ?? target.dtype });
  return { leaves, result: distribution[of](x) };
}
