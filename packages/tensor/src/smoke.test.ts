import { reference } from "@dl/backend-reference";
import { expect, test } from "vitest";
import { arange, configure, tensor, tidy, where, zeros } from "./index.ts";

test("smoke", async () => {
  configure({ backend: reference() });
  const x = tensor([[1, 2, 3], [4, 5, 6]]);
  expect(await x.mul(2).add(1).relu().toArray()).toEqual([[3, 5, 7], [9, 11, 13]]);
  expect(await x.sum().item()).toBe(21);
  expect(await x.softmax().sum(-1).toArray()).toEqual([1, 1]);
  expect(await x.max(1).indices.toArray()).toEqual([2, 2]);
  expect(await x.var().item()).toBeCloseTo(3.5);
  expect(await x.sort(1, { descending: true }).values.toArray()).toEqual([[3, 2, 1], [6, 5, 4]]);
  expect(await zeros([2, 2]).add(1).toArray()).toEqual([[1, 1], [1, 1]]);
  expect(await where(x.greater(3), x, 0).toArray()).toEqual([[0, 0, 0], [4, 5, 6]]);
  expect(await arange(1, 7, 2).cumsum(0).toArray()).toEqual([1, 4, 9]);
  expect(await x.logcumsumexp(1).toArray()).toMatchInlineSnapshot(`
    [
      [
        1,
        2.3132617473602295,
        3.4076061248779297,
      ],
      [
        4,
        5.31326150894165,
        6.4076056480407715,
      ],
    ]
  `);
  expect(await tidy(() => tensor([3, 4]).square().sum().sqrt()).item()).toBe(5);
});
