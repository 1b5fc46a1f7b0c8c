import { grad } from "@dl/autograd";
import { reference } from "@dl/backend-reference";
import { configure, tensor, type Tensor } from "@dl/tensor";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ArrayDataset } from "../array-dataset.ts";
import { circles, gaussianGrid, gaussianRing, spirals, twoMoons } from "./point-clouds.ts";
import { ravine, rosenbrock } from "./surfaces.ts";

configure({ backend: reference() });

interface Point {
  readonly x: number;
  readonly y: number;
  readonly target: number;
}
const pointsOf = (set: ArrayDataset): Point[] =>
  Array.from({ length: set.length }, (_, i) => {
    const { inputs, targets } = set.get(i);
    return { x: inputs.data[0]!, y: inputs.data[1]!, target: targets };
  });

describe("point clouds without noise lie where they should", () => {
  it("two moons", () => {
    for (const { x, y, target } of pointsOf(twoMoons({ length: 500, noise: 0 }))) {
      const [u, v] = target === 0 ? [x, y] : [1 - x, 0.5 - y];
      expect(Math.hypot(u, v)).toBeCloseTo(1, 6);
      expect(v).toBeGreaterThanOrEqual(0);
    }
  });

  it("circles", () => {
    for (const { x, y, target } of pointsOf(circles({ length: 500, noise: 0 })))
      expect(Math.hypot(x, y)).toBeCloseTo(target === 0 ? 1 : 0.5, 6);
  });

  it("spirals", () => {
    const turns = 1.5;
    for (const { x, y, target } of pointsOf(
      spirals({ length: 600, noise: 0, turns, classCount: 3 }),
    )) {
      const angle = Math.atan2(y, x) / (2 * Math.PI);
      const expected = target / 3 + turns * Math.hypot(x, y);
      expect(Math.abs(Math.sin(Math.PI * (angle - expected)))).toBeLessThan(1e-5);
    }
  });

  it("ring and grid of Gaussians", () => {
    const means = pointsOf(gaussianGrid({ length: 9, noise: 0, side: 3, spacing: 2 }));
    expect(means.map(({ x, y }) => [x, y])).toEqual([
      [-2, -2],
      [0, -2],
      [2, -2],
      [-2, 0],
      [0, 0],
      [2, 0],
      [-2, 2],
      [0, 2],
      [2, 2],
    ]);
    for (const { x, y, target } of pointsOf(gaussianRing({ length: 8, noise: 0, radius: 3 }))) {
      expect(x).toBeCloseTo(3 * Math.cos((target * Math.PI) / 4), 6);
      expect(y).toBeCloseTo(3 * Math.sin((target * Math.PI) / 4), 6);
    }
  });

  it("and with noise spread by as much as was asked", () => {
    const noise = 0.2;
    const points = pointsOf(gaussianRing({ length: 8000, noise, radius: 2, seed: 3 }));
    let squares = 0;
    for (const { x, y, target } of points) {
      squares += (x - 2 * Math.cos((target * Math.PI) / 4)) ** 2;
      squares += (y - 2 * Math.sin((target * Math.PI) / 4)) ** 2;
    }
    expect(Math.sqrt(squares / 16_000)).toBeCloseTo(noise, 2);
  });
});

describe("point clouds", () => {
  it("depend on seed and index alone", () => {
    const makers = [twoMoons, circles, spirals, gaussianRing, gaussianGrid];
    for (const make of makers) {
      const long = make({ length: 50, seed: 5 });
      const short = make({ length: 20, seed: 5 });
      expect(pointsOf(short)).toEqual(pointsOf(long).slice(0, 20));
      expect(pointsOf(make({ length: 20, seed: 6 }))).not.toEqual(pointsOf(short));
    }
  });

  it("have these numbers for ever", () => {
    expect(pointsOf(twoMoons({ length: 2, seed: 1 })).map(({ x, y }) => [x, y])).toEqual([
      [-0.5498038530349731, 0.8842954039573669],
      [1.343876838684082, -0.45714816451072693],
    ]);
  });

  it("refuse options out of range", () => {
    expect(() => twoMoons({ length: 0 })).toThrow("twoMoons: length must be a whole number");
    expect(() => circles({ length: 1, noise: -1 })).toThrow(
      "circles: noise must be a number of at least 0: received -1.",
    );
    expect(() => gaussianRing({ length: 1, modeCount: 0 })).toThrow(
      "gaussianRing: modeCount must be",
    );
    expect(() => spirals({ length: 1, classCount: 1.5 })).toThrow("spirals: classCount must be");
    expect(() => gaussianGrid({ length: 1, side: 0 })).toThrow("gaussianGrid: side must be");
  });
});

describe("surfaces", () => {
  it("have the value and the gradient of their formula", async () => {
    const coordinate = fc.double({ min: -2, max: 2, noNaN: true });
    await fc.assert(
      fc.asyncProperty(coordinate, coordinate, async (x, y) => {
        const point = tensor([x, y]);
        const near = (received: readonly number[], expected: readonly number[]): void => {
          received.forEach((value, i) =>
            expect(Math.abs(value - expected[i]!)).toBeLessThan(
              1e-3 + 1e-5 * Math.abs(expected[i]!),
            ),
          );
        };
        near([await rosenbrock(point).item()], [(1 - x) ** 2 + 100 * (y - x * x) ** 2]);
        near(Array.from(await grad(rosenbrock)(point).data()), [
          -2 * (1 - x) - 400 * x * (y - x * x),
          200 * (y - x * x),
        ]);
        near([await ravine(point, { steepness: 7 }).item()], [(x * x + 7 * y * y) / 2]);
        near(Array.from(await grad((p: Tensor) => ravine(p, { steepness: 7 }))(point).data()), [
          x,
          7 * y,
        ]);
      }),
      { numRuns: 30 },
    );
  });

  it("refuse points that are none", () => {
    expect(() => rosenbrock(tensor([1, 2, 3]))).toThrow(
      "rosenbrock: points must have (x, y) along their last axis: received shape [3].",
    );
    expect(() => ravine(tensor([1, 2]), { steepness: 0 })).toThrow(
      "ravine: steepness must be above 0: received 0.",
    );
  });
});
