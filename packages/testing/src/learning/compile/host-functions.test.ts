import { Linear, Sequential, Tanh } from "@dl/nn";
import { Adam } from "@dl/optim";
import {
  cholesky,
  compile,
  Generator,
  hostFunction,
  integers,
  inverse,
  normal,
  ones,
  pinverse,
  tensor,
  zeros,
  type HostFunction,
  type StepReport,
  type Tensor,
} from "@dl/tensor";
import { describe, expect, it } from "vitest";
import { fullCovarianceSteps } from "./full-covariance.ts";
import { calls, testScenarios, type Scenario } from "./scenarios.ts";

/** Waiting times until a word is below a share of all: a loop that its own words end. */
const waiting: HostFunction = {
  name: "waiting",
  isStackable: true,
  compute([words, shares], result) {
    const length = words!.length / result.length;
    for (let i = 0; i < result.length; i++)
      while (result[i]! < length && words![i * length + result[i]!]! >= shares![i]! * 2 ** 31)
        result[i]!++;
  },
};

/** A step that runs plainly is right, too. */
function expectReplays(step: object): void {
  if ("report" in step) expect((step.report as StepReport).replays).toBeGreaterThan(4);
}

const scenarios: Record<string, Scenario> = {
  "random numbers that the host makes of drawn words": async (wrap, see) => {
    const generator = new Generator(4);
    const share = ones([6]).mul(0.3).requireGrad();
    const step = wrap((x: Tensor) => {
      const words = integers(0, 2 ** 31 - 1, [6, 50], { generator });
      const times = hostFunction(waiting, [words, share], { shape: [6], dtype: "float32" });
      share.grad = null;
      times.mul(share).add(x).sum().backward();
      share.assign(share.mul(0.99));
      return times;
    });
    for (let i = 1; i <= calls; i++) await see(step(tensor(i)), share, share.grad);
    expectReplays(step);
  },
  "host functions of every type, one after the other": async (wrap, see) => {
    const turned: HostFunction = {
      name: "turned",
      compute: ([x], result, { numbers: [factor] }) =>
        x!.forEach((element, i) => (result[result.length - 1 - i] = factor! * element)),
    };
    const step = wrap((x: Tensor) => {
      const options = { shape: [4], numbers: [2] };
      const whole = hostFunction(turned, [x], { ...options, dtype: "int32" });
      const words = hostFunction(turned, [whole.add(1)], { ...options, dtype: "uint32" });
      return [whole, words, hostFunction(turned, [words], { ...options, dtype: "float32" }).add(x)];
    });
    for (let i = 1; i <= calls; i++) await see(...step(tensor([i, -2.5, 3, 0])));
    expectReplays(step);
  },
  "matrices assigned to between calls": async (wrap, see) => {
    const weight = tensor([
      [2, 1],
      [0, 1],
    ]);
    const step = wrap((x: Tensor) => pinverse(weight.mul(x)).sum());
    for (let i = 1; i <= calls; i++) {
      await see(step(tensor(i)));
      if (i % 6 === 0) weight.assign(weight.add(i));
    }
    expectReplays(step);
  },
};
for (const [name, makeStep] of Object.entries(fullCovarianceSteps))
  scenarios[`full covariance by ${name}`] = async (wrap, see) => {
    const generator = new Generator(2);
    const model = new Sequential(
      new Linear(3, 8, { generator }),
      new Tanh(),
      new Linear(8, 12, { generator }),
    );
    const optimizer = new Adam(model.parameters());
    const lossOf = makeStep();
    const step = wrap((x: Tensor, y: Tensor) => {
      optimizer.zeroGrad();
      const loss = lossOf(model.forward(x), y);
      loss.backward();
      optimizer.step();
      return loss;
    });
    for (let i = 1; i <= calls; i++) {
      const rows = i % 5 === 0 ? 3 : 5;
      const draw = { generator };
      await see(step(normal([rows, 3], draw), normal([rows, 3], draw)), ...model.parameters());
    }
    expectReplays(step);
  };
testScenarios("what the host computes among the programs", scenarios);

const square = (...diagonal: number[]): Tensor =>
  tensor(diagonal.map((x, i) => diagonal.map((_, j) => (i === j ? x : 0))));

describe("a compiled step with work on the host", () => {
  it("is replayed", () => {
    const step = compile((x: Tensor) => inverse(x).sum());
    for (let i = 1; i <= 12; i++) step(square(i, 2));
    const { replays, plainRuns } = step.report;
    expect(plainRuns).toBe(2);
    expect(replays).toBeGreaterThan(4);
  });

  it("fails as without compile, changes nothing, and goes on", async () => {
    const play = async (wrap: typeof compile): Promise<unknown[]> => {
      const weight = ones([2]).requireGrad();
      const step = wrap((x: Tensor) => {
        weight.grad = null;
        const y = cholesky(x.mul(weight)).sum();
        y.backward();
        weight.assign(weight.sub(weight.grad!.mul(0.01)));
        return y;
      });
      const seen: unknown[] = [];
      for (let i = 1; i <= calls; i++) {
        const isBad = i % 7 === 0;
        try {
          seen.push(await step(square(i, isBad ? -1 : 2)).item());
        } catch (error) {
          seen.push((error as Error).message);
        }
        seen.push(await weight.toArray());
      }
      return seen;
    };
    const plain = await play(((step: unknown) => step) as typeof compile);
    expect(plain[12]).toMatch(/^cholesky: the matrix is not positive definite: pivot 1 is -/);
    expect(plain[13]).toEqual(plain[11]);
    expect(await play(compile)).toEqual(plain);
  });

  it.each<[string, (now: () => number) => (x: Tensor) => Tensor, string]>([
    [
      "a number",
      (now) => (x) => pinverse(x, { tolerance: now() < 7 ? 0.5 : 0.1 }),
      "number 0.5 became 0.1 in `pinverse`",
    ],
    [
      "another function",
      (now) => (x) => (now() < 7 ? inverse(x) : cholesky(x)),
      "`inverse` became `cholesky`, as program 1",
    ],
    [
      "a function made in the step",
      (now) => (x) => {
        const fill = (name: string): HostFunction => ({
          name,
          compute: (_, result) => void result.fill(now()),
        });
        return hostFunction(fill("filled"), [x], { shape: [], dtype: "float32" });
      },
      "`filled` became `filled`, as program 1",
    ],
    [
      "a type",
      (now) => (x) => cholesky(now() < 7 ? x : x.cast("int32").cast("float32")),
      "`cholesky` became `map [2, 2]`, as program 1",
    ],
    [
      "one more",
      (now) => (x) => (now() < 7 ? x.add(1) : inverse(x.add(1))),
      "`inverse` is run too",
    ],
  ])("is audited: %s", (_what, attack, difference) => {
    let call = 0;
    const step = compile(attack(() => call));
    const seen: string[] = [];
    for (call = 1; call <= 20; call++)
      try {
        step(square(3, 2));
        seen.push(step.report.reason ?? "");
      } catch (error) {
        seen.push((error as Error).message);
      }
    expect(seen.some((message) => message.includes(difference))).toBe(true);
  });

  it("holds no memory for what is dead, and none after an error", async () => {
    const step = compile((x: Tensor) => cholesky(x.mul(1)).sum());
    for (let i = 1; i <= 10; i++) step(square(i, 1));
    expect(() => step(square(1, -1))).toThrow("not positive definite");
    expect(await step(square(4, 9)).item()).toBe(5);
    expect(await step(zeros([2, 2]).add(square(1, 1))).item()).toBe(2);
  });
});
