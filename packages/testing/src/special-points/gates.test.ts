import {
  checkpoint,
  Function,
  gradientsOf,
  jvp,
  vjp,
  vmap,
  type FunctionContext,
} from "@dl/autograd";
import type { Backend } from "@dl/backend";
import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import { full, stack, tensor, type Tensor } from "@dl/tensor";
import { describe, expect, it } from "vitest";
import { gates, type Gate } from "./gates.ts";

class Wrapped extends Function {
  readonly f: Gate["f"];

  constructor(f: Gate["f"]) {
    super();
    this.f = f;
  }

  forward(ctx: FunctionContext, x: Tensor): Tensor {
    ctx.saveForBackward(x);
    return this.f(x);
  }

  backward(ctx: FunctionContext, dy: Tensor): Tensor {
    return vjp(this.f, [ctx.savedTensors[0]!]).pullback(dy)[0]!;
  }
}

type Pull = (f: Gate["f"], x: Tensor, fill: (y: Tensor) => Tensor) => Tensor;

/** The gradient of x for an upstream gradient, in every way there is to ask for it. */
const ways: Readonly<Record<string, Pull>> = {
  backward: (f, x, fill) => {
    const y = f(x.requireGrad());
    y.backward({ gradient: fill(y) });
    return x.grad!;
  },
  vjp: (f, x, fill) => vjp(f, [x]).pullback(fill(f(x)))[0]!,
  checkpoint: (f, x, fill) => {
    const y = checkpoint(f, x.requireGrad());
    return gradientsOf(y, [x], { gradient: fill(y) })[0]!;
  },
  Function: (f, x, fill) => {
    const y = new Wrapped(f).apply(x.requireGrad());
    return gradientsOf(y, [x], { gradient: fill(y) })[0]!;
  },
  vmap: (f, x, fill) => {
    const gradient = (row: Tensor, dy: Tensor): Tensor => vjp(f, [row]).pullback(dy)[0]!;
    const dy = fill(f(x));
    return vmap(gradient)(stack([x, x]), stack([dy, dy])).select(0, 1);
  },
};

const backends: readonly (readonly [string, Backend])[] = [
  ["reference", reference()],
  ["cpu", await cpu()],
];

describe.each(backends)("what a gate shuts out stays out, %s", (_name, backend) => {
  const infinite = [1, Infinity, -Infinity, NaN];
  it.each(gates)("$name", async ({ f, x, slopes }) => {
    const problems: string[] = [];
    for (const [way, pull] of Object.entries(ways)) {
      for (const value of infinite) {
        const fill = ({ shape }: Tensor): Tensor => full(shape, value, { backend });
        const received = await pull(f, tensor(x, { backend }), fill).data();
        slopes.forEach((slope, i) => {
          const wanted = slope === 0 ? 0 : slope * value;
          const isRight =
            Object.is(wanted, received[i]) ||
            wanted === received[i] ||
            Math.abs(wanted - received[i]!) < 1e-6;
          if (!isRight)
            problems.push(`${way}, ${value} [${i}]: ${received[i]} instead of ${wanted}`);
        });
      }
    }
    expect(problems).toEqual([]);
  });

  it.each(gates)("$name, forward mode", async ({ f, x, slopes }) => {
    for (const value of infinite) {
      const shut = slopes.map((slope) => (slope === 0 ? value : 0));
      const tangent = tensor(shut, { backend });
      const { tangents } = jvp(f, [tensor(x, { backend })], [tangent]);
      expect(
        [...(await tangents.data())].every((t) => t === 0),
        `tangent ${value}`,
      ).toBe(true);
    }
  });
});
