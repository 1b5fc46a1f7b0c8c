import "@dl/autograd";
import { reference } from "@dl/backend-reference";
import { configure, tensor, type Tensor } from "@dl/tensor";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import {
  Adam,
  SGD,
  type AdamOptions,
  type Optimizer,
  type OptimizerOptions,
  type SgdOptions,
} from "./index.ts";

beforeAll(() => {
  configure({ backend: reference() });
});

const start = [1, -2, 3];
const curvature = [1, 0.5, 0.1];
const float64 = (data: number[]): Tensor => tensor(data, { dtype: "float64" });
const newParameter = (data: number[] = start): Tensor => float64(data).requireGrad();

/** `steps` steps down Σ c θ². */
function descend(parameter: Tensor, optimizer: Optimizer<OptimizerOptions>, steps: number): void {
  for (let step = 0; step < steps; step++) {
    optimizer.zeroGrad();
    float64(curvature).mul(parameter).mul(parameter).sum().backward();
    optimizer.step();
  }
}

const expectClose = async (x: Tensor, expected: number[], digits = 12): Promise<void> => {
  const data = await x.data();
  expected.forEach((value, i) => expect(data[i]).toBeCloseTo(value, digits));
};

describe("trajectories on a quadratic, 20 steps, against PyTorch 1.13 in float64", () => {
  it("sgd", async () => {
    const parameter = newParameter();
    descend(parameter, new SGD([parameter], { learningRate: 0.1 }), 20);
    await expectClose(parameter, [0.01152921504606847, -0.24315330918113856, 2.0028239152652834]);
  });

  it("sgd with momentum, dampening and weight decay", async () => {
    const parameter = newParameter();
    const options = { learningRate: 0.1, momentum: 0.9, dampening: 0.1, weightDecay: 0.01 };
    descend(parameter, new SGD([parameter], options), 20);
    await expectClose(parameter, [-0.30316580359200485, -0.6907270317150755, -0.7458882145069925]);
  });

  it("sgd with nesterov", async () => {
    const parameter = newParameter();
    const options = { learningRate: 0.1, momentum: 0.9, nesterov: true };
    descend(parameter, new SGD([parameter], options), 20);
    await expectClose(parameter, [-0.03949745367690941, -0.23994447938952573, -0.6441223247143316]);
  });

  it("adam with weight decay", async () => {
    const parameter = newParameter();
    descend(parameter, new Adam([parameter], { learningRate: 0.1, weightDecay: 0.01 }), 20);
    await expectClose(parameter, [-0.27115409549710673, -0.22245243524478678, 1.119360507888033]);
  });
});

describe("against a plain loop, for random options", () => {
  const rate = fc.double({ min: 0, max: 0.2, noNaN: true });
  const decay = fc.double({ min: 0, max: 0.99, noNaN: true });
  const record = fc.record({ learningRate: rate, beta1: decay, beta2: decay, weightDecay: rate });

  it("adam", async () => {
    await fc.assert(
      fc.asyncProperty(record, async (options) => {
        const parameter = newParameter();
        descend(parameter, new Adam([parameter], options), 5);
        await expectClose(parameter, adamLoop({ ...options, epsilon: 1e-8, amsgrad: false }, 5), 9);
      }),
      { numRuns: 20 },
    );
  });

  it("sgd", async () => {
    const sgdRecord = fc.record({
      learningRate: rate,
      momentum: decay,
      dampening: decay,
      weightDecay: rate,
    });
    await fc.assert(
      fc.asyncProperty(sgdRecord, async (options) => {
        const parameter = newParameter();
        descend(parameter, new SGD([parameter], options), 5);
        await expectClose(parameter, sgdLoop({ ...options, nesterov: false }, 5), 9);
      }),
      { numRuns: 20 },
    );
  });
});

function adamLoop(options: AdamOptions, steps: number): number[] {
  const { learningRate, beta1, beta2, epsilon, weightDecay } = options;
  return start.map((theta, i) => {
    let [m, v] = [0, 0];
    for (let t = 1; t <= steps; t++) {
      const g = 2 * curvature[i]! * theta + weightDecay * theta;
      m = beta1 * m + (1 - beta1) * g;
      v = beta2 * v + (1 - beta2) * g * g;
      const mHat = m / (1 - beta1 ** t);
      const vHat = v / (1 - beta2 ** t);
      theta -= (learningRate * mHat) / (Math.sqrt(vHat) + epsilon);
    }
    return theta;
  });
}

function sgdLoop(options: SgdOptions, steps: number): number[] {
  const { learningRate, momentum, dampening, weightDecay } = options;
  return start.map((theta, i) => {
    let b: number | undefined;
    for (let t = 1; t <= steps; t++) {
      const g = 2 * curvature[i]! * theta + weightDecay * theta;
      // As in PyTorch, dampening is part of the momentum, and without that there is none.
      b = b === undefined || momentum === 0 ? g : momentum * b + (1 - dampening) * g;
      theta -= learningRate * b;
    }
    return theta;
  });
}

describe("groups", () => {
  it("have options of their own, and a rate that can be set for all", async () => {
    const [a, b] = [newParameter(), newParameter()];
    const optimizer = new SGD([{ parameters: [a], learningRate: 0 }, { parameters: [b] }], {
      learningRate: 0.1,
    });
    const loss = (): Tensor => a.mul(2).sum().add(b.mul(3).sum());
    loss().backward();
    optimizer.step();
    await expectClose(a, start);
    await expectClose(b, [0.7, -2.3, 2.7]);
    expect(optimizer.learningRate).toBe(0);
    optimizer.learningRate = 1;
    optimizer.zeroGrad();
    loss().backward();
    optimizer.step();
    await expectClose(a, [-1, -4, 1]);
    await expectClose(b, [-2.3, -5.3, -0.3]);
  });

  it("leave parameters without a gradient alone", async () => {
    const [a, b] = [newParameter(), newParameter()];
    const optimizer = new Adam([a, b], { learningRate: 0.1 });
    a.sum().backward();
    optimizer.step();
    await expectClose(b, start);
    expect(optimizer.stateDict().parameters[1]).toBeNull();
  });
});

describe("state", () => {
  it("continues exactly where it stopped, and is not changed by further steps", async () => {
    const straight = newParameter();
    descend(straight, new Adam([straight], { learningRate: 0.1 }), 10);
    const first = newParameter();
    const optimizer = new Adam([first], { learningRate: 0.1 });
    descend(first, optimizer, 4);
    const state = optimizer.stateDict();
    const second = newParameter([...(await first.data())]);
    descend(first, optimizer, 3);
    const resumed = new Adam([second], { learningRate: 7 });
    resumed.loadStateDict(state);
    expect(resumed.learningRate).toBe(0.1);
    descend(second, resumed, 6);
    expect(await second.data()).toEqual(await straight.data());
    descend(first, optimizer, 3);
    expect(await first.data()).toEqual(await straight.data());
    expect(state.parameters[0]!.stepCount).toBe(4);
    expect([...state.parameters[0]!.slots.keys()]).toEqual(["firstMoment", "secondMoment"]);
    await state.parameters[0]!.slots.get("firstMoment")!.data();
  });

  it("is refused where it does not fit", () => {
    const a = newParameter();
    const adam = new Adam([a]);
    descend(a, adam, 1);
    const b = newParameter([1, 2]);
    expect(() => new Adam([b]).loadStateDict(adam.stateDict())).toThrow(
      "adam: the state does not fit: firstMoment of parameter 0 has shape [3], the parameter [2]; secondMoment of parameter 0 has shape [3], the parameter [2]. Load it into an optimiser made the same way.",
    );
    expect(() => new Adam([b, a]).loadStateDict(adam.stateDict())).toThrow(
      "adam: the state has 1 groups and 1 parameters, the optimiser 1 and 2. Load it into an optimiser made the same way.",
    );
    const sgd = new SGD([a], { learningRate: 0.1, momentum: 0.9 });
    expect(() => sgd.loadStateDict(adam.stateDict() as never)).toThrow(
      "sgd: the state does not fit: parameter 0 needs slots [velocity], got [firstMoment, secondMoment]. Load it into an optimiser made the same way.",
    );
  });

  it("starts the velocity anew when momentum is switched on between steps", async () => {
    const parameter = newParameter();
    const optimizer = new SGD([parameter], { learningRate: 0.1 });
    descend(parameter, optimizer, 1);
    optimizer.groups[0]!.momentum = 0.5;
    descend(parameter, optimizer, 2);
    const theta = (x: number, c: number): number => {
      const x1 = x - 0.2 * c * x;
      const b2 = 2 * c * x1;
      const x2 = x1 - 0.1 * b2;
      return x2 - 0.1 * (0.5 * b2 + 2 * c * x2);
    };
    await expectClose(
      parameter,
      start.map((x, i) => theta(x, curvature[i]!)),
    );
  });
});

describe("errors", () => {
  it.each([
    [
      () => new Adam([]),
      "adam: there is nothing to optimise: received 0 parameters. Pass model.parameters().",
    ],
    [
      () => {
        const x = newParameter();
        return new Adam([newParameter(), x, x]);
      },
      "adam: a parameter was given twice: [3] at positions 1 and 2. It would take two steps at once; give it once.",
    ],
    [
      () => new SGD([newParameter().mul(2)], { learningRate: 1 }),
      "sgd: parameter 0 of shape [3] was computed from other tensors. Give those, or a detached copy that requires a gradient.",
    ],
    [
      () => new Adam([newParameter()], { learningRate: -1 }),
      "adam: learningRate must be a finite number of at least 0: received -1.",
    ],
    [
      () => new SGD([newParameter()], { learningRate: NaN }),
      "sgd: learningRate must be a finite number of at least 0: received NaN.",
    ],
    [
      () => (new SGD([newParameter()], { learningRate: 1 }).learningRate = NaN),
      "sgd: learningRate must be a finite number of at least 0: received NaN.",
    ],
    [
      () => new Adam([newParameter()], { beta2: 1 }),
      "adam: beta2 must be at least 0 and below 1: received 1.",
    ],
    [
      () => new SGD([newParameter()], { learningRate: 1, nesterov: true }),
      "sgd: nesterov needs momentum above 0 and dampening 0: received momentum 0, dampening 0.",
    ],
  ])("%#", (make, message) => {
    expect(make).toThrow(message);
  });
});
