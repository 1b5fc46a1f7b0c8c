import { cpu } from "@dl/backend-cpu";
import { reference as referenceBackend } from "@dl/backend-reference";
import {
  densityCoverage,
  frechetDistance,
  kernelDistance,
  memorization,
  precisionRecall,
} from "@dl/generator";
import { configure, Generator, normal, tensor, type Tensor } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { readFixture } from "../pytorch/fixtures.ts";
import {
  plainDensityCoverage,
  plainFrechet,
  plainKernel,
  plainNearest,
  plainPrecisionRecall,
} from "./plain-measures.ts";

beforeAll(async () => {
  configure({ backend: await cpu() });
});

const matrix = (rows: readonly (readonly number[])[]): Tensor =>
  tensor(rows, { dtype: "float64", backend: referenceBackend() });

interface Expected {
  readonly name: string;
  readonly samples: number[][];
  readonly reference: number[][];
  readonly frechet: number;
  readonly kernel: number;
  readonly standardizedKernel: number;
  readonly precision: number;
  readonly recall: number;
  readonly density: number;
  readonly coverage: number;
}
const { cases } = readFixture<{ readonly cases: readonly Expected[] }>("sample-quality");

/** 1e-6 relative. */
function expectNear(received: number, expected: number): void {
  expect(Math.abs(received - expected)).toBeLessThanOrEqual(1e-6 * Math.abs(expected));
}

describe.each(cases)("as numpy and scipy: $name", (expected) => {
  const samples = matrix(expected.samples);
  const reference = matrix(expected.reference);

  it("Fréchet distance", async () => {
    expectNear((await frechetDistance(samples, reference)).distance, expected.frechet);
    expectNear(plainFrechet(expected.samples, expected.reference), expected.frechet);
  });

  it("kernel distance, plain and standardised", async () => {
    const { distance, spread, blocks } = await kernelDistance(samples, reference);
    expectNear(distance, expected.kernel);
    expect([spread, blocks]).toEqual([undefined, 1]);
    const standard = await kernelDistance(samples, reference, { standardize: true });
    expectNear(standard.distance, expected.standardizedKernel);
  });

  it("precision, recall, density and coverage", async () => {
    const { precision, recall } = await precisionRecall(samples, reference);
    expectNear(precision, expected.precision);
    expectNear(recall, expected.recall);
    const near = await densityCoverage(samples, reference, { neighbors: 2 });
    expectNear(near.density, expected.density);
    expectNear(near.coverage, expected.coverage);
  });
});

describe("as the plain implementation, on float32 features of the cpu backend", () => {
  // Features as networks give them: above 0, correlated, of very different scales.
  const features = (count: number, width: number, seed: number, shift: number): Tensor => {
    const generator = new Generator(seed);
    const mix = normal([width, width], { generator: new Generator(99) });
    return normal([count, width], { generator }).matmul(mix).add(shift).relu();
  };

  it.each([
    [61, 4, 1],
    [130, 12, 2],
    [40, 33, 3],
  ])("%i samples of %i features", async (count, width, seed) => {
    const samples = features(count, width, seed, 0.5);
    const reference = features(count + 7, width, seed + 10, 0.3);
    const [x, y] = [await samples.toArray<number[][]>(), await reference.toArray<number[][]>()];
    expectNear((await frechetDistance(samples, reference)).distance, plainFrechet(x, y));
    expectNear((await kernelDistance(samples, reference)).distance, plainKernel(x, y));
    const { precision, recall } = await precisionRecall(samples, reference, { neighbors: 4 });
    expect({ precision, recall }).toEqual(plainPrecisionRecall(x, y, 4));
    const near = await densityCoverage(samples, reference);
    expect(near).toEqual(plainDensityCoverage(x, y, 5));
    const data = features(50, width, seed + 20, 0.5);
    const { nearer } = await memorization(samples, data, reference);
    const rows = await data.toArray<number[][]>();
    const [made, held] = [plainNearest(x, rows), plainNearest(y, rows)];
    const less = made.flatMap((a) => held.map((b) => (a === b ? 0.5 : Number(a < b))));
    expectNear(nearer, less.reduce((sum, one) => sum + one, 0) / less.length);
  });
});
