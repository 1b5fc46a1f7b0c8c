import "@dl/autograd";
import { conv2d, convTranspose2d } from "@dl/conv";
import { Generator, normal, ones, tensor, zeros, type Tensor } from "@dl/tensor";
import { describe, expect, it } from "vitest";
import { cpu } from "./index.ts";

const backend = await cpu({ strictNonFinite: true });

/** Convolutions that Winograd's products and those of halved filters would take. */
const fast = [
  { name: "3 x 3", batch: 4, size: 12, kernel: 3, options: { padding: 1 } },
  { name: "5 x 5", batch: 4, size: 14, kernel: 5, options: { padding: 2 } },
  { name: "4 x 4 at stride 2", batch: 16, size: 14, kernel: 4, options: { padding: 1, stride: 2 } },
] as const;
const channels = 16;

/** Zeros with one infinity in the first image, third channel. */
function withInfinity(batch: number, size: number, at: number): Tensor {
  const place = tensor([at], { dtype: "int32", backend });
  const plane = zeros([batch * channels * size * size], { backend });
  return plane
    .indexAdd(0, place.add(2 * size * size), tensor([Infinity], { backend }))
    .reshape([batch, channels, size, size]);
}

const countOf = async (x: Tensor, value: number): Promise<number> =>
  [...(await x.data())].filter((element) => Object.is(element, value)).length;

describe.each(fast)("$name", ({ batch, size, kernel, options }) => {
  const weight = normal([channels, channels, kernel, kernel], {
    generator: new Generator(1),
    backend,
  })
    .abs()
    .add(1);
  const stride = "stride" in options ? options.stride : 1;
  const out = size / stride;
  const at = 5;

  it("an infinity reaches the outputs whose window holds it, as infinity", async () => {
    const y = conv2d(withInfinity(batch, size, at * size + at), weight, undefined, options);
    const reach = (kernel / stride) ** 2;
    expect(await countOf(y, Infinity)).toBe(reach * channels);
    expect(await countOf(y, 0)).toBe(y.elementCount - reach * channels);
  });

  it("so does one in the gradient of the input", async () => {
    const dx = convTranspose2d(withInfinity(batch, out, at * out + at), weight, undefined, options);
    expect(dx.shape).toEqual([batch, channels, size, size]);
    const reach = await countOf(dx, Infinity);
    expect(reach).toBe(kernel ** 2 * channels);
    expect(await countOf(dx, 0)).toBe(dx.elementCount - reach);
  });

  it("so does one in the image for the gradient of the weight", async () => {
    const w = ones([channels, channels, kernel, kernel], { backend }).requireGrad();
    const x = withInfinity(batch, size, at * size + at);
    // The gradient of a sum is 1 everywhere, so that no infinity is multiplied by 0.
    conv2d(x, w, undefined, options).sum().backward();
    const met = channels * (kernel / stride) ** 2;
    expect(await countOf(w.grad!, Infinity)).toBe(met);
    expect(await countOf(w.grad!, 0)).toBe(w.elementCount - met);
  });
});
