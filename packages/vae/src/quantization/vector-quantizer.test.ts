import { reference } from "@dl/backend-reference";
import { cpu } from "@dl/backend-cpu";
import { Adam } from "@dl/optim";
import {
  compile,
  configure,
  Generator,
  normal,
  tensor,
  uniform,
  zeros,
  type Tensor,
} from "@dl/tensor";
import { Trainer } from "@dl/training";
import { beforeEach, describe, expect, it } from "vitest";
import { VectorQuantizer, vqStep, VqVae } from "../index.ts";

const backend = await cpu();
beforeEach(() => {
  configure({ backend });
});
const draws = (seed = 1): { generator: Generator } => ({ generator: new Generator(seed) });

describe("VectorQuantizer", () => {
  it("takes the nearest code of each vector, whatever the axes", async () => {
    const quantizer = new VectorQuantizer(5, 3, draws()).eval();
    const vectors = normal([2, 3, 4, 4], draws(2));
    const { quantized, codes, commitment } = quantizer.forward(vectors);
    const rows = await vectors.moveAxis(1, -1).reshape([-1, 3]).toArray<number[][]>();
    const book = await quantizer.codebook.toArray<number[][]>();
    const distance = (a: number[], b: number[]): number =>
      a.reduce((sum, v, i) => sum + (v - b[i]!) ** 2, 0);
    const nearest = rows.map((row) => {
      const all = book.map((code) => distance(row, code));
      return all.indexOf(Math.min(...all));
    });
    expect([...(await codes.data())]).toEqual(nearest);
    const chosen = await quantized.moveAxis(1, -1).reshape([-1, 3]).toArray<number[][]>();
    chosen.forEach((row, i) =>
      row.forEach((v, j) => expect(v).toBeCloseTo(book[nearest[i]!]![j]!, 5)),
    );
    const mean = rows.reduce((sum, row, i) => sum + distance(row, book[nearest[i]!]!), 0) / 96;
    expect(await commitment.item()).toBeCloseTo(mean, 5);
    expect(await quantizer.lookUp(codes).sub(quantized).abs().amax().item()).toBeLessThan(1e-6);
  });

  it("lets gradients through as if nothing had happened, and pulls by the commitment", async () => {
    const quantizer = new VectorQuantizer(5, 3, draws());
    const vectors = normal([4, 3], draws(2)).requireGrad();
    const wanted = normal([4, 3], draws(3));
    quantizer.forward(vectors).quantized.mul(wanted).sum().backward();
    expect(await vectors.grad!.toArray()).toEqual(await wanted.toArray());
    vectors.grad = null;
    quantizer.eval();
    const { quantized, commitment } = quantizer.forward(vectors);
    commitment.backward();
    const pull = await vectors
      .detach()
      .sub(quantized.detach())
      .mul(2 / 12)
      .data();
    const found = await vectors.grad!.data();
    pull.forEach((v, i) => expect(found[i]).toBeCloseTo(v, 6));
  });

  it("moves its averages by the formulas, with smoothed counts", async () => {
    configure({ backend: reference() });
    const float64 = { dtype: "float64" } as const;
    const quantizer = new VectorQuantizer(3, 2, {
      decay: 0.9,
      epsilon: 0.1,
      restartBelow: 0,
      ...float64,
      ...draws(),
    });
    const before = await quantizer.codebook.toArray<number[][]>();
    const vectors = normal([7, 2], { ...float64, ...draws(2) });
    const rows = await vectors.toArray<number[][]>();
    const codes = [...(await quantizer.forward(vectors).codes.data())];
    const counts = before.map((_, k) => 0.9 + 0.1 * codes.filter((code) => code === k).length);
    const all = counts.reduce((sum, count) => sum + count);
    const expected = before.flatMap((code, k) =>
      code.map((v, j) => {
        const sum = rows.reduce((total, row, i) => total + (codes[i] === k ? row[j]! : 0), 0);
        return (0.9 * v + 0.1 * sum) / (((counts[k]! + 0.1) / (all + 0.3)) * all);
      }),
    );
    const found = await quantizer.codebook.data();
    expected.forEach((v, i) => expect(found[i]).toBeCloseTo(v, 10));
    const kept = await quantizer.counts.data();
    counts.forEach((count, i) => expect(kept[i]).toBeCloseTo(count, 10));
  });

  it("does not change in evaluation", async () => {
    const quantizer = new VectorQuantizer(4, 2, draws()).eval();
    const before = await quantizer.codebook.toArray();
    quantizer.forward(normal([16, 2], draws(2)));
    expect(await quantizer.codebook.toArray()).toEqual(before);
  });

  it("finds clusters in a compiled step though all codes begin at one end of them", async () => {
    const centres = tensor([
      [4, 0],
      [-4, 0],
      [0, 4],
      [0, -4],
    ]);
    const generator = new Generator(3);
    const points = (): Tensor => {
      const noise = normal([64, 2], { generator }).mul(0.1);
      return centres.expand([16, 4, 2]).reshape([64, 2]).add(noise);
    };
    const learn = async (restartBelow: number): Promise<{ used: number; error: number }> => {
      const quantizer = new VectorQuantizer(8, 2, { decay: 0.8, restartBelow, ...draws() });
      quantizer.codebook.assign(quantizer.codebook.mul(0.01).add(20));
      quantizer.totals.assign(quantizer.codebook);
      const step = compile((x: Tensor) => {
        const { perplexity, commitment } = quantizer.forward(x);
        return { perplexity, commitment };
      });
      let last = step(points());
      for (let i = 0; i < 120; i++) {
        last = step(points());
        await last.commitment.item();
      }
      expect(step.report.replays).toBeGreaterThan(60);
      return { used: await last.perplexity.item(), error: await last.commitment.item() };
    };
    const [without, with_] = [await learn(0), await learn(0.05)];
    expect(without.used).toBeLessThan(3.9);
    expect(with_.used).toBeGreaterThan(3.9);
    expect(with_.error).toBeLessThan(0.02);
  });

  it("refuses vectors of another size, and options that cannot be", () => {
    const quantizer = new VectorQuantizer(4, 2);
    expect(() => quantizer.forward(zeros([3, 5]))).toThrow(
      "vectorQuantizer: needs vectors of 2 numbers along axis 1, [batch, 2, ...]: received [3, 5]",
    );
    expect(() => new VectorQuantizer(1, 2)).toThrow("codes must be a whole number of at least 2");
    expect(() => new VectorQuantizer(4, 2, { decay: 1 })).toThrow("decay must lie in [0, 1)");
  });
});

describe("VqVae", () => {
  it("learns a few pictures with the trainer, which keeps its codebook", async () => {
    const pictures = uniform([4, 1, 8, 8], draws(1));
    const make = (): Trainer<Tensor> => {
      const vae = new VqVae({ width: 8, blocks: 1, codes: 8, size: 4, decay: 0.8, ...draws(2) });
      const optimizer = new Adam(vae.parameters(), { learningRate: 3e-3 });
      const step = vqStep<Tensor>(vae, { optimizer });
      return new Trainer<Tensor>(step, { data: [pictures], epochs: 60 });
    };
    const whole = make();
    const history = await whole.fit();
    const errors = history.map(({ training }) => training["reconstruction"] as number);
    expect(errors.at(-1)).toBeLessThan(0.5 * errors[0]!);
    const vae = whole.stateDict().trainingStep.modules["model"]!;
    expect([...vae.keys()]).toContain("quantizer.codebook");
  });

  it("decodes its own codes to its reconstruction", async () => {
    const vae = new VqVae({ width: 8, blocks: 1, codes: 8, size: 4, ...draws(2) }).eval();
    const pictures = uniform([2, 1, 8, 8], draws(1));
    const again = vae.decode(vae.encode(pictures));
    const { reconstruction } = vae.forward(pictures);
    expect(await again.sub(reconstruction).abs().amax().item()).toBeLessThan(1e-5);
    const optimizer = new Adam(vae.parameters());
    expect(() => vqStep(vae, { optimizer, variance: 0 })).toThrow(
      "variance must be a number above 0",
    );
  });
});
