import { reference } from "@dl/backend-reference";
import { configure, observePrimitives, tensor, type Tensor } from "@dl/tensor";
import { beforeEach, expect, it } from "vitest";
import { gradientsOf, noWeightGradients, stopGradient } from "./index.ts";

beforeEach(() => {
  configure({ backend: reference() });
});

const row = (): Tensor => tensor([[1, 2]]).requireGrad();
const weight = (): Tensor => tensor([[3], [4]]).requireGrad();

function countMatmuls(body: () => void): number {
  let count = 0;
  const stop = observePrimitives((name) => {
    if (name === "matmul") count++;
  });
  body();
  stop();
  return count;
}

it("stops at a constant", async () => {
  const x = tensor([2, 3]).requireGrad();
  x.mul(stopGradient(x.square())).sum().backward();
  expect(await x.grad!.toArray()).toEqual([4, 9]);
  expect(stopGradient(x).requiresGrad).toBe(false);
});

it("neither computes nor adds the gradients of the parameters", async () => {
  const [x, w] = [row(), weight()];
  const loss = x.matmul(w).square().sum();
  const matmuls = countMatmuls(() => noWeightGradients([w], () => loss.backward()));
  expect(matmuls).toBe(1);
  expect(await x.grad!.toArray()).toEqual([[66, 88]]);
  expect(w.grad).toBeNull();
  x.matmul(w).sum().backward();
  expect(await w.grad!.toArray()).toEqual([[1], [2]]);
});

it("leaves the parameters to later walks of a penalty", async () => {
  const [x, w] = [row(), weight()];
  const penalty = noWeightGradients([w], () => {
    x.matmul(w).sum().backward({ createGraph: true });
    return x.grad!.square().sum();
  });
  expect(w.grad).toBeNull();
  expect(await gradientsOf(penalty, [w])[0]!.toArray()).toEqual([[6], [8]]);
});

it("is not needed with gradientsOf, which computes what it is asked for", async () => {
  const [x, w] = [row(), weight()];
  const loss = x.matmul(w).sum();
  let dx: Tensor | undefined;
  const matmuls = countMatmuls(() => {
    [dx] = gradientsOf(loss, [x]);
  });
  expect(matmuls).toBe(1);
  expect(await dx!.toArray()).toEqual([[3, 4]]);
});

it("nests and ends with its body", async () => {
  const [x, w] = [row(), weight()];
  noWeightGradients([w], () => {
    noWeightGradients([x], () => x.matmul(w).sum().backward());
    x.matmul(w).sum().backward();
  });
  expect(await x.grad!.toArray()).toEqual([[3, 4]]);
  expect(w.grad).toBeNull();
  expect(() => noWeightGradients([w], () => Promise.resolve())).toThrow(
    "noWeightGradients: the function is asynchronous, and the parameters would have gradients again before it ended. Put only the walk inside, and await outside.",
  );
});
