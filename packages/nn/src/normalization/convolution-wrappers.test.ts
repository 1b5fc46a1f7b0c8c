import { gradcheck } from "@dl/autograd";
import { reference } from "@dl/backend-reference";
import { Conv1d, Conv2d, ConvTranspose2d } from "@dl/conv";
import { configure, Generator, normal, type Tensor } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { SpectralNorm, WeightNorm, type WeightedLayer } from "../index.ts";

beforeAll(() => {
  configure({ backend: reference() });
});

const dtype = "float64";
const generator = new Generator(1);
const options = { dtype, generator } as const;

/** Layer, axis of the weight's outputs, inputs. */
const layers: [name: string, layer: () => WeightedLayer, axis: number, inputs: Tensor][] = [];
beforeAll(() => {
  layers.push(
    ["Conv1d", () => new Conv1d(3, 4, 3, options), 0, normal([2, 3, 7], options)],
    ["Conv2d", () => new Conv2d(3, 4, 3, options), 0, normal([2, 3, 5, 5], options)],
    [
      "groups",
      () => new Conv2d(4, 6, 3, { ...options, groups: 2 }),
      0,
      normal([2, 4, 5, 5], options),
    ],
    [
      "ConvTranspose2d",
      () => new ConvTranspose2d(3, 4, 3, options),
      1,
      normal([2, 3, 3, 3], options),
    ],
  );
});

/** The weight as rows of outputs. */
function asMatrix(weight: Tensor, axis: number): Tensor {
  return weight.moveAxis(axis, 0).reshape([weight.shape[axis]!, -1]);
}

describe("on convolutions", () => {
  it("SpectralNorm divides the weight by its largest singular value", async () => {
    for (const [name, make, axis, inputs] of layers) {
      const wrapped = new SpectralNorm(make(), { axis, iterations: 50, generator });
      const outputs = wrapped.forward(inputs);
      const matrix = asMatrix(wrapped.layer.weight.detach(), axis);
      let v = normal([matrix.shape[1]!], options);
      for (let i = 0; i < 500; i++) {
        v = matrix.transpose(0, 1).matmul(matrix.matmul(v));
        v = v.div(v.norm());
      }
      const largest = await matrix.matmul(v).norm().item();
      const scaled = make();
      scaled.loadStateDict(wrapped.layer.stateDict());
      scaled.weight.assign(scaled.weight.detach().div(largest));
      const [received, expected] = [await outputs.data(), await scaled.forward(inputs).data()];
      received.forEach((value, i) => expect(value, name).toBeCloseTo(expected[i]!, 6));
    }
  });

  it("WeightNorm changes nothing at first, has one magnitude per output, and differentiates", async () => {
    for (const [name, make, axis, inputs] of layers) {
      const plain = make();
      const copy = make();
      copy.loadStateDict(plain.stateDict());
      const wrapped = new WeightNorm(copy, { axis });
      expect(wrapped.magnitude.elementCount, name).toBe(plain.weight.shape[axis]);
      const [received, expected] = [
        await wrapped.forward(inputs).data(),
        await plain.forward(inputs).data(),
      ];
      received.forEach((value, i) => expect(value, name).toBeCloseTo(expected[i]!, 10));
      await gradcheck((x) => wrapped.forward(x), [inputs], { directions: 2 });
      wrapped.forward(inputs).square().sum().backward();
      for (const parameter of wrapped.parameters()) expect(parameter.grad, name).not.toBeNull();
    }
  });
});
