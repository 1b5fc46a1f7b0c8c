import { cpu } from "@dl/backend-cpu";
import { Linear, Sequential, Tanh } from "@dl/nn";
import { SGD } from "@dl/optim";
import { compile, configure, manualSeed, normal, settings, tensor, type Tensor } from "@dl/tensor";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

type Wrap = typeof compile;

/** What can be seen after each call. */
export type Scenario = (
  wrap: Wrap,
  see: (...tensors: (Tensor | null)[]) => Promise<void>,
) => Promise<void>;

export const calls = 20;

async function seenBy(scenario: Scenario, wrap: Wrap): Promise<unknown[]> {
  manualSeed(3);
  const seen: unknown[] = [];
  await scenario(wrap, async (...tensors) => {
    seen.push(await Promise.all(tensors.map(async (x) => (await x?.toArray()) ?? null)));
  });
  return seen;
}

/** Plays each scenario with its steps compiled and without, and asks for the same bits. */
export function testScenarios(what: string, scenarios: Readonly<Record<string, Scenario>>): void {
  const before = settings().backend;
  beforeAll(async () => void configure({ backend: await cpu() }));
  afterAll(() => void configure({ backend: before }));
  // What is not replayed says so; here that is as good.
  beforeEach(() => void vi.spyOn(console, "warn").mockImplementation(() => {}));
  afterEach(() => void vi.restoreAllMocks());
  describe(`a compiled step follows ${what}, to the bit`, () => {
    for (const [name, scenario] of Object.entries(scenarios))
      it(name, async () => {
        const plain = await seenBy(scenario, ((step: unknown) => step) as Wrap);
        expect(await seenBy(scenario, compile)).toEqual(plain);
      });
  });
}

export const weightOf = (...values: number[]): Tensor => tensor(values).requireGrad();

/** A model, its inputs, and a step that trains it. */
export function training(
  model: Sequential,
  inputShape: readonly number[],
  optimizer: { zeroGrad(): void; step(): void } = new SGD(model.parameters(), {
    learningRate: 0.05,
  }),
): { inputs: Tensor; step: (x: Tensor) => Tensor; all: () => Tensor[] } {
  return {
    inputs: normal(inputShape),
    step: (x) => {
      optimizer.zeroGrad();
      const loss = model.forward(x).square().mean();
      loss.backward();
      optimizer.step();
      return loss;
    },
    all: () => [...model.stateDict().values(), ...model.parameters().map(({ grad }) => grad!)],
  };
}

/** Trains a model and does something between the calls. */
export const trained =
  (
    make: () => Sequential,
    inputShape: readonly number[],
    between: (model: Sequential, call: number) => void = () => {},
  ): Scenario =>
  async (wrap, see) => {
    const model = make();
    const { inputs, step, all } = training(model, inputShape);
    const wrapped = wrap(step);
    for (let i = 0; i < calls; i++) {
      const loss = wrapped(inputs);
      await see(loss, ...all());
      between(model, i);
    }
  };

export const dense = (): Sequential =>
  new Sequential(new Linear(3, 4), new Tanh(), new Linear(4, 2));
