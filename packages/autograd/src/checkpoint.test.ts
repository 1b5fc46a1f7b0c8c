import { reference } from "@dl/backend-reference";
import { bernoulli, configure, manualSeed, memory, ones, tensor, type Tensor } from "@dl/tensor";
import { beforeEach, describe, expect, it } from "vitest";
import {
  checkpoint,
  Function,
  grad,
  gradcheck,
  gradgradcheck,
  gradientsOf,
  graphOf,
  noGrad,
  type FunctionContext,
} from "./index.ts";

beforeEach(() => {
  configure({ backend: reference() });
  manualSeed(0);
});

const vector = (...values: number[]): Tensor => tensor(values, { dtype: "float64" });

class Reversal extends Function {
  forward(_ctx: FunctionContext, x: Tensor): Tensor {
    return x;
  }

  backward(_ctx: FunctionContext, dy: Tensor): Tensor {
    return dy.neg();
  }
}

describe("checkpoint", () => {
  it("gives the gradients of inputs and of what is reached by closure", async () => {
    const w = vector(2, 3).requireGrad();
    const scaled = w.mul(10); // used outside and inside: its gradient must not count twice
    const lossOf = (run: (x: Tensor) => Tensor, x: Tensor): Tensor => run(x).add(scaled).sum();
    const f = (x: Tensor): Tensor => x.mul(w).sin().mul(scaled).mul(w);
    const gradients = [];
    for (const run of [f, (x: Tensor) => checkpoint(f, x)]) {
      const x = vector(0.3, 0.7).requireGrad();
      const hidden = x.square();
      gradients.push(gradientsOf(lossOf(run, hidden), [x, w], { retainGraph: true }));
      w.grad = null;
      lossOf(run, hidden).backward({ retainGraph: true });
      gradients.push([x.grad!, w.grad!]);
    }
    const numbers = await Promise.all(
      gradients.map((pair) => Promise.all(pair.map((gradient) => gradient.toArray()))),
    );
    for (const pair of numbers) expect(pair).toEqual(numbers[0]);
  });

  it("agrees with differences, also of second order", async () => {
    const w = vector(0.4, 1.1, -0.3);
    const f = (x: Tensor, y: Tensor): Tensor => checkpoint((u, v) => u.mul(v).sin().mul(w), x, y);
    await gradcheck(f, [vector(1, 2, 3), vector(0.1, 0.2, 0.3)]);
    await gradgradcheck(f, [vector(1, 2, 3), vector(0.1, 0.2, 0.3)]);
    const cube = (x: Tensor): Tensor => checkpoint((u) => u.mul(u).mul(u), x);
    expect(await grad(grad(cube))(vector(2).sum()).item()).toBe(12);
  });

  it("repeats random numbers and leaves the generator as it was", async () => {
    const dropped = (x: Tensor): Tensor =>
      x.mul(bernoulli(x.shape, { probability: 0.5 }).cast("float32"));
    const x = ones([64]).requireGrad();
    const y = checkpoint(dropped, x);
    const following = await bernoulli([64], { probability: 0.5 }).toArray();
    y.sum().backward();
    expect(await x.grad!.toArray()).toEqual(await y.toArray());
    const continued = await bernoulli([64], { probability: 0.5 }).toArray();
    manualSeed(0);
    bernoulli([64], { probability: 0.5 });
    expect(await bernoulli([64], { probability: 0.5 }).toArray()).toEqual(following);
    expect(await bernoulli([64], { probability: 0.5 }).toArray()).toEqual(continued);
  });

  it("takes several outputs, nesting, and functions with gradients of their own", async () => {
    const w = vector(5).requireGrad();
    const x = vector(3).requireGrad();
    const [product, sum] = checkpoint(
      (u: Tensor) => [checkpoint((v) => v.mul(w), u), u.add(new Reversal().apply(w))] as const,
      x,
    );
    product.add(sum).sum().backward();
    expect([await x.grad!.item(), await w.grad!.item()]).toEqual([6, 2]);
    x.grad = null;
    checkpoint((u: Tensor) => [u.mul(2), u.mul(w)] as const, x)[0].backward();
    expect(await x.grad!.item()).toBe(2);
  });

  it("calls hooks of closures once, with the whole gradient", async () => {
    const w = vector(5).requireGrad();
    const seen: Tensor[] = [];
    w.registerHook((gradient) => {
      seen.push(gradient);
    });
    checkpoint((u) => u.mul(w), vector(2))
      .add(w)
      .backward();
    expect(await Promise.all(seen.map((gradient) => gradient.item()))).toEqual([3]);
  });

  it("records one operation, or none where nothing needs a gradient", () => {
    const x = vector(1, 2).requireGrad();
    const f = (u: Tensor): Tensor => u.exp().sin().sum();
    expect(graphOf(checkpoint(f, x)).nodes.map(({ op }) => op)).toEqual(["leaf", "checkpoint"]);
    expect(checkpoint(f, vector(1)).requiresGrad).toBe(false);
    expect(noGrad(() => checkpoint(f, x)).requiresGrad).toBe(false);
  });

  it("holds fewer bytes until backward", async () => {
    const held = (run: (x: Tensor) => Tensor): number => {
      const x = ones([1024]).requireGrad();
      const before = memory().bytes;
      const loss = run(x);
      const bytes = memory().bytes - before;
      loss.backward();
      return bytes;
    };
    const deep = (x: Tensor): Tensor => {
      let y = x;
      for (let i = 0; i < 20; i++) y = y.softmax(0).mul(x);
      return y.sum();
    };
    configure({ backend: reference(), eager: true });
    const plain = held(deep);
    const checkpointed = held((x) => checkpoint(deep, x));
    configure({ eager: false });
    expect(plain).toBeGreaterThan(20 * 4096);
    expect(checkpointed).toBeLessThan(2 * 4096);
  });

  it("refuses functions that are asynchronous or change", () => {
    const x = vector(1, 2).requireGrad();
    expect(() => checkpoint((async (u: Tensor) => u) as never, x)).toThrow(
      "checkpoint: the function is asynchronous, and cannot be run again during backward. Read results outside of it.",
    );
    let calls = 0;
    const y = checkpoint((u) => (calls++ === 0 ? u.mul(2) : u.sum()), x);
    expect(() => y.sum().backward()).toThrow(
      "checkpoint: run again for backward, the function returned Tensor float64 [] on reference where it first returned Tensor float64 [2] on reference. It must do the same each time.",
    );
    const other = x.exp();
    calls = 0;
    const z = checkpoint((u) => (calls++ === 0 ? u.mul(2) : u.mul(other)), x);
    expect(() => z.sum().backward()).toThrow(
      "checkpoint: run again for backward, the function used the result of exp that it did not use at first. It must do the same each time.",
    );
  });
});
