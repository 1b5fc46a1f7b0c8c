import { beforeAll, describe, expect, test } from "vitest";
import fc from "fast-check";
import { broadcastShapes } from "@dl/backend";
import { reference } from "@dl/backend-reference";
import { configure, dot, matmul, outer, tensor, tensordot, zeros, type Tensor } from "../index.ts";
import { buildList, countingList, flatList, readList } from "./nested-lists.ts";

beforeAll(() => void configure({ backend: reference() }));

const make = (shape: readonly number[], factor = 1): Tensor =>
  tensor(new Float32Array(flatList(countingList(shape, factor))), { shape });
/** The place in an operand of `shape` that `place` of the broadcast result reads. */
const under = (place: readonly number[], shape: readonly number[]): number[] =>
  place.slice(place.length - shape.length).map((i, axis) => (shape[axis] === 1 ? 0 : i));
const sum = (count: number, term: (k: number) => number): number => {
  let total = 0;
  for (let k = 0; k < count; k++) total += term(k);
  return total;
};

describe("matmul", () => {
  test("batches broadcast, whatever lies where", async () => {
    const size = fc.integer({ min: 0, max: 3 });
    const batch = fc.array(fc.tuple(fc.constantFrom(1, 2, 3), fc.boolean(), fc.boolean()), {
      maxLength: 2,
    });
    await fc.assert(
      fc.asyncProperty(
        size,
        size,
        size,
        batch,
        fc.nat(2),
        fc.nat(2),
        fc.boolean(),
        fc.boolean(),
        async (m, k, n, axes, leftDrop, rightDrop, leftTurned, rightTurned) => {
          const leftBatch = axes.map(([s, one]) => (one ? 1 : s)).slice(leftDrop);
          const rightBatch = axes.map(([s, , one]) => (one ? 1 : s)).slice(rightDrop);
          const [left, right] = [
            [...leftBatch, m, k],
            [...rightBatch, k, n],
          ];
          const [a, b] = [countingList(left, 3), countingList(right, 5)];
          const outBatch = broadcastShapes(leftBatch, rightBatch, "test");
          const expected = buildList([...outBatch, m, n], (place) => {
            const [i, j] = place.slice(-2) as [number, number];
            const at = place.slice(0, -2);
            return sum(
              k,
              (l) =>
                readList(a, [...under(at, leftBatch), i, l]) *
                readList(b, [...under(at, rightBatch), l, j]),
            );
          });
          // Stored transposed and turned back: the same values at other strides.
          const lay = (x: Tensor, turned: boolean): Tensor =>
            turned
              ? tensor(new Float32Array(x.elementCount), { shape: x.matrixTranspose().shape })
                  .add(x.matrixTranspose())
                  .matrixTranspose()
              : x;
          const product = matmul(lay(make(left, 3), leftTurned), lay(make(right, 5), rightTurned));
          expect(product.shape).toEqual([...outBatch, m, n]);
          expect(await product.add(0).toArray()).toEqual(
            await tensor(new Float32Array(flatList(expected)), { shape: product.shape }).toArray(),
          );
        },
      ),
      { numRuns: 150 },
    );
  });

  test("vectors on either side", async () => {
    const a = tensor([
      [1, 2],
      [3, 4],
    ]);
    const v = tensor([5, 6]);
    expect(await matmul(a, v).toArray()).toEqual([17, 39]);
    expect(await matmul(v, a).toArray()).toEqual([23, 34]);
    expect(await matmul(v, v).toArray()).toEqual(61);
    const batch = tensor([
      [
        [1, 2],
        [3, 4],
      ],
      [
        [0, 1],
        [1, 0],
      ],
    ]);
    expect(await matmul(batch, v).toArray()).toEqual([
      [17, 39],
      [6, 5],
    ]);
    expect(await matmul(v, batch).toArray()).toEqual([
      [23, 34],
      [6, 5],
    ]);
  });

  test("types are brought together", () => {
    const whole = tensor([[1]], { dtype: "int32" });
    expect(matmul(whole, zeros([1, 1], { dtype: "float64" })).dtype).toBe("float64");
    expect(matmul(whole, tensor([[true]])).dtype).toBe("int32");
    expect(() => matmul(whole, tensor([[1]], { dtype: "uint32" }))).toThrow(
      "matmul: no type holds both int32 and uint32.",
    );
  });

  test("says what is wrong", () => {
    expect(() => matmul(zeros([32, 128]), zeros([64, 10]))).toThrow(
      "matmul: inner sizes differ: left [32, 128], right [64, 10]. Left's last axis (128) must equal right's second to last (64).",
    );
    expect(() => matmul(zeros([3]), zeros([4]))).toThrow(
      "Left's last axis (3) must equal right's only axis (4).",
    );
    expect(() => matmul(tensor(1), zeros([4]))).toThrow(
      "matmul: needs at least one axis on each side: left [], right [4]. Multiply by a scalar with mul.",
    );
    expect(() => matmul(zeros([2, 1, 3]), zeros([3, 3, 1]))).toThrow(
      "matmul: shapes do not broadcast: left [2], right [3].",
    );
    expect(() => matmul(zeros([2, 2]), 3 as unknown as Tensor)).toThrow(
      "matmul: needs a tensor, got number.",
    );
  });
});

test("dot and outer", async () => {
  expect(await dot(tensor([1, 2]), tensor([3, 4])).item()).toBe(11);
  expect(await outer(tensor([1, 2]), tensor([3, 4, 5])).toArray()).toEqual([
    [3, 4, 5],
    [6, 8, 10],
  ]);
  expect(() => dot(zeros([2]), zeros([3]))).toThrow(
    "dot: needs two vectors of one length: left [2], right [3]. Use matmul for matrices.",
  );
  expect(() => outer(zeros([2, 2]), zeros([3]))).toThrow("outer: needs two vectors");
});

test("tensordot", async () => {
  const [a, b] = [countingList([2, 3, 4]), countingList([4, 3, 5], 3)];
  const expected = buildList([2, 5], ([i, j]) =>
    sum(12, (l) => {
      const [p, q] = [l % 3, Math.floor(l / 3)];
      return readList(a, [i!, p, q]) * readList(b, [q, p, j!]);
    }),
  );
  const [x, y] = [make([2, 3, 4]), make([4, 3, 5], 3)];
  expect(
    await tensordot(x, y, [
      [1, 2],
      [1, 0],
    ]).toArray(),
  ).toEqual(expected);
  expect(
    await tensordot(x, y, [
      [-1, 1],
      [0, 1],
    ]).toArray(),
  ).toEqual(expected);
  expect(tensordot(x, y, 1).shape).toEqual([2, 3, 3, 5]);
  expect(tensordot(x, y, 0).shape).toEqual([2, 3, 4, 4, 3, 5]);
  expect(() => tensordot(x, y, 2)).toThrow(
    "tensordot: paired axes do not fit: left [2, 3, 4] axes [-2, -1], right [4, 3, 5] axes [0, 1]. Pair each axis once with one of the same size.",
  );
});
