import { gradcheck, gradgradcheck, gradientsOf } from "@dl/autograd";
import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import {
  compile,
  configure,
  Generator,
  normal,
  ones,
  tensor,
  uniform,
  type Tensor,
} from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { AdaptiveAugmentation } from "./adaptive-augmentation.ts";
import { differentiableAugmentation } from "./differentiable-augmentation.ts";

beforeAll(async () => {
  configure({ backend: await cpu() });
});

const only = (policy: object, seed = 1): ((x: Tensor) => Tensor) =>
  differentiableAugmentation({
    color: false,
    translation: 0,
    cutout: 0,
    generator: new Generator(seed),
    ...policy,
  });
const listOf = (x: Tensor): Promise<number[]> => x.data().then((data) => Array.from(data));

describe("differentiableAugmentation", () => {
  it("shifts each picture, and takes in zeros", async () => {
    const pictures = uniform([40, 2, 8, 6], { low: 1, high: 2, generator: new Generator(3) });
    const moved = only({ translation: 0.25 })(pictures);
    const [before, after] = [await listOf(pictures), await listOf(moved)];
    const at = (data: number[], n: number, c: number, i: number, j: number): number =>
      i < 0 || j < 0 || i >= 8 || j >= 6 ? 0 : data[((n * 2 + c) * 8 + i) * 6 + j]!;
    const seen = new Set<string>();
    for (let n = 0; n < 40; n++) {
      const fits = [-2, -1, 0, 1, 2].flatMap((dy) =>
        [-2, -1, 0, 1, 2]
          .filter((dx) => {
            for (let k = 0; k < 96; k++) {
              const [c, i, j] = [Math.floor(k / 48), Math.floor((k % 48) / 6), k % 6];
              if (at(after, n, c, i, j) !== at(before, n, c, i + dy, j + dx)) return false;
            }
            return true;
          })
          .map((dx) => `${dy} ${dx}`),
      );
      expect(fits).toHaveLength(1);
      seen.add(fits[0]!);
    }
    expect(seen.size).toBeGreaterThan(12); // of 25
  });

  it("cuts a square, which may lie partly outside", async () => {
    const cut = only({ cutout: 0.5 })(ones([500, 1, 8, 8]));
    const gone = await listOf(cut.sum([1, 2, 3]).neg().add(64));
    expect(Math.max(...gone)).toBe(16);
    expect(Math.min(...gone)).toBeGreaterThan(0);
    // A start from −2 to 6 each way leaves 2 to 4 of 4 inside: (2·(2+3) + 5·4) / 9 on average.
    const mean = gone.reduce((sum, count) => sum + count, 0) / 500;
    expect(Math.abs(mean - (30 / 9) ** 2)).toBeLessThan(0.5);
    // Every corner and the middle are hit at times.
    const hits = await listOf(cut.mean(0));
    for (const share of [hits[0]!, hits[63]!, hits[27]!]) expect(share).toBeLessThan(1);
  });

  it("changes brightness, contrast and saturation by what it says", async () => {
    const flat = ones([4000, 1, 2, 2]).mul(0.3);
    const brightness = only({ color: true })(flat).mean([1, 2, 3]).sub(0.3);
    expect(Math.abs(await brightness.mean().item())).toBeLessThan(0.02);
    expect(await brightness.abs().max().item()).toBeLessThanOrEqual(0.5);
    expect(await brightness.std().item()).toBeCloseTo(Math.sqrt(1 / 12), 2);
    const red = tensor([1, 0, 0]).reshape([1, 3, 1, 1]).expand([4000, 3, 2, 2]);
    const [first, second, third] = only({ color: true })(red).mean([2, 3]).unbind(1);
    // Saturation times contrast: U(0, 2) · U(½, 3/2), of mean 1 and mean square 4/3 · 13/12.
    const factor = first!.sub(second!);
    expect(Math.abs((await factor.mean().item()) - 1)).toBeLessThan(0.05);
    expect(Math.abs((await factor.square().mean().item()) - 13 / 9)).toBeLessThan(0.1);
    expect(await second!.sub(third!).abs().max().item()).toBeLessThan(1e-5);
  });

  it("passes gradients, of first and second order", async () => {
    const random = { generator: new Generator(5), dtype: "float64", backend: reference() } as const;
    const x = normal([2, 2, 4, 4], random);
    const augment = (pictures: Tensor): Tensor =>
      differentiableAugmentation({ translation: 0.25, generator: new Generator(9) })(pictures);
    await gradcheck((pictures) => augment(pictures).square(), [x]);
    await gradgradcheck((pictures) => augment(pictures).square(), [x]);
  });

  it("draws anew each time, also compiled", async () => {
    const compiled = compile(only({ color: true, translation: 0.125, cutout: 0.5 }, 4));
    const plain = only({ color: true, translation: 0.125, cutout: 0.5 }, 4);
    const pictures = ones([3, 1, 8, 8]);
    const seen: string[] = [];
    for (let i = 0; i < 4; i++) {
      const data = await listOf(compiled(pictures));
      expect(data).toEqual(await listOf(plain(pictures)));
      seen.push(data.join(" "));
    }
    expect(new Set(seen).size).toBe(4);
    expect(compiled.report.plainInRow).toBe(0);
  });

  it("says what it cannot do", () => {
    expect(() => only({ cutout: 2 })).toThrow("cutout must be from 0 to 1: received 2");
    expect(() => only({ translation: 0.1 })(ones([3, 4]))).toThrow(
      "needs pictures [batch, channels, height, width]: received [3, 4]",
    );
  });
});

describe("AdaptiveAugmentation", () => {
  it("changes a picture as often as its probability says", async () => {
    const adaptive = new AdaptiveAugmentation({
      color: false,
      translation: 0,
      cutout: 0.5,
      generator: new Generator(1),
    });
    const pictures = ones([2000, 1, 8, 8]);
    const changed = async (): Promise<number> =>
      adaptive.forward(pictures).amin([1, 2, 3]).less(1).cast("float32").mean().item();
    expect(await changed()).toBe(0);
    adaptive.probability.assign(tensor(0.3));
    expect(Math.abs((await changed()) - 0.3)).toBeLessThan(0.04);
    adaptive.probability.assign(tensor(1));
    expect(await changed()).toBe(1);
    adaptive.eval();
    expect(await changed()).toBe(0);
  });

  it("moves towards the target, compiled, and never beyond 0 and 1", async () => {
    const adaptive = new AdaptiveAugmentation({ pictures: 40, target: 0.6 });
    const advance = compile((scores: Tensor) => {
      adaptive.advance(scores);
    });
    const after = async (scores: readonly number[]): Promise<number> => {
      advance(tensor(scores));
      return await adaptive.probability.item();
    };
    expect(await after([1, 2, 3, 4])).toBeCloseTo(0.1, 6); // r 1
    expect(await after([1, 2, 3, 4])).toBeCloseTo(0.2, 6);
    expect(await after([1, 2, 3, -4])).toBeCloseTo(0.1, 6); // r 0.5
    for (let i = 0; i < 3; i++) await after([-1, -2, -3, -4]);
    expect(await adaptive.probability.item()).toBe(0);
    for (let i = 0; i < 12; i++) await after([1, 2, 3, 4]);
    expect(await adaptive.probability.item()).toBe(1);
    expect([...adaptive.namedBuffers().keys()]).toEqual(["probability"]);
  });

  it("passes gradients where nothing and where everything is changed", async () => {
    const adaptive = new AdaptiveAugmentation({ color: false, translation: 0, cutout: 0.5 });
    const pictures = ones([4, 1, 8, 8]).requireGrad();
    const passed = async (): Promise<number> =>
      gradientsOf(adaptive.forward(pictures).sum(), [pictures])[0]!.sum().item();
    expect(await passed()).toBe(256);
    adaptive.probability.assign(tensor(1));
    expect(await passed()).toBeLessThan(256);
  });
});
