import { webgpu, type WebgpuBackend } from "@dl/backend-webgpu";
import { Linear, Sequential, Tanh } from "@dl/nn";
import { SGD } from "@dl/optim";
import {
  cholesky,
  compile,
  configure,
  Generator,
  hostFunction,
  normal,
  ones,
  settings,
  tensor,
  type HostFunction,
  type Tensor,
} from "@dl/tensor";
import { afterAll, beforeAll, expect, it, test } from "vitest";
import { fullCovarianceSteps } from "./full-covariance.ts";

let gpu: WebgpuBackend;
const before = settings().backend;
beforeAll(async () => {
  gpu = await webgpu();
  configure({ backend: gpu });
});
afterAll(async () => {
  configure({ backend: before });
  await gpu.dispose();
});

const plainly = ((step: unknown) => step) as typeof compile;

it.each(Object.entries(fullCovarianceSteps))(
  "a compiled step on a GPU has full covariance by %s, to the bit",
  async (_name, makeStep) => {
    const train = async (wrap: typeof compile): Promise<unknown> => {
      const generator = new Generator(2);
      const model = new Sequential(
        new Linear(3, 4, { generator }),
        new Tanh(),
        new Linear(4, 12, { generator }),
      );
      const optimizer = new SGD(model.parameters(), { learningRate: 0.01 });
      const lossOf = makeStep();
      const step = wrap((x: Tensor, y: Tensor) => {
        optimizer.zeroGrad();
        const loss = lossOf(model.forward(x), y);
        loss.backward();
        optimizer.step();
        return loss;
      });
      const losses: Tensor[] = [];
      // Not read in between: several steps stand in line.
      for (let i = 0; i < 10; i++)
        losses.push(step(normal([2, 3], { generator }), normal([2, 3], { generator })));
      if ("report" in step) expect(step.report.replays).toBeGreaterThan(2);
      return Promise.all([...losses, ...model.parameters()].map((x) => x.toArray()));
    };
    expect(await train(compile)).toEqual(await train(plainly));
  },
);

test("a host function on a GPU reads and gives every type, at its place", async () => {
  const doubled: HostFunction = {
    name: "doubled",
    compute: ([x], result) => x!.forEach((element, i) => (result[i] = 2 * element)),
  };
  const apply = (x: Tensor, dtype: "float32" | "int32" | "uint32"): Tensor =>
    hostFunction(doubled, [x], { shape: x.shape, dtype });
  const step = compile((x: Tensor) => {
    const floats = apply(x.add(1), "float32");
    const integers = apply(floats, "int32");
    const words = apply(integers.matrixTranspose(), "uint32");
    return [floats, integers, words, apply(words.greater(8), "float32").add(x)];
  });
  for (let i = 0; i < 10; i++) {
    const results = step(tensor([[i, 0.25]]));
    expect(await Promise.all(results.map((x) => x.toArray()))).toEqual([
      [[2 * i + 2, 2.5]],
      [[4 * i + 4, 5]],
      [[8 * i + 8], [10]],
      [
        [i > 0 ? i + 2 : i, i > 0 ? 2.25 : 0.25],
        [i + 2, 2.25],
      ],
    ]);
  }
});

test("what fails on the host in a replay comes with the next read, and only once", async () => {
  const weight = ones([2]);
  const step = compile((x: Tensor) => cholesky(x.mul(weight)));
  for (let i = 0; i < 10; i++)
    await step(
      tensor([
        [4, 0],
        [0, 9],
      ]),
    ).toArray();
  const bad = step(
    tensor([
      [4, 0],
      [0, -9],
    ]),
  );
  await expect(bad.toArray()).rejects.toThrow("cholesky: the matrix is not positive definite");
  expect(
    await step(
      tensor([
        [1, 0],
        [0, 1],
      ]),
    ).toArray(),
  ).toEqual([
    [1, 0],
    [0, 1],
  ]);
});
