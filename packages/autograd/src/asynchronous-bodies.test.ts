import { reference } from "@dl/backend-reference";
import { Linear } from "@dl/nn";
import { recordActivations } from "@dl/training";
import { LBFGS } from "@dl/optim";
import { configure, tensor, tidy, zeros, type Tensor } from "@dl/tensor";
import { describe, expect, it } from "vitest";
import {
  checkpoint,
  detectAnomaly,
  enableGrad,
  grad,
  isGradEnabled,
  jvp,
  noGrad,
  noWeightGradients,
  valueAndGrad,
  vjp,
  vmap,
} from "./index.ts";

configure({ backend: reference() });

type Body = (...inputs: Tensor[]) => never;
const x = (): Tensor => tensor([1, 2]).requireGrad();

/** Everything that holds while a function runs, given one that goes on after it returned. */
const modes: Readonly<Record<string, (body: Body) => unknown>> = {
  noGrad,
  enableGrad,
  noWeightGradients: (body) => noWeightGradients([x()], body),
  tidy,
  checkpoint: (body) => checkpoint(body, x()),
  detectAnomaly,
  grad: (body) => grad(body)(x()),
  valueAndGrad: (body) => valueAndGrad(body)(x()),
  vjp: (body) => vjp(body, [x()]),
  jvp: (body) => jvp(body, [x()], [zeros([2])]),
  vmap: (body) => vmap(body)(x()),
  recordActivations: (body) => recordActivations(new Linear(2, 2), body),
};

// oxlint-disable-next-line unicorn/no-thenable -- promises of other libraries are such objects
const thenable = { then: (resolve: (value: number) => void) => resolve(1) };
const bodies: Readonly<Record<string, () => unknown>> = {
  "a promise": async () => Promise.resolve(),
  "a promise that fails": async () => Promise.reject(new Error("nobody waits for this")),
  "a promise of another kind": () => thenable,
};

describe("a function that goes on after it returned is refused by", () => {
  it.each(Object.entries(modes))("%s", async (_name, mode) => {
    for (const [kind, body] of Object.entries(bodies)) {
      const call = async (): Promise<unknown> => mode(body as Body);
      await expect(call(), kind).rejects.toThrow(
        /^\w+: the function is asynchronous, and .+\. \w+/,
      );
      expect(isGradEnabled()).toBe(true);
    }
    // An unhandled rejection would fail this file.
    await new Promise((resolve) => setTimeout(resolve, 0));
  });
});

describe("side by side", () => {
  it("detectAnomaly blames nobody else's operations", async () => {
    const checked = detectAnomaly(() => tensor([1, 2]).add(1).sum());
    const others = tensor([0]).log(); // -Infinity
    await expect(checked.then((sum) => sum.item())).resolves.toBe(5);
    expect(await others.toArray()).toEqual([-Infinity]);
    const both = await Promise.allSettled([
      detectAnomaly(() => tensor([0]).log()),
      detectAnomaly(() => tensor([1]).log().sum()),
    ]);
    expect(both.map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
  });

  it("two steps of one LBFGS are refused", async () => {
    const weight = x();
    const optimizer = new LBFGS([weight]);
    const closure = async (): Promise<Tensor> => {
      optimizer.zeroGrad();
      const loss = weight.sub(3).square().sum();
      loss.backward();
      return loss;
    };
    const first = optimizer.step(closure);
    await expect(optimizer.step(closure)).rejects.toThrow("while another one moves the parameters");
    expect(await first).toBe(5);
    expect(await optimizer.step(closure)).toBeCloseTo(0, 6);
  });
});
