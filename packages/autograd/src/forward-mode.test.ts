import { reference } from "@dl/backend-reference";
import {
  applyOne,
  concatenate,
  configure,
  Generator,
  tensor,
  uniform,
  type Tensor,
} from "@dl/tensor";
import { beforeEach, expect, it } from "vitest";
import { grad, jvp } from "./index.ts";

beforeEach(() => {
  configure({ backend: reference() });
});

const random = (shape: number[], seed: number): Tensor =>
  uniform(shape, { low: -1, high: 1, dtype: "float64", generator: new Generator(seed) });
const scalar = (value: number): Tensor => tensor(value, { dtype: "float64" });

const window = { stride: [1, 1], padding: [1, 1, 1, 1], dilation: [1, 1], groups: 1 } as const;
const functions: { [name: string]: readonly [(...inputs: Tensor[]) => Tensor, number[][]] } = {
  pointwise: [(x, y) => x.mul(y).sin().add(x.exp()), [[2, 3], [3]]],
  matmul: [
    (x, y) => x.matmul(y).tanh(),
    [
      [2, 3],
      [3, 4],
    ],
  ],
  softmax: [(x) => x.softmax(1), [[3, 4]]],
  reductions: [
    (x) =>
      x
        .prod([1])
        .add(x.amax([1]))
        .add(x.cumsum(1).sum([1])),
    [[3, 4]],
  ],
  rearranging: [
    (x, y) =>
      concatenate([x.permute([1, 0]), y.flip([0])], 0)
        .sort(0)
        .values.square(),
    [
      [2, 3],
      [4, 2],
    ],
  ],
  convolution: [
    (x, w) => applyOne("conv2d", [x, w], window).mul(x.sum()),
    [
      [1, 2, 4, 4],
      [2, 2, 3, 3],
    ],
  ],
};

it.each(Object.keys(functions))("agrees with central differences: %s", async (name) => {
  const [f, shapes] = functions[name]!;
  const inputs = shapes.map((shape, i) => random(shape, i));
  const directions = shapes.map((shape, i) => random(shape, i + 10));
  const { outputs, tangents } = jvp(f, inputs, directions);
  const along = (step: number): Tensor =>
    f(...inputs.map((x, i) => x.add(directions[i]!.mul(step))));
  const numeric = await along(1e-6).sub(along(-1e-6)).div(2e-6).data();
  const analytic = await tangents.data();
  expect(await outputs.data()).toEqual(await f(...inputs).data());
  expect(analytic.length).toBe(numeric.length);
  analytic.forEach((value, i) => expect(value).toBeCloseTo(numeric[i]!, 6));
});

it("takes several outputs, also constant and integer ones", async () => {
  const { outputs, tangents } = jvp(
    (x: Tensor, y: Tensor) => [x.mul(y), y, scalar(7), x.argmax()] as const,
    [tensor([2, 3]), tensor([5, 7])],
    [tensor([1, 0]), tensor([0, 10])],
  );
  expect(await Promise.all(outputs.map((y) => y.toArray()))).toEqual([[10, 21], [5, 7], 7, 1]);
  expect(await Promise.all(tangents.map((t) => t.toArray()))).toEqual([[5, 30], [0, 10], 0, 0]);
});

it("leaves no history unless somebody differentiates around it", async () => {
  const square = (x: Tensor): Tensor => x.mul(x);
  const plain = jvp(square, [scalar(2)], [scalar(1)]);
  expect([plain.outputs.requiresGrad, plain.tangents.requiresGrad]).toEqual([false, false]);
  const x = scalar(2).requireGrad();
  jvp((v) => v.mul(v).mul(v), [x], [scalar(1)]).tangents.backward();
  expect(await x.grad!.item()).toBe(12);
  const slope = (v: Tensor): Tensor => jvp((u) => u.mul(u).mul(u), [v], [scalar(1)]).tangents;
  expect(await grad(slope)(scalar(3)).item()).toBe(18);
  const twice = jvp(slope, [scalar(3)], [scalar(1)]);
  expect([await twice.outputs.item(), await twice.tangents.item()]).toEqual([27, 18]);
});

it("refuses tangents that do not fit", () => {
  const f = (x: Tensor): Tensor => x.sin();
  expect(() => jvp(f, [tensor([1, 2])], [])).toThrow(
    "jvp: the function has 1 inputs, got 0 tangents. Give one for each.",
  );
  expect(() => jvp(f, [tensor([1, 2])], [tensor([1])])).toThrow(
    "jvp: tangent 0 must be a tensor float32 [2] on reference, like what it is the gradient of: received Tensor float32 [1] on reference. Convert it with cast, reshape or to.",
  );
});
