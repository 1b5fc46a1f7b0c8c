import { reference } from "@dl/backend-reference";
import { configure, tensor, type Tensor } from "@dl/tensor";
import { expect, it } from "vitest";
import { perSampleGradients, valueAndGrad } from "./index.ts";

configure({ backend: reference() });

const lossOf = ({ w, b }: { w: Tensor; b: Tensor }, x: Tensor, y: Tensor): Tensor =>
  x.matmul(w).add(b).sub(y).square().mean();
const parameters = { w: tensor([[1], [2]]), b: tensor([3]) };
const inputs = tensor([
  [1, 0],
  [2, -1],
  [0, 4],
]);
const targets = tensor([[1], [2], [3]]);

it("gives each sample's gradient, whose mean is the batch's", async () => {
  const each = perSampleGradients(lossOf, parameters, inputs, targets);
  expect([each.w.shape, each.b.shape]).toEqual([
    [3, 2, 1],
    [3, 1],
  ]);
  expect(await each.b.toArray()).toEqual([[6], [2], [16]]); // 2 (xw + b − y)
  expect(await each.w.toArray()).toEqual([
    [[6], [0]],
    [[4], [-2]],
    [[0], [64]],
  ]);
  const { gradients } = valueAndGrad(lossOf)(parameters, inputs, targets);
  expect(await each.w.mean([0]).sub(gradients.w).abs().amax().item()).toBeLessThan(1e-6);
});

it("refuses batches without samples or of unequal size", () => {
  expect(() => perSampleGradients(lossOf, parameters)).toThrow(
    "perSampleGradients: needs tensors with one first axis, the samples: received none. Give at least one sample, and as many of each.",
  );
  expect(() => perSampleGradients(lossOf, parameters, inputs, tensor([[1], [2]]))).toThrow(
    "received [3, 2], [2, 1]. Give at least one sample, and as many of each.",
  );
});
