import { cpu } from "@dl/backend-cpu";
import type { GenerativeModel } from "@dl/generator";
import { BatchNorm, Linear, Sequential } from "@dl/nn";
import { configure, full, Generator, normal, ones, tensor, type Tensor } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { gameReport, type GameReport } from "./game-report.ts";
import { gameVerdict } from "./game-verdict.ts";
import { gradientReport } from "./gradient-report.ts";
import { chanceAbove, distances, meanOfOthers } from "./pairwise.ts";

beforeAll(async () => {
  configure({ backend: await cpu({ threads: 1 }) });
});

const generator = new Generator(7);
const cloud = (count: number, scale = 1): Tensor => normal([count, 3], { generator }).mul(scale);
const making = (samples: Tensor): GenerativeModel => ({
  sample: (count) => samples.narrow(0, 0, Math.min(count, samples.shape[0]!)),
});
/** Says how far from the middle a sample is: nothing about what is real. */
const size = (x: Tensor): Tensor => x.square().sum(1);

describe("gameReport", () => {
  it("finds samples like the data right in every figure", async () => {
    const [data, heldOut, made] = [cloud(300), cloud(300), cloud(256)];
    const report = await gameReport(making(made), size, { data, heldOut, boundary: 2 });
    expect(report.told).toBeCloseTo(0.5, 1);
    expect(report.remembered).toBeCloseTo(0.5, 1);
    expect(report.copied).toBeCloseTo(0.5, 1);
    expect(report.diversity).toBeCloseTo(1, 1);
    expect(Math.abs(report.distance)).toBeLessThan(0.02);
    expect(report.coverage).toBeGreaterThan(0.85);
    expect(report.realRight + report.fakeRight).toBeCloseTo(1, 1);
    expect(report.realSign).toBeCloseTo(2 * report.realRight - 1, 5);
    // The slope of the squared length is twice the point.
    expect(report.slope).toBeCloseTo(2 * 1.6, 0);
  });

  it("sees copies, a narrow generator and one far off", async () => {
    const [data, heldOut] = [cloud(300), cloud(300)];
    const figures = (made: Tensor): Promise<GameReport> =>
      gameReport(making(made), size, { data, heldOut });
    expect((await figures(data.add(0.01))).copied).toBeGreaterThan(0.95);
    const narrow = await figures(cloud(300, 0.1));
    expect(narrow.diversity).toBeCloseTo(0.1, 1);
    expect(narrow.coverage).toBeLessThan(0.3);
    const far = await figures(cloud(300).add(20));
    expect(far.distance).toBeGreaterThan(10);
    expect(far.told).toBeLessThan(0.001);
  });

  it("sees a discriminator that knows its data by heart", async () => {
    const [data, heldOut] = [cloud(64), cloud(64)];
    const known = (x: Tensor): Tensor => distances(x, data).amin(1).neg();
    const report = await gameReport(making(cloud(64)), known, { data, heldOut, boundary: -0.01 });
    expect(report.remembered).toBe(1);
    expect(report.realRight).toBe(1);
    expect(report.heldOutSign).toBe(-1);
  });

  it("counts modes, averages maps of outputs, leaves modes of networks alone", async () => {
    const centres = tensor([0, 0, 0, 5, 5, 5], { shape: [2, 3] });
    const [data, heldOut] = [cloud(32), cloud(32)];
    const network = new Sequential(new Linear(3, 4, { generator }), new BatchNorm(4));
    const options = { data, heldOut, modes: { centres, radius: 3 }, features: network };
    const report = await gameReport(making(cloud(32)), network, options);
    expect([report.modes, report.modesKnown]).toEqual([1, 2]);
    expect(network.modules().every(({ isTraining }) => isTraining)).toBe(true);
    expect(network.parameters().every(({ grad }) => grad === null)).toBe(true);
  });

  it("refuses too few samples", async () => {
    const few = gameReport(making(cloud(9)), size, { data: cloud(7), heldOut: cloud(9) });
    await expect(few).rejects.toThrow("needs at least 8 samples of the data");
  });
});

describe("pairwise", () => {
  it("measures distances, also of rows that are the same", async () => {
    const [a, b] = [tensor([0, 0, 3, 4], { shape: [2, 2] }), tensor([3, 4], { shape: [1, 2] })];
    expect(await distances(a, b).toArray()).toEqual([[5], [0]]);
    expect(await meanOfOthers(distances(a, a)).item()).toBe(5);
  });

  it("counts a tie by half", async () => {
    expect(await chanceAbove(tensor([1, 2]), tensor([1, 0])).item()).toBe(0.875);
  });
});

it("tells gradients' lengths, and what has none", async () => {
  const network = new Sequential(new Linear(2, 2), new Linear(2, 1));
  const [first, , last] = network.parameters();
  first!.grad = full([2, 2], 2);
  last!.grad = ones([1, 2]).mul(0);
  const still = new Linear(2, 1);
  const { gradientNorms, idle } = await gradientReport({ network, still });
  expect(Object.keys(gradientNorms)).toEqual(["network"]);
  expect(gradientNorms["network"]).toBe(4);
  expect(idle["network"]).toBe(0.75);
});

/** A look at a game that goes well, with what is changed. */
function look(change: Partial<GameReport> = {}): GameReport {
  return {
    realScore: 0.2,
    heldOutScore: 0.2,
    fakeScore: -0.2,
    realRight: 0.6,
    fakeRight: 0.6,
    told: 0.6,
    heldOutSign: 0.2,
    realSign: 0.2,
    remembered: 0.5,
    slope: 1,
    diversity: 1,
    distance: 0.02,
    coverage: 0.8,
    copied: 0.5,
    discriminatorLoss: 1.3,
    lossOverScores: 1,
    gradientNorms: { generator: 0.3, discriminator: 0.3 },
    idle: { generator: 0 },
    ...change,
  };
}

const times = (count: number, change: Partial<GameReport>): GameReport[] =>
  Array.from({ length: count }, () => look(change));

describe("gameVerdict", () => {
  it.each([
    ["healthy", [look()]],
    ["still learning", times(3, { distance: 0.5, told: 1, diversity: 0.2 })],
    ["discriminator wins", times(4, { distance: 0.5, told: 1, diversity: 0.2 })],
    ["generator collapsed", times(4, { distance: 0.5, diversity: 0.2 })],
    ["generator collapsed", times(4, { distance: 0.5, modes: 3, modesKnown: 8 })],
    [
      "generator collapsed",
      [0.9, 0.5, 0.4, 0.8, 0.5].map((distance) => look({ distance, diversity: 0.3 })),
    ],
    ["still learning", times(4, { distance: 0.5, modes: 7, modesKnown: 8 })],
    ["still learning", [0.9, 0.7, 0.5, 0.4].map((distance) => look({ distance, told: 1 }))],
    ["dead generator", times(2, { gradientNorms: { generator: 1e-5 } })],
    ["dead generator", times(2, { idle: { generator: 0.5 } })],
    ["healthy", [look(), look({ gradientNorms: { generator: 1e-5 } })]],
    ["memorises", times(3, { remembered: 0.62 })],
    ["healthy", [look(), look({ remembered: 0.7 }), look()]],
    ["memorises", times(2, { copied: 0.9 })],
    ["still learning", times(2, { copied: 0.9, diversity: 0.4 })],
    ["penalty explodes", [look({ lossOverScores: 30 })]],
    ["penalty explodes", [look({ realScore: Number.NaN })]],
  ] as const)("%s, %#", (state, looks) => {
    const verdict = gameVerdict(looks);
    expect(verdict.state).toBe(state);
    expect(verdict.isAlarm).toBe(state !== "healthy" && state !== "still learning");
    expect(verdict.message.toLowerCase()).toContain(state);
    expect(verdict.message).not.toMatch(/undefined|NaN %/);
  });

  it("needs a look", () => {
    expect(() => gameVerdict([])).toThrow("needs a look at the game: received an empty list.");
  });
});
