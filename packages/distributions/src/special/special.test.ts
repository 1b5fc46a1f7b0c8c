import { gradcheck, gradgradcheck, gradientsOf } from "@dl/autograd";
import type { Backend } from "@dl/backend";
import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import { tensor, type Tensor } from "@dl/tensor";
import { beforeAll, describe, expect, test } from "vitest";
import { logBeta } from "./log-beta.ts";
import { digamma, lgamma } from "./log-gamma.ts";
import { erfinv, normalQuantile } from "./normal-quantile.ts";

// By mpmath with 30 digits: x, ln Γ(x) and its first three derivatives.
const gammaRows = [
  [1e-6, 13.815509980749432, -1000000.5772140201, 1000000000001.645, -2.0000000000000003e18],
  [0.01, 4.599479878042022, -100.56088545786868, 10001.621213528313, -2000002.340398677],
  [0.5, 0.5723649429247001, -1.9635100260214235, 4.934802200544679, -16.82879664423432],
  [1, 0, -0.5772156649015329, 1.6449340668482264, -2.4041138063191885],
  [1.4616, -0.12148629003589732, -3.110625123034165e-5, 0.9677007114650835, -0.8855761967999034],
  [2, 0, 0.42278433509846713, 0.6449340668482264, -0.4041138063191886],
  [3.999, 1.790503493484443, 1.2558338054487181, 0.2839030179082764, -0.0800846163305817],
  [4, 1.791759469228055, 1.2561176684318005, 0.2838229557371153, -0.0800397322451145],
  [7.5, 7.534364236758733, 1.9467574842460869, 0.1426158966967038, -0.020305252536644666],
  [8, 8.525161361065415, 2.01564147795561, 0.1331370146940314, -0.017699569195767775],
  [100, 359.1342053695754, 4.600161852738087, 0.010050166663333571, -0.00010100499983335],
  [1e6, 12815504.569147611, 13.815510057964191, 1.0000005000001667e-6, -1.0000010000005e-12],
] as const;

// a, b, ln B(a, b) and its derivative in a.
const betaRows = [
  [1e-4, 1e-4, 9.903487536089191, -5000.000164457352],
  [0.3, 1e4, -1.667293616704783, -12.712844594392996],
  [1, 1, 0, -1],
  [2, 2, -1.791759469228055, -0.8333333333333334],
  [3.7, 100, -15.660482726903306, -3.4695192258965726],
  [1e6, 1, -13.815510557964274, -1e-6],
  [1e6, 1e6, -1386300.003362921, -0.6931474305600078],
] as const;

const quantileRows = [
  [1e-30, -11.464024688443613],
  [1e-6, -4.753424308822899],
  [0.02, -2.053748910631823],
  [0.075, -1.439531470938456],
  [0.3, -0.5244005127080408],
  [0.5, 0],
  [0.925, 1.4395314709384561],
  [0.999, 3.090232306167813],
] as const;

const column = (rows: readonly (readonly number[])[], i: number): number[] =>
  rows.map((row) => row[i]!);

/** Errors count relative to numbers above 1, else absolutely: near a zero no digits are promised. */
async function expectClose(received: Tensor, expected: number[], tolerance: number): Promise<void> {
  const numbers = await received.toArray<number[]>();
  expect(numbers).toHaveLength(expected.length);
  numbers.forEach((number, i) => {
    const allowed = tolerance * Math.max(1, Math.abs(expected[i]!));
    expect(Math.abs(number - expected[i]!)).toBeLessThanOrEqual(allowed);
  });
}

const slope = (y: Tensor, x: Tensor): Tensor =>
  gradientsOf(y.sum(), [x], { createGraph: true })[0]!;

describe.each([
  ["reference, float64", "float64", 1e-12, (): Backend => reference()],
  ["cpu, float32", "float32", 3e-6, cpu],
] as const)("%s", (_name, dtype, tolerance, create) => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await create();
  });
  const at = (numbers: number[]): Tensor => tensor(numbers, { dtype, backend }).requireGrad();

  test("lgamma and its derivatives", async () => {
    const x = at(column(gammaRows, 0));
    let y = lgamma(x);
    await expectClose(y, column(gammaRows, 1), tolerance);
    await expectClose(digamma(x), column(gammaRows, 2), tolerance);
    for (const order of [2, 3, 4]) {
      y = slope(y, x);
      await expectClose(y, column(gammaRows, order), tolerance);
    }
  });

  test("logBeta and its derivative", async () => {
    const [a, b] = [at(column(betaRows, 0)), at(column(betaRows, 1))];
    const y = logBeta(a, b.detach());
    await expectClose(y, column(betaRows, 2), tolerance);
    await expectClose(slope(y, a), column(betaRows, 3), tolerance);
  });

  test("normalQuantile and erfinv", async () => {
    const p = column(quantileRows, 0);
    await expectClose(normalQuantile(at(p)), column(quantileRows, 1), 2 * tolerance);
    const x = [-0.9, -0.5, 1e-6, 0.3, 0.84];
    const expected = [
      -1.1630871536766743, -0.4769362762044699, 8.8622692545299e-7, 0.2724627147267543,
      0.9935356283473041,
    ];
    await expectClose(erfinv(at(x)), expected, tolerance);
  });

  test("edges", async () => {
    const edges = [0, -0.5, -3, Infinity, NaN];
    expect(await lgamma(at(edges)).toArray()).toEqual([Infinity, NaN, NaN, Infinity, NaN]);
    expect(await digamma(at(edges)).toArray()).toEqual([-Infinity, NaN, NaN, Infinity, NaN]);
    const beyond = [0, 1, -0.1, 1.1, NaN];
    expect(await normalQuantile(at(beyond)).toArray()).toEqual([
      -Infinity,
      Infinity,
      NaN,
      NaN,
      NaN,
    ]);
    expect(await erfinv(at([-1, 0, 1, 1.1])).toArray()).toEqual([-Infinity, 0, Infinity, NaN]);
  });
});

test("derivatives of both orders", async () => {
  const backend = reference();
  const at = (numbers: number[]): Tensor => tensor(numbers, { dtype: "float64", backend });
  const [a, b] = [at([0.3, 2, 5, 40]), at([0.7, 2, 11, 3])];
  for (const check of [gradcheck, gradgradcheck]) {
    await check(lgamma, [a]);
    await check(digamma, [a]);
    await check(logBeta, [a, b]);
    await check(normalQuantile, [at([0.01, 0.3, 0.5, 0.97])]);
    await check(erfinv, [at([-0.9, 0, 0.3])]);
  }
});

test("integers are refused", () => {
  const integers = tensor([1, 2], { dtype: "int32", backend: reference() });
  expect(() => lgamma(integers)).toThrow(
    'lgamma: needs a float tensor, got int32. Convert with x.cast("float32").',
  );
});
