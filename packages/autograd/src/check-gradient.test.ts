import { GradientError } from "@dl/backend";
import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import { configure, ones, tensor, type Tensor } from "@dl/tensor";
import { describe, expect, it } from "vitest";
import {
  checkpoint,
  Function,
  gradientsOf,
  jvp,
  vjp,
  type FunctionContext,
  type GradientHook,
} from "./index.ts";

configure({ backend: reference() });
const elsewhere = await cpu();

class Returning extends Function {
  readonly gradient: Tensor;

  constructor(gradient: unknown) {
    super();
    this.gradient = gradient as Tensor;
  }

  forward(_ctx: FunctionContext, x: Tensor): Tensor {
    return x.mul(2);
  }

  backward(): Tensor {
    return this.gradient;
  }
}

const leaf = (): Tensor => tensor([1, 2]).requireGrad();

/** Every place where a user hands a gradient over, for a tensor of two float32 on the reference. */
const places: Readonly<Record<string, (gradient: unknown) => unknown>> = {
  "grad: the gradient": (gradient) => {
    leaf().grad = gradient as Tensor;
  },
  "registerHook: what a hook returns": (gradient) => {
    const x = leaf();
    x.registerHook((() => gradient) as GradientHook);
    x.sum().backward();
  },
  "registerHook: what a hook returns, in a checkpoint": (gradient) => {
    checkpoint((inner) => {
      const y = inner.mul(2);
      // The first run is not recorded.
      if (y.requiresGrad) y.registerHook((() => gradient) as GradientHook);
      return y.sum();
    }, leaf()).backward();
  },
  "Returning.backward: gradient 0": (gradient) =>
    new Returning(gradient).apply(leaf()).sum().backward(),
  "backward: the gradient given": (gradient) =>
    leaf()
      .mul(2)
      .backward({ gradient: gradient as Tensor }),
  "gradientsOf: the gradient given": (gradient) => {
    const x = leaf();
    return gradientsOf(x.mul(2), [x], { gradient: gradient as Tensor });
  },
  "vjp: cotangent 0": (gradient) => vjp((x) => x.mul(2), [leaf()]).pullback(gradient as Tensor),
  "jvp: tangent 0": (gradient) => jvp((x) => x.mul(2), [leaf()], [gradient as Tensor]),
};

const wrong: readonly (readonly [received: string, gradient: unknown])[] = [
  ["5", 5],
  ['{"a":1}', { a: 1 }],
  ["a promise, which would have to be awaited before", Promise.resolve(ones([2]))],
  ["Tensor float32 [3] on reference", ones([3])],
  ["Tensor float32 [] on reference", tensor(1)],
  ["Tensor int32 [2] on reference", ones([2], { dtype: "int32" })],
  ["Tensor float64 [2] on reference", ones([2], { dtype: "float64" })],
  ["Tensor float32 [2] on cpu", ones([2], { backend: elsewhere })],
  ["Tensor float32 [2] on reference, another one", ones([2], { backend: reference() })],
];

describe.each(Object.entries(places))("%s", (place, give) => {
  it.each(wrong)("is refused at once: %s", (received, gradient) => {
    expect(() => give(gradient)).toThrow(GradientError);
    expect(() => give(gradient)).toThrow(
      `${place.split(", ")[0]} must be a tensor float32 [2] on reference, like what it is the gradient of: received ${received}. Convert it with cast, reshape or to.`,
    );
  });

  it("may be like its tensor", () => {
    expect(() => give(ones([2]))).not.toThrow();
  });
});

it("refuses a hook that is no function", () => {
  expect(() => leaf().registerHook(3 as unknown as GradientHook)).toThrow(
    "registerHook: hook must be a function: received number.",
  );
});

it("takes null for no gradient, and nothing from a hook for the same one", async () => {
  const x = leaf();
  x.registerHook(() => undefined);
  x.sum().backward();
  expect(await x.grad!.toArray()).toEqual([1, 1]);
  x.grad = null;
  expect(x.grad).toBeNull();
});
