import { beforeEach, describe, expect, test } from "vitest";
import { normalFromBits, philox4x32 } from "@dl/backend";
import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import {
  bernoulli,
  configure,
  defaultGenerator,
  Generator,
  integers,
  manualSeed,
  normal,
  normalLike,
  observePrimitives,
  permutation,
  tensor,
  truncatedNormal,
  uniform,
  uniformLike,
  zeros,
} from "../index.ts";

beforeEach(() => {
  configure({ backend: reference() });
  manualSeed(0);
});

/** The documented counter layout, word by word. */
function bitsOf(seed: number, stream: number, draw: number, count: number): number[] {
  const [low, high] = [seed % 2 ** 32, Math.floor(seed / 2 ** 32)];
  return Array.from(
    { length: count },
    (_, i) => philox4x32([Math.floor(i / 4), 0, draw, high], [low, stream])[i % 4]!,
  );
}

const meanOf = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((a, b) => a + b, 0) / values.length;
const momentOf = (values: ArrayLike<number>, power: number): number =>
  meanOf(Array.from(values, (v) => v ** power));
/** Σ (seen - expected)² / expected over cells of one chance. */
function chiSquare(cells: ArrayLike<number>, cellCount: number): number {
  const seen = new Array<number>(cellCount).fill(0);
  for (const cell of Array.from(cells)) seen[cell]!++;
  const expected = cells.length / cellCount;
  return seen.reduce((total, n) => total + (n - expected) ** 2 / expected, 0);
}

describe("bits", () => {
  test("follow seed, stream, draw and element as documented", async () => {
    const seed = 2 ** 40 + 12345;
    const generator = new Generator(seed, 7);
    const first = await uniform([5, 3], { generator }).data();
    const second = await normal([6], { generator }).data();
    const third = generator.words(9);
    const unit = (bits: number): number => (bits >>> 8) * 2 ** -24;
    expect([...first]).toEqual(bitsOf(seed, 7, 0, 15).map(unit));
    expect([...second]).toEqual(bitsOf(seed, 7, 1, 6).map(normalFromBits));
    expect([...third]).toEqual(bitsOf(seed, 7, 2, 9));
    expect(generator.getState()).toEqual({ seed, stream: 7, draw: 3 });
  });

  test("frozen values", async () => {
    expect([...(await uniform([3]).data())]).toMatchInlineSnapshot(`
      [
        0.3990464210510254,
        0.8805201649665833,
        0.7357127666473389,
      ]
    `);
    expect([...(await normal([3]).data())]).toMatchInlineSnapshot(`
      [
        -2.1277518272399902,
        -0.15183782577514648,
        1.5633387565612793,
      ]
    `);
    expect([...(await integers(0, 1000, [5]).data())]).toMatchInlineSnapshot(`
      [
        24,
        712,
        148,
        465,
        469,
      ]
    `);
    expect([...(await truncatedNormal([3]).data())]).toMatchInlineSnapshot(`
      [
        1.4054484367370605,
        -1.356788158416748,
        0.626223087310791,
      ]
    `);
    expect([...(await permutation(8).data())]).toMatchInlineSnapshot(`
      [
        2,
        4,
        3,
        0,
        5,
        6,
        1,
        7,
      ]
    `);
    expect(defaultGenerator().split().getState()).toMatchInlineSnapshot(`
      {
        "draw": 0,
        "seed": 5453848970078479,
        "stream": 2560390750,
      }
    `);
  });

  test("are the same fused, recomputed or eager", async () => {
    const program = async (): Promise<number[]> => {
      manualSeed(3);
      const noise = normal([4, 8]);
      const x = noise.mul(2).add(uniform([4, 8]));
      return [...(await x.data()), ...(await noise.sum(0).data()), ...(await x.sum(1).data())];
    };
    const fused = await program();
    configure({ eager: true });
    expect(await program()).toEqual(fused);
    configure({ eager: false });
  });

  test("seed and draw are parameters, so a program is compiled once", async () => {
    const backend = reference();
    const programs = new Set<unknown>();
    const compile = backend.compile.bind(backend);
    backend.compile = (program) => {
      programs.add(program);
      return compile(program);
    };
    const names: string[] = [];
    const stop = observePrimitives((name) => void names.push(name));
    for (let seed = 0; seed < 5; seed++)
      await uniform([4], { backend, generator: new Generator(seed) })
        .add(1)
        .data();
    stop();
    expect(programs.size).toBe(1);
    expect(names.slice(0, 2)).toEqual(["generate", "pointwise"]);
  });

  test("float64 gives the float32 values", async () => {
    const [a, b] = [new Generator(1), new Generator(1)];
    expect([...(await normal([20], { generator: a }).data())]).toEqual([
      ...(await normal([20], { generator: b, dtype: "float64" }).data()),
    ]);
  });
});

test("the cpu backend draws the reference backend's bits", async () => {
  const backends = [reference(), await cpu()];
  const drawn = await Promise.all(
    backends.map(async (backend) => {
      const generator = new Generator(2 ** 50 + 17, 3);
      const options = { backend, generator };
      const tensors = [
        uniform([1003], options),
        normal([17, 61], options),
        truncatedNormal([501], options),
        integers(-(2 ** 30), 2 ** 31 - 7, [777], options),
        bernoulli([777], { ...options, probability: 0.37 }),
      ];
      return Promise.all(tensors.map(async (x) => Array.from(await x.data())));
    }),
  );
  expect(drawn[1]).toEqual(drawn[0]);
  await backends[1]!.dispose();
});

describe("generators", () => {
  test("manualSeed repeats, draws differ, 0 is a seed", async () => {
    const take = async (): Promise<number[]> => [...(await uniform([8]).data())];
    manualSeed(0);
    const [a, b] = [await take(), await take()];
    expect(a).not.toEqual(b);
    manualSeed(0);
    expect(await take()).toEqual(a);
    manualSeed(1);
    expect(await take()).not.toEqual(a);
  });

  test("state is saved and restored", async () => {
    const generator = new Generator(5);
    generator.words(1);
    const state = JSON.parse(JSON.stringify(generator.getState())) as ReturnType<
      typeof generator.getState
    >;
    const next = await uniform([4], { generator }).data();
    const other = new Generator(0);
    other.setState(state);
    expect(await uniform([4], { generator: other }).data()).toEqual(next);
  });

  test("streams, seeds, draws and splits do not repeat each other", () => {
    const parent = new Generator(9);
    const words = [
      new Generator(9).words(64),
      new Generator(9, 1).words(64),
      new Generator(10).words(64),
      new Generator(9 + 2 ** 32).words(64),
      parent.split().words(64),
      parent.split().words(64),
      parent.words(64),
    ].flatMap((part) => Array.from(part));
    expect(new Set(words).size).toBe(words.length);
  });

  test("pairs of draws and of streams are independent", () => {
    const count = 4096;
    const cells = (a: Uint32Array, b: Uint32Array): number[] =>
      Array.from(a, (word, i) => (word >>> 28) * 16 + (b[i]! >>> 28));
    const generator = new Generator(3);
    const [first, second] = [generator.words(count), generator.words(count)];
    // 255 degrees of freedom: 99.99 % lie below 350.
    expect(chiSquare(cells(first, second), 256)).toBeLessThan(350);
    expect(chiSquare(cells(first, new Generator(3, 1).words(count)), 256)).toBeLessThan(350);
    expect(chiSquare(cells(first.slice(1), first), 256)).toBeLessThan(350);
  });

  test("the default seeds itself", () => {
    expect(defaultGenerator()).toBe(manualSeed(2));
    expect(defaultGenerator().getState()).toEqual({ seed: 2, stream: 0, draw: 0 });
  });

  test("says what is wrong", () => {
    expect(() => new Generator(-1)).toThrow(
      "Generator: the seed must be a whole number from 0 to 2^53 - 1: received -1.",
    );
    expect(() => manualSeed(0.5)).toThrow("received 0.5");
    expect(() => new Generator(0, 2 ** 32)).toThrow("the stream must be a whole number");
    const generator = new Generator(0);
    generator.setState({ seed: 0, stream: 0, draw: 2 ** 32 - 1 });
    generator.words(1);
    expect(() => generator.words(1)).toThrow(
      "Generator: all 2^32 draws are used up. Continue with a new seed or stream.",
    );
  });
});

describe("distributions", () => {
  const count = 20_000;
  // Five standard errors of a mean of `count` values of variance 1.
  const tolerance = 5 / Math.sqrt(count);

  test("uniform", async () => {
    const values = await uniform([count], { low: -2, high: 4 }).data();
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-2);
    expect(Math.max(...values)).toBeLessThanOrEqual(4);
    expect(Math.abs(meanOf(values) - 1)).toBeLessThan(2 * tolerance);
    const cells = Array.from(await uniform([count]).data(), (v) => Math.floor(v * 100));
    expect(chiSquare(cells, 100)).toBeLessThan(165); // 99 degrees of freedom, 99.99 %
  });

  test("normal", async () => {
    const values = await normal([count]).data();
    expect(Math.abs(meanOf(values))).toBeLessThan(tolerance);
    expect(Math.abs(momentOf(values, 2) - 1)).toBeLessThan(tolerance * Math.sqrt(2));
    expect(Math.abs(momentOf(values, 3))).toBeLessThan(tolerance * Math.sqrt(15));
    expect(Math.abs(momentOf(values, 4) - 3)).toBeLessThan(tolerance * Math.sqrt(96));
    const scaled = await normal([count], { mean: 5, std: 0.1 }).data();
    expect(Math.abs(meanOf(scaled) - 5)).toBeLessThan(0.1 * tolerance);
  });

  test("truncatedNormal stays between its bounds", async () => {
    const values = await truncatedNormal([count], { mean: 1, std: 2, low: 0, high: 10 }).data();
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThanOrEqual(10);
    // Mean of N(1, 2²) on [0, 10]: 1 + 2 (φ(-0.5) - φ(4.5)) / (Φ(4.5) - Φ(-0.5)) = 2.018.
    expect(Math.abs(meanOf(values) - 2.0183)).toBeLessThan(2 * tolerance);
    const usual = await truncatedNormal([count], { std: 0.02 }).data();
    expect(Math.max(...usual)).toBeLessThanOrEqual(0.04);
    // Variance of the standard normal on [-2, 2] is 0.774.
    expect(Math.abs(momentOf(usual, 2) / 0.0004 - 0.7737)).toBeLessThan(tolerance);
  });

  test("bernoulli", async () => {
    const values = await bernoulli([count], { probability: 0.3 }).data();
    expect(new Set(values)).toEqual(new Set([0, 1]));
    expect(Math.abs(meanOf(values) - 0.3)).toBeLessThan(0.46 * tolerance);
    const rows = bernoulli(tensor([[0], [0.25], [1]]).expand([3, 4000]));
    const [never, sometimes, always] = await rows.mean(1).toArray<number[]>();
    expect([never, always]).toEqual([0, 1]);
    expect(Math.abs(sometimes! - 0.25)).toBeLessThan(0.04);
    expect(await bernoulli([50], { probability: 1, dtype: "bool" }).toArray()).toEqual(
      new Array(50).fill(true),
    );
    expect(new Set(await bernoulli([50], { probability: 0 }).data())).toEqual(new Set([0]));
    // One draw gives one answer in both forms.
    const [a, b] = [new Generator(4), new Generator(4)];
    const probability = Math.fround(0.37);
    expect(
      await bernoulli(tensor(new Float32Array(200).fill(probability)), { generator: a }).data(),
    ).toEqual(await bernoulli([200], { probability, generator: b }).data());
  });

  test("integers", async () => {
    const values = await integers(-3, 7, [count]).data();
    expect(
      chiSquare(
        Array.from(values, (v) => v + 3),
        10,
      ),
    ).toBeLessThan(34); // 9 degrees, 99.99 %
    const bits = bitsOf(5, 0, 0, 300);
    for (const [low, high] of [
      [-(2 ** 31), 2 ** 31 - 1],
      [0, 2 ** 31],
      [5, 6],
      [-70000, 70000],
    ] as const) {
      const expected = bits.map((word) => low + Number((BigInt(word) * BigInt(high - low)) >> 32n));
      const made = await integers(low, high, [300], { generator: new Generator(5) }).data();
      expect([...made]).toEqual(expected);
    }
    expect(integers(0, 5, [2]).dtype).toBe("int32");
    expect(integers(0, 5, [2], { dtype: "float32" }).dtype).toBe("float32");
  });

  test("permutation", async () => {
    const order = await permutation(1000).data();
    expect(Array.from(order).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 1000 }, (_, i) => i),
    );
    const seen: number[] = [];
    const generator = new Generator(8);
    for (let i = 0; i < 6000; i++) {
      const [a, b] = generator.permutation(3);
      seen.push(a! * 2 + (b! > (a === 2 ? 0 : a === 0 ? 1 : 0) ? 1 : 0));
    }
    expect(chiSquare(seen, 6)).toBeLessThan(26); // 5 degrees, 99.99 %
    expect((await permutation(0).data()).length).toBe(0);
    expect([...(await permutation(1).data())]).toEqual([0]);
  });

  test("like another tensor", () => {
    const x = zeros([2, 3], { dtype: "float64" });
    for (const made of [uniformLike(x), normalLike(x)]) {
      expect(made.shape).toEqual([2, 3]);
      expect(made.dtype).toBe("float64");
    }
  });

  test("says what is wrong", () => {
    expect(() => uniform([2], { low: 1, high: 0 })).toThrow(
      "uniform: parameters out of range: received low 1, high 0. low must not exceed high.",
    );
    expect(() => normal([2], { std: -1 })).toThrow("std must be at least 0.");
    expect(() => normal([2], { std: NaN })).toThrow("received mean 0, std NaN");
    expect(() => normal([2], { dtype: "int32" })).toThrow(
      "normal: makes floats, but int32 was asked for. Use integers(low, high, shape).",
    );
    expect(() => bernoulli([2], { probability: 1.5 })).toThrow(
      "A probability lies between 0 and 1.",
    );
    expect(() => integers(3, 3, [2])).toThrow("Give whole numbers with low below high");
    expect(() => integers(0.5, 3, [2])).toThrow("received low 0.5, high 3");
    expect(() => truncatedNormal([2], { low: 50 })).toThrow(
      "truncatedNormal: parameters out of range",
    );
    expect(() => permutation(-1)).toThrow("permutation: the count must be a whole number");
    expect(() => uniform([-1])).toThrow("uniform: sizes must be whole numbers");
  });
});
