import { DlError } from "@dl/backend";
import { cpu } from "@dl/backend-cpu";
import { broadcastTo, configure, tensor, uniform, zeros, type Tensor } from "@dl/tensor";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

configure({ backend: await cpu(), memoryBudgetBytes: 64 * 2 ** 20 });
const settings = { seed: 20240501, numRuns: 300 };

const shapes = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });
const number = fc.constantFrom(
  0,
  1,
  2,
  3,
  -1,
  -2,
  -5,
  0.5,
  NaN,
  Infinity,
  -Infinity,
  2 ** 31,
  2 ** 53,
  -0,
);
const list = fc.array(number, { maxLength: 4 });
const axes = fc.oneof(number, list, fc.constant(undefined));
const optional = fc.oneof(number, fc.constant(undefined));
const pairs = fc.array(fc.tuple(number, number), { maxLength: 3 });
const range = fc.oneof(number, fc.constant(null), fc.tuple(optional, optional, optional));
const ranges = fc.array(range, { maxLength: 3 });
const sizes = fc.oneof(number, list);

/** Arguments the compiler lets through, with any values, for operations that take numbers. */
const signatures: Readonly<Record<string, readonly fc.Arbitrary<unknown>[]>> = {
  ...Object.fromEntries(
    "sum mean prod var std amax amin any all countNonzero logsumexp squeeze flip"
      .split(" ")
      .map((name) => [name, [axes]]),
  ),
  ...Object.fromEntries(
    "softmax logSoftmax cumsum cumprod logcumsumexp sort argsort unbind tril triu diagonal"
      .split(" ")
      .map((name) => [name, [number]]),
  ),
  ...Object.fromEntries("argmax argmin max min".split(" ").map((name) => [name, [optional]])),
  ...Object.fromEntries(
    "flatten transpose moveAxis select roll repeatInterleave topk chunk"
      .split(" ")
      .map((name) => [name, [number, number]]),
  ),
  ...Object.fromEntries(
    "reshape expand permute tile take".split(" ").map((name) => [name, [list]]),
  ),
  norm: [number, axes],
  unflatten: [number, list],
  unsqueeze: [sizes],
  matrixTranspose: [],
  diagonalMatrix: [],
  trace: [],
  slice: [ranges],
  narrow: [number, number, number],
  pad: [pairs],
  split: [sizes, number],
  clamp: [optional, optional],
  indexSelect: [number, list],
};
const calls = fc
  .constantFrom(...Object.keys(signatures))
  .chain((name) => fc.tuple(fc.constant(name), fc.tuple(...signatures[name]!)));

describe("no arguments crash or hang", () => {
  it("operations give a result or one of our errors", async () => {
    await fc.assert(
      fc.asyncProperty(shapes, calls, async (shape, [name, args]) => {
        try {
          const methods = zeros(shape) as unknown as Record<
            string,
            (...given: unknown[]) => unknown
          >;
          const result = methods[name]!(...args);
          if (result instanceof Object && "data" in result) await (result as Tensor).data();
        } catch (error) {
          const call = `${name}(${args.map(String).join("; ")}) of [${shape.join(", ")}]`;
          expect(error, call).toBeInstanceOf(DlError);
        }
      }),
      { ...settings, numRuns: 1500 },
    );
  });

  it("tensor() takes lists or says what is wrong with them", () => {
    fc.assert(
      fc.property(fc.anything({ maxDepth: 3 }), (data) => {
        try {
          tensor(data as number[]);
        } catch (error) {
          expect(error).toBeInstanceOf(DlError);
        }
      }),
      settings,
    );
  });

  it("huge sizes are refused before anything is allocated", () => {
    for (const shape of [[65536, 65536], [2 ** 31], [2 ** 20, 2 ** 20, 2 ** 20], [1e300]])
      expect(() => zeros(shape)).toThrow(DlError);
  });
});

describe("algebra of shapes", () => {
  it("reshape, permute and flip have inverses", async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.nat(), async (shape, seed) => {
        const x = uniform(shape);
        const order = shape
          .map((_, axis) => axis)
          .toSorted((a, b) => ((a * 7 + seed) % 5) - ((b * 7 + seed) % 5) || a - b);
        const back = order.map((_, axis) => order.indexOf(axis));
        const flat = x.flatten().reshape(shape);
        const data = await x.data();
        for (const same of [x.permute(order).permute(back), flat, x.flip().flip()]) {
          expect(same.shape).toEqual(shape);
          expect(await same.data()).toEqual(data);
        }
      }),
      { ...settings, numRuns: 100 },
    );
  });

  it("broadcasting is symmetric and the same as expanding first", async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.array(fc.boolean(), { maxLength: 4 }), async (shape, ones) => {
        const small = shape.slice(0, ones.length).map((size, i) => (ones[i] === true ? 1 : size));
        const partner = uniform([...small, ...shape.slice(ones.length)]);
        const x = uniform(shape);
        const [ab, ba] = [x.add(partner), partner.add(x)];
        expect(ab.shape).toEqual(shape);
        expect(await ab.data()).toEqual(await ba.data());
        expect(await ab.data()).toEqual(await x.add(broadcastTo(partner, x.shape)).data());
      }),
      { ...settings, numRuns: 100 },
    );
  });
});
