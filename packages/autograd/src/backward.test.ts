import { reference } from "@dl/backend-reference";
import { arange, configure, ones, tensor, type Tensor } from "@dl/tensor";
import { beforeEach, describe, expect, it } from "vitest";
import { enableGrad, gradientsOf, isGradEnabled, noGrad } from "./index.ts";

beforeEach(() => {
  configure({ backend: reference(), eager: false, development: false });
});

const leaf = (data: number | number[]): Tensor => tensor(data).requireGrad();

describe("backward", () => {
  it("sums over paths", async () => {
    const x = leaf(3);
    const y = x.mul(x).add(x.mul(2)); // x² + 2x
    y.backward();
    expect(await x.grad!.item()).toBe(8);
  });

  it("gives dl/dW = dl/dk xᵀ for k = Wx + b", async () => {
    const w = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]).requireGrad();
    const x = tensor([[1], [-1], [2]]);
    const b = tensor([[1], [1]]).requireGrad();
    const k = w.matmul(x).add(b);
    k.backward({ gradient: tensor([[10], [100]]) });
    expect(await w.grad!.toArray()).toEqual([
      [10, -10, 20],
      [100, -100, 200],
    ]);
    expect(await b.grad!.toArray()).toEqual([[10], [100]]);
    expect(w.grad!.shape).toBe(w.shape);
  });

  it("accumulates into grad until it is cleared", async () => {
    const x = leaf([1, 2]);
    x.mul(3).sum().backward();
    x.mul(4).sum().backward();
    expect(await x.grad!.toArray()).toEqual([7, 7]);
    x.grad = null;
    x.sum().backward();
    expect(await x.grad!.toArray()).toEqual([1, 1]);
  });

  it("undoes broadcasting", async () => {
    const row = leaf([1, 2, 3]);
    const column = tensor([[10], [20]]).requireGrad();
    row.mul(column).sum().backward();
    expect(await row.grad!.toArray()).toEqual([30, 30, 30]);
    expect(await column.grad!.toArray()).toEqual([[6], [6]]);
  });

  it("refuses a loss that is no scalar", () => {
    expect(() => ones([32]).requireGrad().mul(2).backward()).toThrow(
      expect.objectContaining({
        name: "GradientError",
        message:
          "backward: the loss has shape [32], but only a scalar can be differentiated. Reduce it, e.g. with mean().",
      }),
    );
  });

  it("refuses a tensor without history, a second walk and a wrong gradient", () => {
    expect(() => tensor(1).backward()).toThrow(/^backward: the tensor was not computed from/);
    const y = leaf([1, 2]).mul(2);
    expect(() => y.backward({ gradient: ones([3]) })).toThrow(
      "backward: the gradient given must be a tensor float32 [2] on reference, like what it is the gradient of: received Tensor float32 [3] on reference. Convert it with cast, reshape or to.",
    );
    const x = leaf(1);
    const loss = x.mul(x);
    loss.backward();
    expect(() => loss.backward()).toThrow(/already walked and freed \(at mul\)/);
  });

  it("walks twice with retainGraph", async () => {
    const x = leaf(2);
    const y = x.mul(x);
    y.backward({ retainGraph: true });
    y.backward();
    expect(await x.grad!.item()).toBe(8);
  });

  it("differentiates gradients with createGraph", async () => {
    const x = leaf(2);
    x.mul(x).mul(x).backward({ createGraph: true }); // 3x²
    const first = x.grad!;
    x.grad = null;
    first.backward(); // 6x
    expect(await x.grad!.item()).toBe(12);
  });

  it("uses values as they were when recorded, whatever is assigned later", async () => {
    const w = leaf([2, 3]);
    const loss = w.mul(w).sum();
    w.assign(tensor([100, 100]));
    loss.backward();
    expect(await w.grad!.toArray()).toEqual([4, 6]);
  });

  it("keeps gradients of computed tensors on request, and runs hooks on whole gradients", async () => {
    const x = leaf([1, 2]);
    const y = x.mul(3);
    y.retainGrad();
    const seen: Tensor[] = [];
    const remove = y.registerHook((gradient) => {
      seen.push(gradient);
      return gradient.mul(10);
    });
    y.add(y).sum().backward();
    expect(await seen[0]!.toArray()).toEqual([2, 2]);
    expect(await y.grad!.toArray()).toEqual([20, 20]);
    expect(await x.grad!.toArray()).toEqual([60, 60]);
    remove();
    x.grad = null;
    const z = x.mul(3);
    z.sum().backward();
    expect(await x.grad!.toArray()).toEqual([3, 3]);
  });

  it("walks graphs ten thousand operations deep", async () => {
    const x = leaf(1);
    let y: Tensor = x;
    for (let i = 0; i < 10_000; i++) y = y.add(1);
    y.backward();
    expect(await x.grad!.item()).toBe(1);
  });
});

describe("recording", () => {
  it("happens only where a gradient is required and enabled", () => {
    const x = leaf(1);
    expect(x.mul(2).requiresGrad).toBe(true);
    expect(tensor(1).mul(2).requiresGrad).toBe(false);
    expect(noGrad(() => x.mul(2)).requiresGrad).toBe(false);
    expect(noGrad(() => enableGrad(() => x.mul(2))).requiresGrad).toBe(true);
    expect(x.detach().requiresGrad).toBe(false);
    expect(x.greater(0).requiresGrad).toBe(false);
    expect(x.isLeaf).toBe(true);
    expect(x.mul(2).isLeaf).toBe(false);
  });

  it("comes back on after an exception", () => {
    expect(() =>
      noGrad(() => {
        throw new Error("inside");
      }),
    ).toThrow("inside");
    expect(isGradEnabled()).toBe(true);
  });

  it("refuses asynchronous functions, integer leaves and unsetting a computed tensor", () => {
    expect(() => noGrad(async () => {})).toThrow(/^noGrad: the function is asynchronous/);
    expect(() => arange(3, { dtype: "int32" }).requireGrad()).toThrow(
      'requiresGrad: only float tensors have gradients, got int32. Convert with x.cast("float32").',
    );
    const y = leaf(1).mul(2);
    expect(() => (y.requiresGrad = false)).toThrow(/only a leaf/);
  });
});

describe("gradientsOf", () => {
  it("gives gradients without touching grad, zeros where there is no path", async () => {
    const x = leaf(3);
    const z = leaf(5);
    const [dx, dz] = gradientsOf(x.mul(x), [x, z]);
    expect(await dx!.item()).toBe(6);
    expect(await dz!.item()).toBe(0);
    expect(x.grad).toBeNull();
  });

  it("penalises gradients: d/dw of (d/dx wx²)²", async () => {
    const w = leaf(2);
    const x = leaf(3);
    const [dx] = gradientsOf(w.mul(x).mul(x), [x], { createGraph: true }); // 2wx
    dx!.mul(dx!).backward(); // 4w²x² -> 8wx², 8w²x
    expect(await w.grad!.item()).toBe(144);
    expect(await x.grad!.item()).toBe(96);
  });
});
