import { reference } from "@dl/backend-reference";
import { beforeAll, expect, test } from "vitest";
import {
  arange,
  configure,
  gather,
  Generator,
  knownRange,
  permutation,
  tensor,
  zeros,
  type Tensor,
} from "../index.ts";

beforeAll(() => configure({ backend: reference() }));

const whole = (values: number[] | number[][]): Tensor => tensor(values, { dtype: "int32" });
/** Computed, so that the host does not know it. */
const computed = (values: number[]): Tensor => whole(values).add(0);

test.each<[string, () => Tensor, readonly [number, number] | undefined]>([
  ["given", () => whole([3, -7, 5]), [-7, 5]],
  ["given as uint32", () => tensor([2 ** 32 - 1, 1], { dtype: "uint32" }), [1, 2 ** 32 - 1]],
  ["a range of numbers", () => arange(3, 9, { dtype: "int32" }), [3, 8]],
  ["floats", () => tensor([1, 2]), undefined],
  ["nothing", () => whole([]), undefined],
  ["computed", () => computed([1]), undefined],
  ["more than are looked through", () => zeros([65_537], { dtype: "int32" }), undefined],
  ["a part of it", () => whole([9, 1, 2, -9]).narrow(0, 1, 2), [1, 2]],
  ["backwards, every second", () => whole([9, 1, 2, 5]).slice([[null, null, -2]]), [1, 5]],
  [
    "a column of a transposed",
    () =>
      whole([
        [1, 20],
        [3, 40],
      ])
        .transpose(0, 1)
        .narrow(0, 1, 1),
    [20, 40],
  ],
  ["another shape", () => whole([4, 1, 2, 3]).reshape([2, 2]).narrow(0, 1, 1), [2, 3]],
  ["broadcast", () => whole([4, 1]).narrow(0, 1, 1).expand([3, 1]), [1, 1]],
  ["picked by a list", () => whole([9, 1, 2, -9]).indexSelect(0, [1, -2]), [1, 2]],
  ["picked by a tensor", () => whole([9, 1, 2, -9]).take(whole([-1, 1])), [-9, 1]],
  ["picked twice", () => whole([9, 1, 2, -9]).take(whole([0, 1, 2]).take([1, 2])), [1, 2]],
  [
    "picked by a shuffled order",
    () => whole([7, 7, 7]).take(permutation(3, { generator: new Generator(1) }).narrow(0, 0, 2)),
    [7, 7],
  ],
  [
    "columns picked",
    () =>
      whole([
        [1, 20, 300],
        [4, 50, 600],
      ]).indexSelect(1, [1, 0]),
    [1, 50],
  ],
  [
    "gathered",
    () =>
      gather(
        whole([
          [1, 20],
          [3, 40],
        ]),
        1,
        whole([[1], [0]]),
      ),
    [3, 20],
  ],
  ["picked by what was computed", () => whole([1, 2]).take(computed([0])), undefined],
  ["picked from what was computed", () => computed([1, 2]).take([0]), undefined],
])("%s", (_what, make, range) => {
  expect(knownRange(make())).toEqual(range);
});

test("is that of the elements given, whatever becomes of their array", () => {
  const labels = Int32Array.of(1, 2);
  const x = tensor(labels, { shape: [2] });
  labels.fill(99);
  expect(knownRange(x)).toEqual([1, 2]);
});
