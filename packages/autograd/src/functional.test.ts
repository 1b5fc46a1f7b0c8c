import { reference } from "@dl/backend-reference";
import { configure, tensor, type Tensor } from "@dl/tensor";
import { beforeEach, expect, it } from "vitest";
import { grad, valueAndGrad, vjp } from "./index.ts";

beforeEach(() => {
  configure({ backend: reference() });
});

it("gives gradients in the arrangement of the parameters", async () => {
  const lossOf = ({ w, b }: { w: Tensor; b: Tensor }, x: Tensor): Tensor =>
    w.mul(x).add(b).square().sum();
  const { value, gradients } = valueAndGrad(lossOf)({ w: tensor(2), b: tensor(1) }, tensor([1, 2]));
  expect(await value.item()).toBe(9 + 25);
  expect(await gradients.w.item()).toBe(2 * 3 * 1 + 2 * 5 * 2);
  expect(await gradients.b.item()).toBe(2 * 3 + 2 * 5);
  const [da, db] = grad(([a, b]: readonly [Tensor, Tensor]) => a.mul(b))([tensor(3), tensor(4)]);
  expect([await da.item(), await db.item()]).toEqual([4, 3]);
});

it("nests", async () => {
  const cube = (x: Tensor): Tensor => x.mul(x).mul(x);
  expect(await grad(cube)(tensor(2)).item()).toBe(12);
  expect(await grad(grad(cube))(tensor(2)).item()).toBe(12);
  expect(await grad(grad(grad(cube)))(tensor(2)).item()).toBe(6);
});

it("leaves grad alone and sees parameters through closures", async () => {
  const w = tensor(3).requireGrad();
  const { gradients } = valueAndGrad((_parameters: readonly Tensor[]) => w.mul(w))([w]);
  expect(await gradients[0]!.item()).toBe(6);
  expect(w.grad).toBeNull();
});

it("pulls cotangents back, more than once", async () => {
  const { outputs, pullback } = vjp(
    (x: Tensor, y: Tensor) => [x.mul(y), x.add(y)] as const,
    [tensor(2), tensor(5)],
  );
  expect(await outputs[0].item()).toBe(10);
  const results = [];
  for (const [a, b] of [
    [1, 0],
    [0, 1],
    [10, 100],
  ] as const) {
    const [dx, dy] = pullback(tensor(a), tensor(b));
    results.push([await dx!.item(), await dy!.item()]);
  }
  expect(results).toEqual([
    [5, 2],
    [1, 1],
    [150, 120],
  ]);
  expect(() => pullback(tensor(1))).toThrow(
    "vjp: the function has 2 outputs, got 1 cotangents. Give one for each.",
  );
});
