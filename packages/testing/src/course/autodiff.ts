import { vjp } from "@dl/autograd";
import { reference } from "@dl/backend-reference";
import { Generator, uniform, type Tensor } from "@dl/tensor";
import { samplesOf } from "../conformance/evaluate.ts";
import { canBeDifferenced, realFunctionsOf } from "../op-samples/real-functions.ts";
import { opRecords } from "../op-samples/records.ts";
import { round, type Chapter } from "./chapter.ts";
import { linePlot } from "./plot/line-plot.ts";

interface Comparison {
  readonly operation: string;
  /** Calls times outputs. */
  readonly count: number;
  /** Of all comparisons: |graph − difference| / (1 + |difference|). */
  readonly worst: number;
}

/**
 * v · J u, once by walking the graph of f backward and once by moving the inputs along u: the same
 * number, up to the error of the difference.
 */
async function directionalError(
  f: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  generator: Generator,
): Promise<number> {
  const step = 1e-6;
  const random = ({ shape, dtype, backend }: Tensor): Tensor =>
    uniform(shape, { low: -1, high: 1, dtype, backend, generator });
  const { outputs, pullback } = vjp(f, inputs);
  const [v, us] = [random(outputs), inputs.map(random)];
  const moved = (by: number): Tensor => f(...inputs.map((x, i) => x.add(us[i]!.mul(by))));
  const difference = moved(step)
    .sub(moved(-step))
    .mul(v)
    .sum()
    .div(2 * step);
  const graph = pullback(v)
    .map((gradient, i) => gradient.mul(us[i]!).sum())
    .reduce((sum, term) => sum.add(term));
  const [byGraph, byDifference] = await Promise.all([graph.item(), difference.item()]);
  return Math.abs(byGraph - byDifference) / (1 + Math.abs(byDifference));
}

/** Every differentiable operation, on every sample that the tests have of it, in float64. */
async function run(): Promise<Comparison[]> {
  const backend = reference();
  const generator = new Generator(2);
  const comparisons: Comparison[] = [];
  for (const record of opRecords) {
    if (record.differentiable !== true) continue;
    const errors: number[] = [];
    for (const sample of samplesOf(record)) {
      if (!canBeDifferenced(record, sample)) continue;
      const { inputs, functions } = await realFunctionsOf(sample, backend);
      for (const f of functions) errors.push(await directionalError(f, inputs, generator));
    }
    if (errors.length > 0)
      comparisons.push({
        operation: record.name,
        count: errors.length,
        worst: Math.max(...errors),
      });
  }
  await backend.dispose();
  return comparisons.toSorted((a, b) => a.worst - b.worst);
}

export const autodiff: Chapter<Comparison[]> = {
  number: 2,
  title: "The autodiff engine",
  claim:
    "Gradients from the graph equal finite differences for every operation. What is left is the error of the difference itself, about the square of its step plus rounding over the step.",
  file: import.meta.filename,
  run,
  figures: (comparisons) => [
    { what: "operations", value: String(comparisons.length) },
    {
      what: "comparisons",
      value: String(comparisons.reduce((sum, { count }) => sum + count, 0)),
    },
    {
      what: "median of the operations' worst errors",
      value: round(comparisons[Math.floor(comparisons.length / 2)]!.worst),
    },
    {
      what: `worst error of all (${comparisons.at(-1)!.operation})`,
      value: round(comparisons.at(-1)!.worst),
    },
  ],
  plots: (comparisons) => ({
    "Worst error of each operation": linePlot({
      title: "Gradient against central difference, worst of each operation",
      x: { label: "operations, from the least error" },
      y: { label: "relative error", log: true, include: [1e-12, 1e-3] },
      series: [
        {
          name: "worst error",
          marks: "dots",
          points: comparisons.map(({ worst }, i) => [i + 1, Math.max(worst, 1e-12)]),
        },
        {
          name: "what gradcheck allows",
          dashed: true,
          points: [
            [1, 1e-3],
            [comparisons.length, 1e-3],
          ],
        },
      ],
    }),
  }),
};
