import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import { arange, compile, configure, Generator, tensor, zeros, type Tensor } from "@dl/tensor";
import { describe, expect, it } from "vitest";
import { TensorDataset } from "./index.ts";

describe.each([
  ["cpu", await cpu()],
  ["reference", reference()],
])("on %s", (_name, backend) => {
  const numbers = (count: number): TensorDataset<{ inputs: Tensor; targets: Tensor }> => {
    configure({ backend });
    const targets = arange(count, { dtype: "int32" });
    return new TensorDataset({
      inputs: targets.cast("float32").mul(10).reshape([count, 1]),
      targets,
    });
  };

  it("keeps the fields of a sample together", async () => {
    const { inputs, targets } = numbers(50).sample(200, { generator: new Generator(1) });
    const [x, y] = [await inputs.data(), await targets.data()];
    expect(inputs.shape).toEqual([200, 1]);
    y.forEach((label, i) => expect(x[i]).toBe(10 * label));
  });

  it("draws every sample as often as any other, with replacement", async () => {
    const { targets } = numbers(10).sample(20_000, { generator: new Generator(2) });
    const counts = new Array<number>(10).fill(0);
    for (const label of await targets.data()) counts[label]!++;
    // Binomial: a deviation of 42; five of them.
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(212);
  });

  it("draws none twice without replacement, and all in all", async () => {
    const generator = new Generator(3);
    const { targets } = numbers(64).sample(64, { replacement: false, generator });
    const labels = Array.from(await targets.data());
    expect(labels.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 64 }, (_, i) => i));
    expect(labels).not.toEqual(labels.toSorted((a, b) => a - b));
    const firsts = new Set<number>();
    for (let i = 0; i < 200; i++)
      firsts.add(
        (await numbers(4).sample(1, { replacement: false, generator }).targets.data())[0]!,
      );
    expect(firsts.size).toBe(4);
  });

  it.each([true, false])(
    "draws anew in each call of a compiled step, replacement %s",
    async (replacement) => {
      const draw = async (wrap: (step: () => Tensor) => () => Tensor): Promise<number[][]> => {
        const generator = new Generator(4);
        const data = numbers(100);
        const step = wrap(() => data.sample(5, { replacement, generator }).targets);
        const drawn: number[][] = [];
        for (let i = 0; i < 20; i++) drawn.push(Array.from(await step().data()));
        return drawn;
      };
      const compiled = await draw((step) => compile(step));
      expect(compiled).toEqual(await draw((step) => step));
      expect(new Set(compiled.map(String)).size).toBeGreaterThan(15);
    },
  );
});

it("says what does not fit", async () => {
  configure({ backend: reference() });
  const inputs = zeros([4, 2]);
  const data = new TensorDataset({ inputs });
  expect(() => new TensorDataset({})).toThrow("TensorDataset: there is nothing in it");
  expect(() => new TensorDataset({ inputs, targets: zeros([3]) })).toThrow(
    "TensorDataset: all fields need the same first axis: inputs [4, 2], targets [3].",
  );
  expect(() => new TensorDataset({ inputs: zeros([0, 2]) })).toThrow("there are no samples");
  expect(() => new TensorDataset({ inputs: [1] as never })).toThrow(
    "inputs must be a tensor: received object",
  );
  expect(() => data.sample(5, { replacement: false })).toThrow("count");
  expect(() => data.sample(0)).toThrow("count");
  const other = tensor([1, 2, 3, 4], { backend: await cpu() });
  expect(() => new TensorDataset({ inputs, other })).toThrow("all fields must lie on one backend");
  expect((await data.at([3, 3]).inputs.data()).length).toBe(4);
});
