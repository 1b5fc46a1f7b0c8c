import { cpu } from "@dl/backend-cpu";
import { configure, tensor } from "@dl/tensor";
import { beforeAll, expect, it } from "vitest";
import { activityPenalty, l1Penalty, Linear, ReLU, Sequential } from "./index.ts";

beforeAll(async () => {
  configure({ backend: await cpu() });
});

it("penalises what layers give out, per sample, with gradients", async () => {
  const model = new Sequential(new Linear(1, 2, { bias: false }), new ReLU());
  const { weight } = model[0] as Linear;
  weight.assign(tensor([[2], [-3]]));
  const { result, penalty } = activityPenalty([model[1]!], l1Penalty, () =>
    model.forward(tensor([[1], [2]])),
  );
  expect(await result.toArray()).toEqual([
    [2, 0],
    [4, 0],
  ]);
  expect(await penalty.item()).toBe(3);
  penalty.backward();
  expect(await weight.grad!.toArray()).toEqual([[1.5], [0]]);
});

it("says when no layer was called", () => {
  expect(() => activityPenalty([new ReLU()], l1Penalty, () => 1)).toThrow(
    "activityPenalty: none of the 1 layers gave out a tensor during forward.",
  );
});
