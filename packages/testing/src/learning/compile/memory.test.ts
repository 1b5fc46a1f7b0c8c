import { cpu } from "@dl/backend-cpu";
import { Conv2d, MaxPool2d } from "@dl/conv";
import { crossEntropy, Flatten, Linear, ReLU, Sequential } from "@dl/nn";
import {
  collectGarbage,
  compile,
  configure,
  Generator,
  memory,
  settings,
  tensor,
  uniform,
  type Tensor,
} from "@dl/tensor";
import { afterAll, beforeAll, expect, it } from "vitest";
import { networks } from "../../determinism/networks.ts";

const before = settings().backend;
let peak = 0;
beforeAll(async () => {
  const backend = await cpu();
  const dispatch = backend.dispatch.bind(backend);
  backend.dispatch = (...work) => {
    dispatch(...work);
    peak = Math.max(peak, memory().bytes);
  };
  configure({ backend });
});
afterAll(() => void configure({ backend: before }));

/** 50 steps along the sign of the gradient. Source: Madry et al. 2018, arXiv:1706.06083, section 2.1. */
function attack(model: Sequential, inputs: Tensor, targets: Tensor): Tensor {
  let moved = inputs;
  for (let i = 0; i < 50; i++) {
    const here = moved.detach().requireGrad();
    crossEntropy(model.forward(here), targets).backward();
    moved = here.detach().add(here.grad!.sign().mul(0.01)).clamp(0, 1);
  }
  return moved;
}

/** The most bytes above those of before that each call had, and what is left afterwards. */
async function peaksOf(
  step: (x: Tensor, targets: Tensor) => Tensor,
  calls: number,
): Promise<number[]> {
  const generator = new Generator(1);
  const inputs = uniform([4, 1, 12, 12], { generator });
  const targets = tensor([0, 1, 2, 3], { dtype: "int32" });
  const peaks: number[] = [];
  for (let i = 0; i < calls; i++) {
    await collectGarbage();
    const start = memory().bytes;
    peak = 0;
    await step(inputs, targets).data();
    peaks.push(peak - start);
  }
  return peaks;
}

it("an attack of 50 iterations in one compiled step takes no more memory than without", async () => {
  const generator = new Generator(1);
  const model = new Sequential(
    new Conv2d(1, 8, 3, { padding: 1, generator }),
    new ReLU(),
    new MaxPool2d(2),
    new Conv2d(8, 8, 3, { padding: 1, generator }),
    new ReLU(),
    new Flatten(),
    new Linear(288, 4, { generator }),
  ).requireGrad(false);
  const plain = await peaksOf((x, targets) => attack(model, x, targets), 4);
  const step = compile((x: Tensor, targets: Tensor) => attack(model, x, targets));
  const compiled = await peaksOf(step, 12);
  expect(step.report.replays).toBeGreaterThan(0);
  expect(Math.max(...compiled)).toBeLessThanOrEqual(1.1 * Math.max(...plain));
  // What is dead makes room: a replay lives on what one iteration needs.
  expect(Math.max(...compiled.slice(6, 7))).toBeLessThan(0.1 * Math.max(...plain));
});

/** A replay writes the whole of an optimiser's state anew, a plain step one parameter after the other: NAdam's shows. */
const bounds: Readonly<Record<string, number>> = { mlp: 1.1, cnn: 1.1, dcgan: 1.1, vae: 1.2 };

it.each(Object.entries(bounds))(
  "a compiled training step of %s holds at most %d times what a plain one does",
  { timeout: 60_000 },
  async (name, bound) => {
    /** The most bytes that the training had in 12 steps, its weights and moments among them. */
    const most = async (wrap: typeof compile): Promise<number> => {
      await collectGarbage();
      const start = memory().bytes;
      const { step } = networks[name]!({
        backend: settings().backend!,
        generator: new Generator(1),
      });
      const wrapped = wrap(step);
      let found = 0;
      for (let call = 0; call < 12; call++) {
        // The engine compiles in the background what it then still holds on to.
        await new Promise((resolve) => setTimeout(resolve, 50));
        await collectGarbage();
        peak = 0;
        await wrapped().data();
        found = Math.max(found, peak - start);
      }
      return found;
    };
    const plain = await most(((step: unknown) => step) as typeof compile);
    const compiled = await most(compile);
    expect(compiled / plain).toBeLessThanOrEqual(bound);
  },
);
