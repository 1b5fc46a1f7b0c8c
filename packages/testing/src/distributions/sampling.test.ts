import { gradcheck, gradgradcheck } from "@dl/autograd";
import type { Backend } from "@dl/backend";
import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import type { Distribution } from "@dl/distributions";
import { Generator, tensor, zeros, type Tensor } from "@dl/tensor";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { densityTable, type DensityLaw } from "./density-table.ts";
import { flattened } from "./fixtures.ts";
import { chiSquare, kolmogorovSmirnov } from "./goodness-of-fit.ts";
import { distributionOf, tensorsOf, type FamilyRecord, type Law, type Member } from "./record.ts";
import { familyRecords } from "./records.ts";
import { sampledBits } from "./sampled-bits.ts";

const seeds = Array.from({ length: 20 }, (_, seed) => seed);
const count = 1000;

let device: Backend;
const exact = reference();
beforeAll(async () => {
  device = await cpu();
});
afterAll(async () => {
  await Promise.all([device.dispose(), exact.dispose()]);
});

const members = familyRecords.flatMap((record) =>
  record.members.map((member) => {
    const { variant = "", parameters } = member;
    return [`${record.name} ${variant} ${JSON.stringify(parameters)}`, record, member] as const;
  }),
);
const inFloat64 = { dtype: "float64", backend: exact } as const;
const made = (record: FamilyRecord, member: Member): Distribution =>
  distributionOf(record, member, { dtype: "float32", backend: device });

/** So many events, each as a list of its numbers. */
async function eventsOf(distribution: Distribution, seed: number): Promise<number[][]> {
  const generator = new Generator(seed);
  const numbers = await distribution.sample([count], { generator }).data();
  const size = numbers.length / count;
  return Array.from({ length: count }, (_, i) => [...numbers.subarray(i * size, (i + 1) * size)]);
}

const numberOf = (law: Law, event: readonly number[]): number =>
  law.kind === "part" ? law.of(event) : event[0]!;

const counted = members.filter(([, , { law }]) => law.kind === "values");
const measured = members.filter(([, , { law }]) => law.kind !== "values");

it.each(counted)(
  "samples of %s come as often as they should, at 20 seeds",
  async (_title, record, member) => {
    const { values: given, dtype = "float64" } = member.law as Extract<Law, { kind: "values" }>;
    const values = given.map((value) => flattened(value).join());
    const logProb = distributionOf(record, member, inFloat64).logProb(
      tensor(given, { ...inFloat64, dtype }),
    );
    const probabilities = [...(await logProb.exp().data())];
    const rest = 1 - probabilities.reduce((sum, each) => sum + each);
    expect(rest).toBeGreaterThan(-1e-12);
    const expected = [...probabilities, rest < 1e-9 ? 0 : rest].map((each) => each * count);
    for (const seed of seeds) {
      const found = new Array<number>(expected.length).fill(0);
      for (const event of await eventsOf(made(record, member), seed)) {
        const place = values.indexOf(event.join());
        found[place < 0 ? values.length : place]!++;
      }
      expect(chiSquare(found, expected), `seed ${seed}: ${found.join()}`).toBeGreaterThan(1e-4);
    }
  },
);

it.each(measured)(
  "samples of %s follow a density whose integral is 1, at 20 seeds",
  async (_title, record, member) => {
    const law = member.law as DensityLaw;
    const { total, shareBelow } = await densityTable(record, member, law, inFloat64);
    expect(total).toBeCloseTo(1, 5);
    for (const seed of seeds) {
      const events = await eventsOf(made(record, member), seed);
      const shares = events.map((event) => shareBelow(numberOf(law, event)));
      expect(kolmogorovSmirnov(shares), `seed ${seed}`).toBeGreaterThan(1e-4);
    }
  },
);

describe.each(members)("samples of %s", (_title, record, member) => {
  it("have the mean and the variance", async () => {
    const distribution = distributionOf(record, member, inFloat64);
    const mean = await momentOf(distribution, "mean")?.data();
    const variance = await momentOf(distribution, "variance")?.data();
    if (mean === undefined || variance === undefined) {
      expect(() => distribution.mean).toThrow(record.name);
      return;
    }
    const runs = await Promise.all(seeds.map((seed) => eventsOf(made(record, member), seed)));
    const events = runs.flat();
    for (const [i, expected] of mean.entries()) {
      const distances = events.map((event) => (event[i]! - expected) ** 2);
      const error = (terms: readonly number[], true_: number): number =>
        Math.abs(average(terms) - true_) /
        Math.sqrt(average(terms.map((term) => (term - true_) ** 2)) / terms.length + 1e-20);
      expect(
        error(
          events.map((event) => event[i]!),
          expected,
        ),
        `mean ${i}`,
      ).toBeLessThan(5);
      expect(error(distances, variance[i]!), `variance ${i}`).toBeLessThan(5);
    }
  });

  it("have the same bits on the reference and the cpu backend", async () => {
    const bits = await Promise.all(
      [exact, device].map((backend) => sampledBits(record, member, backend)),
    );
    expect(bits[0]).toEqual(bits[1]);
    if (made(record, member).hasRsample) {
      const distribution = made(record, member);
      const plain = await distribution.sample([50], { generator: new Generator(7) }).data();
      const followed = await distribution.rsample([50], { generator: new Generator(7) }).data();
      expect(plain).toEqual(followed);
    }
  });

  it("pass gradients of both orders to the parameters, or refuse to", async () => {
    const names = Object.keys(member.parameters);
    const inputs = Object.values(tensorsOf(member.parameters, inFloat64));
    const draw = (...tensors: Tensor[]): Tensor =>
      record
        .make(Object.fromEntries(names.map((name, i) => [name, tensors[i]!])), member.variant)
        .rsample([5], { generator: new Generator(3) });
    if (!made(record, member).hasRsample) expect(() => draw(...inputs)).toThrow("its values jump");
    else if (record.implicitGradients === undefined) {
      await gradcheck(draw, inputs, { directions: 1 });
      await gradgradcheck(draw, inputs, { directions: 1 });
    } else {
      const followed = inputs.map((input) => input.detach().requireGrad());
      expect(draw(...followed).requiresGrad).toBe(true);
    }
  });

  it("keep their shape beside a larger batch", async () => {
    const distribution = made(record, member);
    const larger = distribution.expand([2, 3]);
    const sample = larger.sample([4], { generator: new Generator(1) });
    expect(sample.shape).toEqual([4, 2, 3, ...distribution.eventShape]);
    expect(larger.constructor).toBe(distribution.constructor);
    expect(larger.logProb(sample).shape).toEqual([4, 2, 3]);
    const wrong = zeros([5, ...distribution.eventShape], { backend: device, dtype: sample.dtype });
    expect(() => larger.logProb(wrong)).toThrow("does not fit a batch [2, 3]");
    expect(distribution.sample([0]).shape).toEqual([0, ...distribution.eventShape]);
    expect(() => distribution.sample([-1])).toThrow("sizes must be whole numbers");
  });
});

function average(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

/** Undefined where a family has none. */
function momentOf(distribution: Distribution, name: "mean" | "variance"): Tensor | undefined {
  try {
    return distribution[name];
  } catch {
    return undefined;
  }
}
