import { UnsupportedError, type Backend } from "@dl/backend";
import { crossEntropy, Linear, ReLU, Sequential } from "@dl/nn";
import { SGD } from "@dl/optim";
import { compile, Generator, ones, profile, tensor, uniform, type Tensor } from "@dl/tensor";
import { afterAll, beforeAll, expect, test } from "vitest";

const silent = { print: (): void => {} };

/** What holds for every backend that can measure its programs. */
export function testProfile(open: () => Promise<Backend>): void {
  let backend: Backend;
  beforeAll(async () => {
    backend = await open();
  });
  afterAll(() => backend.dispose());

  test("names each program with its calls, time and share, the longest first", async () => {
    const [a, b] = [uniform([64, 96], { backend }), uniform([96, 32], { backend })];
    const printed: string[] = [];
    const print = (table: string): void => void printed.push(table);
    const { result, programs, table, milliseconds } = await profile(
      async () => {
        let sum = 0;
        for (let i = 0; i < 5; i++) sum = await a.matmul(b).exp().sum().item();
        return sum;
      },
      { backend, print },
    );
    expect(result).toBeGreaterThan(64 * 32);
    expect(printed).toEqual([table]);
    const times = programs.map((program) => program.milliseconds);
    expect(times).toEqual(times.toSorted((left, right) => right - left));
    const total = times.reduce((sum, time) => sum + time, 0);
    // A device whose clock is coarse may have seen no time pass.
    for (const program of programs)
      expect(program.share).toBeCloseTo(total === 0 ? 0 : program.milliseconds / total, 10);
    expect(milliseconds).toBeGreaterThan(0);
    const [head, ...rows] = table.split("\n");
    expect(head).toMatch(/^program +calls +total ms +share$/);
    expect(rows.length).toBe(programs.length + 2);
    expect(table).toMatch(
      /^matmul \[64, 96\] \[96, 32\] -> \[64, 32\].* 5 +\d+\.\d{3} +\d+\.\d %$/m,
    );
    const { length } = head!;
    for (const row of rows.slice(0, -2)) expect(row).toHaveLength(length);
  });

  test("sees what a compiled step dispatches again", async () => {
    const setting = { backend, generator: new Generator(1) };
    const model = new Sequential(
      new Linear(8, 16, setting),
      new ReLU(),
      new Linear(16, 4, setting),
    );
    const optimizer = new SGD(model.parameters(), { learningRate: 0.1 });
    const targets = tensor([0, 1, 2, 3], { dtype: "int32", backend });
    const step = compile((x: Tensor) => {
      optimizer.zeroGrad();
      const loss = crossEntropy(model.forward(x), targets);
      loss.backward();
      optimizer.step();
      return loss;
    });
    const x = uniform([4, 8], setting);
    const calls = async (steps: number): Promise<number> => {
      const work = async (): Promise<void> => {
        for (let i = 0; i < steps; i++) await step(x).item();
      };
      const { programs } = await profile(work, { backend, ...silent });
      return programs.reduce((sum, program) => sum + program.calls, 0);
    };
    await calls(3);
    const one = await calls(1);
    expect(one).toBeGreaterThan(5);
    expect(await calls(10)).toBe(10 * one);
  });

  test("computes what is returned, within the measurement and no more", async () => {
    const x = ones([16], { backend });
    const pending = x.exp();
    const { result, programs } = await profile(() => [x.add(1), { y: x.mul(3) }] as const, {
      backend,
      ...silent,
    });
    expect(programs.reduce((sum, { calls }) => sum + calls, 0)).toBe(2);
    expect(await result[1].y.sum().item()).toBe(48);
    await pending.sum().item();
    const after = await profile(() => {}, { backend, ...silent });
    expect(after.programs).toEqual([]);
    expect(after.table.split("\n")).toHaveLength(3);
  });

  test("refuses what would take another's programs for its own, and ends with an error", async () => {
    const first = profile(() => new Promise((resolve) => setTimeout(resolve, 5)), {
      backend,
      ...silent,
    });
    await expect(profile(() => {}, { backend, ...silent })).rejects.toThrow(
      `profile: another call measures the backend ${backend.name}`,
    );
    await first;
    const failing = (): never => {
      throw new UnsupportedError("mine", "no.");
    };
    await expect(profile(failing, { backend, ...silent })).rejects.toThrow("mine: no.");
    await profile(() => {}, { backend, ...silent });
  });
}
