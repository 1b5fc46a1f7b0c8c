import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cpu } from "@dl/backend-cpu";
import { Conv2d } from "@dl/conv";
import { BatchNorm, Dropout, Flatten, Linear, ReLU, Sequential, Tanh } from "@dl/nn";
import {
  configure,
  Generator,
  integers,
  normal,
  observePrimitives,
  ones,
  tensor,
  uniform,
  zeros,
  type Tensor,
} from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { adversarialAccuracy } from "./adversarial-accuracy.ts";
import type { BallName } from "./balls.ts";
import { fgsm } from "./fgsm.ts";
import { pgdAttack, searchOf } from "./pgd-attack.ts";
import { pgd } from "./pgd.ts";

beforeAll(async () => {
  configure({ backend: await cpu({ threads: 1 }) });
});

interface Packed {
  readonly kind: "float" | "int32";
  readonly shape: readonly number[];
  readonly data: readonly (number | string)[];
}

interface Case {
  readonly attack: "fgsm" | "pgd";
  readonly norm?: BallName;
  readonly targeted: boolean;
  readonly epsilon: number;
  readonly start?: Packed;
  readonly made: Packed;
}

interface Fixture {
  readonly steps: number;
  readonly stepSize: number;
  readonly weights: Readonly<Record<string, Packed>>;
  readonly inputs: Packed;
  readonly targets: Packed;
  readonly cases: readonly Case[];
}

const path = join(import.meta.dirname, "../../../testing/fixtures/attacks.json");
const fixture = JSON.parse(readFileSync(path, "utf8")) as Fixture;
const unpacked = ({ kind, shape, data }: Packed): Tensor =>
  tensor(Float64Array.from(data, Number), { shape, dtype: kind === "int32" ? "int32" : "float32" });
const int32 = { dtype: "int32" } as const;
const furthest = (a: Tensor, b: Tensor): Promise<number> => a.sub(b).abs().max().item();

describe("perturbed inputs are PyTorch's", () => {
  it.each(fixture.cases)("$attack, norm $norm, targeted $targeted", async (each) => {
    const network = new Sequential(
      new Conv2d(1, 4, 3, { padding: 1 }),
      new Tanh(),
      new Flatten(),
      new Linear(144, 5),
    );
    const weights = Object.entries(fixture.weights);
    network.loadStateDict(new Map(weights.map(([name, packed]) => [name, unpacked(packed)])));
    const [inputs, targets] = [unpacked(fixture.inputs), unpacked(fixture.targets)];
    const { epsilon, targeted } = each;
    const options = { epsilon, targeted, bounds: [0, 1] as const };
    let made: Tensor;
    if (each.attack === "fgsm") made = fgsm(network, inputs, targets, options);
    else {
      const { steps, stepSize } = fixture;
      const search = { ...options, norm: each.norm!, stepSize };
      const { move } = searchOf("pgd", network, search);
      made = unpacked(each.start!);
      network.eval();
      for (let step = 0; step < steps; step++) [made] = move(made, inputs, targets);
      expect(move.refusal).toBeUndefined();
    }
    expect(await furthest(made, unpacked(each.made))).toBeLessThan(1e-5);
  });
});

/** A network whose loss falls along the first number alone, and is flat beyond the ReLU. */
function ramp(): Sequential {
  const network = new Sequential(new Linear(2, 1), new ReLU(), new Linear(1, 2));
  const weights = { "0.weight": [[1, 0]], "0.bias": [0], "2.weight": [[1], [0]], "2.bias": [0, 0] };
  network.loadStateDict(new Map(Object.entries(weights).map(([name, w]) => [name, tensor(w)])));
  return network;
}

const firstClass = (count: number): Tensor => zeros([count], int32);
/** Seeded, and somewhere in the middle of [0, 1]. */
const points = (count: number, width: number): Tensor =>
  uniform([count, width], { low: 0.3, high: 0.7, generator: new Generator(1) });

describe("fgsm", () => {
  it("moves each number by epsilon where there is a slope, and not where there is none", async () => {
    const inputs = tensor([
      [0.5, 0.5],
      [-0.5, 0.5],
    ]);
    const found = fgsm(ramp(), inputs, firstClass(2), { epsilon: 0.25 });
    expect(await found.toArray()).toEqual([
      [0.25, 0.5],
      [-0.5, 0.5],
    ]);
  });

  it("comes nearer to an answer that is wanted", async () => {
    const options = { epsilon: 0.25, targeted: true };
    const found = fgsm(ramp(), tensor([[0.5, 0.5]]), firstClass(1), options);
    expect(await found.toArray()).toEqual([[0.75, 0.5]]);
  });

  it("stays within bounds, and where epsilon is 0", async () => {
    const inputs = tensor([[0.125, 1]]);
    const bounded = fgsm(ramp(), inputs, firstClass(1), { epsilon: 0.5, bounds: [0, 1] });
    expect(await bounded.toArray()).toEqual([[0, 1]]);
    const still = fgsm(ramp(), inputs, firstClass(1), { epsilon: 0 });
    expect(await still.toArray()).toEqual([[0.125, 1]]);
  });

  it("makes NaN of a sample with a NaN, and leaves the others as they would be", async () => {
    const inputs = tensor([
      [Number.NaN, 0.5],
      [0.5, 0.5],
    ]);
    const found = await fgsm(ramp(), inputs, firstClass(2), { epsilon: 0.25 }).toArray();
    expect(found).toEqual([
      [Number.NaN, expect.any(Number)],
      [0.25, 0.5],
    ]);
  });

  it("takes a loss of one's own, of each sample", async () => {
    const inputs = tensor([[0.5, 0.5]]);
    const loss = (outputs: Tensor): Tensor => outputs.sum(1).neg();
    const found = fgsm(ramp(), inputs, inputs, { epsilon: 0.25, loss });
    expect(await found.toArray()).toEqual([[0.25, 0.5]]);
    const mean = (outputs: Tensor): Tensor => outputs.mean();
    expect(() => fgsm(ramp(), inputs, inputs, { epsilon: 0.25, loss: mean })).toThrow(
      'the loss must be a number for each of 1 samples: received shape []. Leave the mean out, e.g. with { reduction: "none" }.',
    );
  });

  it.each([{ epsilon: -1 }, { epsilon: Number.NaN }, { epsilon: 1, bounds: [1, 0] as const }])(
    "refuses %o",
    (options) => {
      expect(() => fgsm(ramp(), points(1, 2), firstClass(1), options)).toThrow(/must be/);
    },
  );
});

/** With layers that are told apart by their mode. */
function moody(generator: Generator): Sequential {
  return new Sequential(
    new Linear(6, 16, { generator }),
    new BatchNorm(16),
    new Dropout(0.5),
    new ReLU(),
    new Linear(16, 3, { generator }),
  );
}

describe("pgd", () => {
  it.each(["infinity", "two"] as const)("stays in the ball and the bounds: %s", async (norm) => {
    const network = moody(new Generator(2));
    const inputs = points(32, 6);
    const generator = new Generator(4);
    const options = { norm, epsilon: 0.4, steps: 10, bounds: [0, 1] as const, generator };
    const found = await pgd(network, inputs, firstClass(32), options);
    const moves = found.sub(inputs);
    const lengths = norm === "two" ? moves.norm(2, 1) : moves.abs().amax(1);
    expect(await lengths.max().item()).toBeLessThan(0.4 + 1e-6);
    expect(await lengths.min().item()).toBeGreaterThan(0.2);
    expect(await found.min().item()).toBeGreaterThanOrEqual(0);
    expect(await found.max().item()).toBeLessThanOrEqual(1);
  });

  it.each(["infinity", "two"] as const)(
    "leaves a sample without a slope where it is, without NaN: %s",
    async (norm) => {
      const inputs = tensor([[-2, 0.5]]);
      const options = { norm, epsilon: 0.5, steps: 3, randomStart: false };
      const found = await pgd(ramp(), inputs, firstClass(1), options);
      expect(await found.toArray()).toEqual([[-2, 0.5]]);
    },
  );

  it.each(["infinity", "two"] as const)(
    "gives the inputs for an epsilon of 0: %s",
    async (norm) => {
      const inputs = tensor([[0.5, 0.25]]);
      const found = await pgd(ramp(), inputs, firstClass(1), { norm, epsilon: 0, steps: 2 });
      expect(await found.toArray()).toEqual([[0.5, 0.25]]);
    },
  );

  it("finds the length of a slope whose square is out of range", async () => {
    const loss = (outputs: Tensor): Tensor => outputs.select(1, 0).mul(-1e-25);
    const options = { norm: "two", epsilon: 0.25, steps: 1, randomStart: false, loss } as const;
    const found = await pgd(ramp(), tensor([[0.5, 0.5]]), firstClass(1), {
      ...options,
      stepSize: 0.25,
    });
    expect(await found.toArray()).toEqual([[0.25, 0.5]]);
  });

  it("refuses inputs that are not finite", async () => {
    const inputs = tensor([[Number.NaN, 1]]);
    await expect(pgd(ramp(), inputs, firstClass(1), { epsilon: 0.1 })).rejects.toThrow(
      "pgd: inputs must be finite: received 1 numbers that are not.",
    );
  });

  it("keeps modes and weights, and computes no gradient of a weight", async () => {
    const network = moody(new Generator(2));
    const [batchNorm] = [network.modules().find((module) => module instanceof BatchNorm)!];
    batchNorm.eval();
    const modes = network.modules().map(({ isTraining }) => isTraining);
    const before = await Promise.all([...network.stateDict().values()].map((t) => t.toArray()));
    const inputs = points(8, 6);
    const matmuls: string[] = [];
    const stop = observePrimitives((name) => void (name === "matmul" && matmuls.push(name)));
    fgsm(network, inputs, firstClass(8), { epsilon: 0.1 });
    stop();
    // Two forward, and back through each of them to its inputs.
    expect(matmuls).toHaveLength(4);
    await pgd(network, inputs, firstClass(8), { epsilon: 0.1, steps: 3 });
    expect(network.modules().map(({ isTraining }) => isTraining)).toEqual(modes);
    expect(network.parameters().map(({ grad }) => grad)).toEqual([
      null,
      null,
      null,
      null,
      null,
      null,
    ]);
    const after = await Promise.all([...network.stateDict().values()].map((t) => t.toArray()));
    expect(after).toEqual(before);
  });

  it("keeps the best of several starts for each sample", async () => {
    const network = moody(new Generator(2));
    const inputs = normal([64, 6], { generator: new Generator(3) });
    const of = async (restarts: number): Promise<number> => {
      const generator = new Generator(9);
      const options = { epsilon: 0.5, steps: 1, stepSize: 0.05, restarts, generator };
      const found = await pgd(network, inputs, firstClass(64), options);
      const { gains } = searchOf("pgd", network, { epsilon: 0.5 });
      return await gains(found, firstClass(64)).mean().item();
    };
    const [once, often] = [await of(1), await of(8)];
    expect(often).toBeGreaterThan(once + 0.02);
  });

  it("does what its synchronous form does, compiled, and tells how far it is", async () => {
    const network = moody(new Generator(2));
    const inputs = points(8, 6);
    const options = { epsilon: 0.3, steps: 20, restarts: 2 };
    const steps: number[] = [];
    const found = await pgd(network, inputs, firstClass(8), {
      ...options,
      generator: new Generator(5),
      onProgress: ({ step, loss }) => void (Number.isFinite(loss) && steps.push(step)),
    });
    expect(steps.at(-1)).toBe(40);
    const attack = pgdAttack(network, { ...options, generator: new Generator(5) });
    const other = attack(inputs, firstClass(8));
    expect(await furthest(found, other)).toBe(0);
    expect(attack.parts!.map(({ refusal }) => refusal)).toEqual(Array(4).fill(undefined));
  });

  it("stops by a signal", async () => {
    const stop = new AbortController();
    const promise = pgd(ramp(), ones([1, 2]), firstClass(1), {
      epsilon: 0.1,
      steps: 1000,
      signal: stop.signal,
      onProgress: () => stop.abort(new Error("enough")),
    });
    await expect(promise).rejects.toThrow("enough");
  });
});

describe("adversarialAccuracy", () => {
  it("counts who is right, and who still is under attack", async () => {
    const network = new Linear(2, 2, { bias: false });
    const weight = tensor([1, 0, -1, 0], { shape: [2, 2] });
    network.loadStateDict(new Map([["weight", weight]]));
    const inputs = tensor([
      [0.5, 0],
      [0.1, 0],
      [0.3, 0],
      [-0.1, 0],
    ]);
    const batch = { inputs, targets: tensor([0, 0, 1, 1], int32) };
    const told: number[] = [];
    // The first holds out, the third was wrong before, and stays wrong although the attack helps it.
    const attack = (x: Tensor): Tensor => x.sub(tensor([0.4, 0]));
    const accuracy = await adversarialAccuracy(network, {
      data: [batch, batch],
      attack,
      onProgress: ({ samples }) => void told.push(samples),
    });
    expect(accuracy).toEqual({ clean: 3 / 4, robust: 2 / 4, samples: 8 });
    expect(told).toEqual([4, 8]);
  });

  it("goes through views of one tensor, by an attack that is compiled", async () => {
    const network = moody(new Generator(2));
    const generator = new Generator(8);
    const inputs = normal([90, 6], { generator }).split(30);
    const targets = integers(0, 3, [90], { generator }).split(30);
    const data = inputs.map((some, i) => ({ inputs: some, targets: targets[i]! }));
    const attack = pgdAttack(network, { epsilon: 0.5, steps: 20, generator });
    const { clean, robust } = await adversarialAccuracy(network, { data, attack });
    expect(robust).toBeLessThan(clean);
    expect(attack.parts!.map(({ refusal }) => refusal)).toEqual([undefined, undefined]);
  });

  it("refuses data without batches, and nothing for an attack", async () => {
    const attack = (x: Tensor): Tensor => x;
    await expect(adversarialAccuracy(ramp(), { data: [], attack })).rejects.toThrow(
      "the data has no samples",
    );
    await expect(adversarialAccuracy(ramp(), { data: [] } as never)).rejects.toThrow(
      "attack must be a function: received undefined.",
    );
  });
});
