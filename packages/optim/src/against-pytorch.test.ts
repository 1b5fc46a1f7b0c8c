import "@dl/autograd";
import type { Backend } from "@dl/backend";
import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import { configure, tensor, type Tensor } from "@dl/tensor";
import { FixtureResults } from "@dl/testing/fixture-results";
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import * as optim from "./index.ts";

// Made by ../test/make-fixtures.py.
const read = <Content>(name: string): Content =>
  JSON.parse(
    readFileSync(new URL(`../test/fixtures/${name}.json`, import.meta.url), "utf8"),
  ) as Content;

const optimizers = {
  SGD: optim.SGD,
  Adam: optim.Adam,
  AdamW: optim.AdamW,
  Adamax: optim.Adamax,
  NAdam: optim.NAdam,
  RAdam: optim.RAdam,
  RMSprop: optim.RMSprop,
  Adagrad: optim.Adagrad,
  Adadelta: optim.Adadelta,
  Rprop: optim.Rprop,
  ASGD: optim.ASGD,
  LBFGS: optim.LBFGS,
};

interface Case {
  readonly optimizer: keyof typeof optimizers;
  readonly options: { readonly learningRate: number };
  readonly problem: "quadratic" | "rosenbrock" | "gradients";
  readonly points: number[][];
  readonly average?: number[];
  /** From there on PyTorch itself strays too far in float32. */
  readonly stablePoints: number;
}
const fixtures = read<{
  quadratic: { start: number[]; curvature: number[]; minimum: number[] };
  rosenbrock: { start: number[] };
  gradients: { start: number[]; gradients: number[][] };
  recordedSteps: number[];
  cases: Case[];
}>("optimizers");

const backends: Record<string, Backend> = {};
beforeAll(async () => {
  backends["reference"] = reference();
  backends["cpu"] = await cpu();
});

type DType = "float32" | "float64";

/** The parameter at the recorded steps, and what the optimiser remembers at the end. */
async function run(
  { optimizer: name, options, problem }: Case,
  dtype: DType,
): Promise<{ points: number[][]; slots: ReadonlyMap<string, Tensor> }> {
  const x = tensor(fixtures[problem].start, { dtype }).requireGrad();
  const curvature = tensor(fixtures.quadratic.curvature, { dtype });
  const minimum = tensor(fixtures.quadratic.minimum, { dtype });
  const loss = (): Tensor => {
    if (problem === "quadratic") return curvature.mul(x.sub(minimum).square()).sum();
    const [a, b] = [x.narrow(0, 0, 1), x.narrow(0, 1, 1)];
    return a.neg().add(1).square().add(b.sub(a.square()).square().mul(100)).sum();
  };
  const optimizer = new optimizers[name]([x], options);
  const closure = (): Tensor => {
    optimizer.zeroGrad();
    const value = loss();
    value.backward();
    return value;
  };
  const points: number[][] = [];
  for (let step = 1; step <= 50; step++) {
    if (problem === "gradients")
      x.grad = tensor(fixtures.gradients.gradients[step - 1]!, { dtype });
    if (optimizer instanceof optim.LBFGS) await optimizer.step(closure);
    else {
      if (problem !== "gradients") closure();
      optimizer.step();
    }
    if (fixtures.recordedSteps.includes(step)) points.push([...(await x.data())]);
  }
  const slots =
    optimizer instanceof optim.LBFGS ? undefined : optimizer.stateDict().parameters[0]?.slots;
  return { points, slots: slots ?? new Map() };
}

/** Largest difference of a point relative to the point's largest element, over all points. */
function relativeError(points: number[][], expected: number[][]): number {
  let worst = 0;
  expected.forEach((point, i) => {
    const size = Math.max(...point.map(Math.abs));
    point.forEach((value, j) => {
      const error = Math.abs(points[i]![j]! - value) / size;
      worst = error <= worst ? worst : error; // NaN is the worst
    });
  });
  return worst;
}

const titled = fixtures.cases.map((item): [string, Case] => [
  `${item.optimizer} ${JSON.stringify(item.options)} on ${item.problem}`,
  item,
]);

const targets = [
  ["reference", "float64", 1e-9],
  ["reference", "float32", 2e-4],
  ["cpu", "float32", 2e-4],
] as const;
const trajectories = new FixtureResults("optimizers", targets.length * titled.length);

describe.each(targets)("trajectories of 50 steps on %s in %s", (backend, dtype, tolerance) => {
  beforeAll(() => {
    configure({ backend: backends[backend]! });
  });

  it.each(titled)("%s", async (_, item) => {
    const { points, slots } = await run(item, dtype);
    const compared = dtype === "float64" ? item.points.length : item.stablePoints;
    expect(relativeError(points, item.points.slice(0, compared))).toBeLessThan(tolerance);
    if (item.average !== undefined) {
      const average = [...(await slots.get("average")!.data())];
      expect(relativeError([average], [item.average])).toBeLessThan(tolerance);
    }
    trajectories.passed(item.optimizer, `${backend}, ${dtype}`);
  });
});

describe("learning rates of 60 steps, two groups", () => {
  const { baseRates, losses, rates } = read<{
    baseRates: number[];
    losses: number[];
    rates: Record<string, number[][]>;
  }>("schedules");
  const results = new FixtureResults("schedules", Object.keys(rates).length);
  const schedules: Record<string, optim.Schedule> = {
    stepwise: optim.stepSchedule({ every: 7, factor: 0.5 }),
    multiStep: optim.multiStepSchedule({ milestones: [10, 25, 25, 40], factor: 0.3 }),
    exponential: optim.exponentialSchedule({ factor: 0.93 }),
    constant: optim.constantSchedule({ factor: 0.25, steps: 9 }),
    linear: optim.linearSchedule({ from: 0.2, to: 0.8, steps: 30 }),
    polynomial: optim.polynomialSchedule({ steps: 40, power: 1.7 }),
    cosine: optim.cosineSchedule({ steps: 25, minimum: 0.001 }),
    cosineRestarts: optim.cosineRestartsSchedule({ steps: 8, growth: 2, minimum: 0.001 }),
    cosineRestartsEqual: optim.cosineRestartsSchedule({ steps: 13 }),
    oneCycle: optim.oneCycleSchedule({ steps: 61, peak: 0.5 }),
    oneCycleLinear: optim.oneCycleSchedule({
      steps: 61,
      peak: 0.5,
      warmupShare: 0.45,
      shape: "linear",
      startDivisor: 10,
      endDivisor: 100,
    }),
    cyclic: optim.cyclicSchedule({ peak: 0.5, stepsUp: 6, stepsDown: 10 }),
    cyclicHalving: optim.cyclicSchedule({ peak: 0.5, stepsUp: 6, decay: 0.5 }),
    lambda: optim.lambdaSchedule((step) => 1 / (1 + 0.1 * step)),
    chained: optim.chainedSchedules(
      optim.constantSchedule({ factor: 0.1, steps: 20 }),
      optim.exponentialSchedule({ factor: 0.9 }),
    ),
    sequential: optim.sequentialSchedules(
      [
        optim.constantSchedule({ factor: 0.1, steps: 100 }),
        optim.exponentialSchedule({ factor: 0.9 }),
        optim.stepSchedule({ every: 4, factor: 0.5 }),
      ],
      [12, 35],
    ),
    warmup: optim.warmupSchedule({
      steps: 10,
      from: 0.1,
      after: optim.cosineSchedule({ steps: 50 }),
    }),
  };
  const newOptimizer = (): { groups: { learningRate: number }[] } => ({
    groups: baseRates.map((learningRate) => ({ learningRate })),
  });
  const ratesOf = (optimizer: { groups: { learningRate: number }[] }): number[] =>
    optimizer.groups.map(({ learningRate }) => learningRate);
  const expectRates = (received: number[][], expected: number[][]): void => {
    expect(received).toHaveLength(expected.length);
    expected.forEach((pair, step) => {
      pair.forEach((rate, group) => {
        expect(Math.abs(received[step]![group]! - rate)).toBeLessThan(1e-12);
      });
    });
  };

  it.each(Object.keys(rates).filter((name) => !name.startsWith("plateau")))("%s", (name) => {
    const optimizer = newOptimizer();
    const scheduler = new optim.Scheduler(optimizer, schedules[name]!);
    const received = rates[name]!.map(() => {
      const before = ratesOf(optimizer);
      scheduler.step();
      return before;
    });
    expectRates(received, rates[name]!);
    results.passed(name, "60 steps");
  });

  it.each([
    ["plateau", { factor: 0.5, patience: 3, cooldown: 2, minimum: 0.004 }],
    [
      "plateauMax",
      { mode: "max", factor: 0.7, patience: 2, threshold: 0.05, thresholdMode: "absolute" },
    ],
  ] as const)("%s", (name, options) => {
    const optimizer = newOptimizer();
    const plateau = new optim.ReduceOnPlateau(optimizer, options);
    const received = losses.map((loss) => {
      const before = ratesOf(optimizer);
      plateau.step(loss);
      return before;
    });
    expectRates(received, rates[name]!);
    results.passed(name, "60 steps");
  });
});

describe("gradients and weights", () => {
  const { clipping, averaging } = read<{
    clipping: {
      gradients: [number[], number[][]];
      cases: { p: number | "Infinity"; maxNorm: number; norm: number; clipped: number[][] }[];
    };
    averaging: { weights: number[][]; swa: number[] };
  }>("gradients-and-weights");
  beforeAll(() => {
    configure({ backend: backends["reference"]! });
  });

  it.each(clipping.cases)("clipGradNorm to $maxNorm, p = $p", async (item) => {
    const parameters = clipping.gradients.map((gradient) => {
      const given = tensor(gradient, { dtype: "float64" });
      const parameter = given.mul(0).requireGrad();
      parameter.grad = given;
      return parameter;
    });
    const norm = optim.clipGradNorm(parameters, item.maxNorm, Number(item.p));
    expect(await norm.item()).toBeCloseTo(item.norm, 12);
    for (const [i, parameter] of parameters.entries()) {
      const data = await parameter.grad!.data();
      item.clipped[i]!.forEach((value, j) => expect(data[j]).toBeCloseTo(value, 12));
    }
  });

  it("SWA is AveragedModel", async () => {
    const weight = tensor(averaging.weights[0]!, { dtype: "float64" });
    const average = new optim.SWA([weight]);
    for (const row of averaging.weights) {
      weight.assign(tensor(row, { dtype: "float64" }));
      average.update();
    }
    const data = await average.averages[0]!.data();
    averaging.swa.forEach((value, i) => expect(data[i]).toBeCloseTo(value, 12));
  });
});
