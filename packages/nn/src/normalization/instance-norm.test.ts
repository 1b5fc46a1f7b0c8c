import { cpu } from "@dl/backend-cpu";
import { arange, configure, type Tensor } from "@dl/tensor";
import { beforeAll, expect, it } from "vitest";
import { InstanceNorm } from "../index.ts";

beforeAll(async () => {
  configure({ backend: await cpu() });
});

async function expectNear(x: Tensor, expected: readonly number[]): Promise<void> {
  const received = await x.data();
  expected.forEach((value, i) => expect(received[i]).toBeCloseTo(value, 5));
}

it("keeps running statistics as PyTorch does, and uses them in evaluation", async () => {
  const inputs = arange(24).cast("float32").reshape([2, 3, 4]).sin().mul(2).add(1);
  const norm = new InstanceNorm(3, { trackRunningStats: true, momentum: 0.3 });
  norm.forward(inputs);
  norm.forward(inputs.mul(2));
  // PyTorch 1.13: InstanceNorm1d(3, track_running_stats=True, momentum=0.3) on the same inputs.
  await expectNear(norm.runningMean!, [1.5018165, 0.1643153, 0.9622789]);
  await expectNear(norm.runningVariance!, [2.3207543, 2.6444223, 4.7097683]);
  const row = norm.eval().forward(inputs).select(0, 1).select(0, 2);
  await expectNear(row, [0.8587271, 0.7884207, 0.0092242, -0.7624726]);
  expect([...norm.namedBuffers().keys()]).toEqual(["runningMean", "runningVariance"]);
});

it("needs several positions only where it takes their statistics", () => {
  const norm = new InstanceNorm(3, { trackRunningStats: true });
  const inputs = arange(6).cast("float32").reshape([2, 3, 1]);
  expect(() => norm.forward(inputs)).toThrow(
    "instanceNorm: needs more than one position per channel: received [2, 3, 1].",
  );
  expect(norm.eval().forward(inputs).shape).toEqual([2, 3, 1]);
  expect(() => new InstanceNorm(3, { momentum: 2 })).toThrow(
    "instanceNorm: momentum must be between 0 and 1: received 2.",
  );
});
