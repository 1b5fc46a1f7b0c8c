import { reference } from "@dl/backend-reference";
import { configure, tensor, type Tensor } from "@dl/tensor";
import { beforeEach, expect, it } from "vitest";
import { Function, gradcheck, gradgradcheck, type FunctionContext } from "./index.ts";

beforeEach(() => {
  configure({ backend: reference() });
});

const x = (): Tensor => tensor([0.4, 1.3, -0.8], { dtype: "float64" });

it("passes right gradients of first and second order", async () => {
  await gradcheck((a, b) => a.mul(b).sin().sum(), [x(), x()]);
  await gradgradcheck((a, b) => a.mul(b).sin(), [x(), x()]);
});

/** A cube whose gradient is right, but whose gradient's gradient is cut. */
class CutCube extends Function {
  forward(ctx: FunctionContext, input: Tensor): Tensor {
    ctx.saveForBackward(input);
    return input.mul(input).mul(input);
  }

  backward(ctx: FunctionContext, dy: Tensor): Tensor {
    const [input] = ctx.savedTensors as [Tensor];
    return dy.mul(input.detach().square().mul(3));
  }
}

/** A square that says its gradient is x. */
class WrongSquare extends Function {
  forward(ctx: FunctionContext, input: Tensor): Tensor {
    ctx.saveForBackward(input);
    return input.mul(input);
  }

  backward(ctx: FunctionContext, dy: Tensor): Tensor {
    return dy.mul(ctx.savedTensors[0]!);
  }
}

it("finds wrong gradients and tells both numbers", async () => {
  await expect(gradcheck((a) => new WrongSquare().apply(a), [x()])).rejects.toThrow(
    /^gradcheck: the gradient along direction 0 is -?[\d.]+, central differences give -?[\d.]+\./,
  );
  await gradcheck((a) => new CutCube().apply(a), [x()]);
  await expect(gradgradcheck((a) => new CutCube().apply(a), [x()])).rejects.toThrow(/^gradcheck/);
});

it("refuses float32", async () => {
  await expect(gradcheck((a) => a.exp(), [tensor([1])])).rejects.toThrow(
    'gradcheck: inputs must be float64, got float32. Make them on the reference backend with { dtype: "float64" }.',
  );
});
