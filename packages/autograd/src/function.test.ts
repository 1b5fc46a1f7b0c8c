import { reference } from "@dl/backend-reference";
import { configure, tensor, type Tensor } from "@dl/tensor";
import { beforeEach, expect, it } from "vitest";
import { Function, gradgradcheck, gradcheck, grad, type FunctionContext } from "./index.ts";

beforeEach(() => {
  configure({ backend: reference() });
});

/** Two inputs, two outputs: (x y, x + y²). */
class ProductAndSum extends Function<readonly [Tensor, Tensor]> {
  forward(ctx: FunctionContext, x: Tensor, y: Tensor): readonly [Tensor, Tensor] {
    ctx.saveForBackward(x, y);
    return [x.mul(y), x.add(y.mul(y))];
  }

  backward(ctx: FunctionContext, dProduct: Tensor, dSum: Tensor): readonly Tensor[] {
    const [x, y] = ctx.savedTensors as [Tensor, Tensor];
    return [dProduct.mul(y).add(dSum), dProduct.mul(x).add(dSum.mul(y).mul(2))];
  }
}

/** exp, keeping its output. */
class Exponential extends Function {
  forward(ctx: FunctionContext, x: Tensor): Tensor {
    const y = x.exp();
    ctx.saveForBackward(y);
    return y;
  }

  backward(ctx: FunctionContext, dy: Tensor): Tensor {
    return dy.mul(ctx.savedTensors[0]!);
  }
}

class Forgetful extends Function {
  forward(_ctx: FunctionContext, x: Tensor, y: Tensor): Tensor {
    return x.add(y);
  }

  backward(_ctx: FunctionContext, dy: Tensor): Tensor {
    return dy;
  }
}

it("has any number of inputs and outputs", async () => {
  const x = tensor(3).requireGrad();
  const y = tensor(4).requireGrad();
  const [product, sum] = new ProductAndSum().apply(x, y);
  expect([await product.item(), await sum.item()]).toEqual([12, 19]);
  product.add(sum.mul(10)).backward();
  expect(await x.grad!.item()).toBe(14);
  expect(await y.grad!.item()).toBe(83);
});

it("trains: both inputs find the values that both outputs are to have", async () => {
  let [x, y] = [1, 1].map((value) => tensor(value, { dtype: "float64" })) as [Tensor, Tensor];
  const slopes = grad(([a, b]: readonly [Tensor, Tensor]): Tensor => {
    const [product, sum] = new ProductAndSum().apply(a, b);
    return product.sub(6).square().add(sum.sub(11).square());
  });
  for (let step = 0; step < 400; step++) {
    const [dx, dy] = slopes([x, y]);
    [x, y] = [x.sub(dx.mul(0.01)), y.sub(dy.mul(0.01))];
  }
  expect(await x.item()).toBeCloseTo(2, 6);
  expect(await y.item()).toBeCloseTo(3, 6);
});

it("gets zeros for an output that was not used", async () => {
  const x = tensor(3).requireGrad();
  const y = tensor(4).requireGrad();
  new ProductAndSum().apply(x, y)[1].backward();
  expect([await x.grad!.item(), await y.grad!.item()]).toEqual([1, 8]);
});

it("can be differentiated again, through saved inputs and saved outputs", async () => {
  const at = (value: number): Tensor => tensor([value, -value], { dtype: "float64" });
  const both = (x: Tensor, y: Tensor): Tensor => {
    const [a, b] = new ProductAndSum().apply(x, y);
    return a.mul(b);
  };
  await gradcheck(both, [at(0.3), at(1.2)]);
  await gradgradcheck(both, [at(0.3), at(1.2)]);
  const exponential = (x: Tensor): Tensor => new Exponential().apply(x);
  await gradgradcheck(exponential, [at(0.7)]);
  expect(await grad(grad(exponential))(tensor(0)).item()).toBe(1);
});

it("is not recorded where no gradient is required", () => {
  expect(new Exponential().apply(tensor(1)).requiresGrad).toBe(false);
});

it("refuses a backward with the wrong number of gradients", () => {
  const x = tensor(1).requireGrad();
  expect(() => new Forgetful().apply(x, x).backward()).toThrow(
    "Forgetful.backward: returned 1 gradients for 2 inputs. Return one for each, undefined where there is none.",
  );
});
