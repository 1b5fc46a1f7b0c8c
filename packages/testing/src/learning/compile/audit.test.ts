import { cpu } from "@dl/backend-cpu";
import { ArgumentError } from "@dl/backend";
import { Linear, Module } from "@dl/nn";
import { clipGradNorm, exponentialSchedule, Scheduler, SGD } from "@dl/optim";
import {
  compile,
  configure,
  Generator,
  manualSeed,
  normal,
  settings,
  tensor,
  uniform,
  where,
  type Tensor,
} from "@dl/tensor";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

const before = settings().backend;
beforeAll(async () => void configure({ backend: await cpu() }));
afterAll(() => void configure({ backend: before }));
const warn = vi.fn<(message: string) => void>();
beforeEach(() => void vi.spyOn(console, "warn").mockImplementation(warn));
afterEach(() => {
  vi.restoreAllMocks();
  warn.mockClear();
});

type Step = (x: Tensor) => Tensor | Tensor[];
/** A step that depends on what only its author knows; `now` is the number of the call. */
type Attack = (now: () => number) => Step;

const weightOf = (...values: number[]): Tensor => tensor(values).requireGrad();

const attacks: Record<string, Attack> = {
  "an annealed weight": (now) => (x) => x.mul(now() / 10).sum(),
  "a weight of zero that grows": (now) => (x) => x.add(x.mul(Math.max(0, now() - 6))),
  "Math.random": () => (x) => x.mul(Math.random()),
  "the date": () => {
    let time = 1000;
    const clock = { now: (): number => (time += 7) };
    return (x) => x.add(clock.now());
  },
  "an if on the number of the call": (now) => (x) => (now() % 9 < 5 ? x.mul(2) : x.exp()),
  "a bound of clipping in a variable": (now) => {
    const p = weightOf(1, 2);
    return (x) => {
      p.grad = null;
      p.mul(x).sum().backward();
      clipGradNorm([p], now() < 7 ? 1 : 0.1);
      return p.grad!.mul(1);
    };
  },
  "truncated backpropagation": () => {
    const layer = new Linear(2, 2);
    let hidden = tensor([[0, 0]]);
    return (x) => {
      hidden = layer.forward(hidden.add(x)).tanh().detach();
      return hidden.mul(1);
    };
  },
  "a tensor that is swapped": (now) => {
    const both = [tensor([1, 1]), tensor([5, 5])];
    return (x) => x.mul(both[now() < 7 ? 0 : 1]!);
  },
  "a place in a list": (now) => {
    const all = Array.from({ length: 40 }, (_, i) => tensor([i, -i]));
    return (x) => x.add(all[now()]!);
  },
  "an index": (now) => (x) => x.indexSelect(0, [now() % 2]),
  "a range that moves": (now) => (x) => x.narrow(0, now() % 2, 1),
  "a shape that grows": (now) => (x) => x.expand([1 + Math.floor(now() / 6), 2]).sum([0]),
  "a tensor made of numbers": (now) => (x) => x.mul(tensor([now(), 1])),
  "a mask made of numbers": (now) => (x) => where(tensor([now() % 5, 0]).greater(2), x, x.neg()),
  "a loop that grows": (now) => (x) => {
    let y = x;
    for (let i = 0; i < now() / 5; i++) y = y.add(1);
    return y;
  },
  "a private field of a module": () => {
    class Counting extends Module {
      #calls = 0;
      forward(x: Tensor): Tensor {
        return x.div(++this.#calls);
      }
    }
    const counting = new Counting();
    return (x) => counting.forward(x);
  },
  "a step that is left out every seventh time": (now) => {
    const p = weightOf(1, 1);
    const optimizer = new SGD([p], { learningRate: 0.1 });
    return (x) => {
      optimizer.zeroGrad();
      const loss = p.mul(x).sum();
      loss.backward();
      if (now() % 7 !== 6) optimizer.step();
      return [loss, p.mul(1)];
    };
  },
  "a tensor that is assigned to now and then": (now) => {
    const p = tensor([1, 1]);
    return (x) => {
      if (now() > 6) p.assign(p.add(1));
      return x.mul(2);
    };
  },
  "another parameter that gets the gradient": (now) => {
    const both = [weightOf(1), weightOf(2)];
    return (x) => {
      const p = both[now() < 7 ? 0 : 1]!;
      for (const each of both) each.grad = null;
      p.mul(x).sum().backward();
      return both.map(({ grad }) => (grad ?? tensor([0])).mul(1));
    };
  },
  "a gradient that is put in place": (now) => {
    const p = weightOf(1, 1);
    const all = [tensor([1, 2]), tensor([3, 4])];
    return (x) => {
      p.grad = all[now() < 7 ? 0 : 1]!;
      return x.mul(2);
    };
  },
  "other results": (now) => (x) => {
    const [y, z] = [x.mul(2), x.mul(3)];
    return now() < 7 ? [y, z] : [z, y];
  },
  "a seed": (now) => (x) => {
    manualSeed(now());
    return x.add(uniform([2]));
  },
  "a list that is used up": () => {
    const steps = [1, 1, 1, 1, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9];
    return (x) => x.mul(steps.shift() ?? 0);
  },
  "an option of an operation": (now) => (x) => x.sum([0], { keepDims: now() > 6 }).add(x),
  "generators in turn": (now) => {
    const all = [new Generator(1), new Generator(2)];
    return (x) => x.add(uniform([2], { generator: all[now() < 7 ? 0 : 1]! }));
  },
  "optimisers in turn": (now) => {
    const p = weightOf(1, 1);
    const all = [0.1, 0.01].map((learningRate) => new SGD([p], { learningRate }));
    all.forEach((optimizer) => {
      p.sum().backward();
      optimizer.step();
    });
    return (x) => {
      p.grad = null;
      p.mul(x).sum().backward();
      all[now() < 7 ? 0 : 1]!.step();
      return p.mul(1);
    };
  },
  "a learning rate written into the group": (now) => {
    const p = weightOf(1, 1);
    const optimizer = new SGD([p], { learningRate: 0.1 });
    return (x) => {
      optimizer.zeroGrad();
      p.mul(x).sum().backward();
      optimizer.groups[0]!.learningRate = 1 / now();
      optimizer.step();
      return p.mul(1);
    };
  },
  "schedules in turn": (now) => {
    const p = weightOf(1, 1);
    const optimizer = new SGD([p], { learningRate: 0.1 });
    const all = [0.9, 0.5].map(
      (factor) => new Scheduler(optimizer, exponentialSchedule({ factor })),
    );
    return (x) => {
      optimizer.zeroGrad();
      p.mul(x).sum().backward();
      optimizer.step();
      all[now() < 7 ? 0 : 1]!.step();
      return p.mul(1);
    };
  },
  "a type": (now) => (x) => (now() > 6 ? x.cast("int32").cast("float32") : x).mul(1.5),
};

const calls = 36;

/** What each call gave, or the error. */
async function playedBy(attack: Attack, wrap: (step: Step) => Step): Promise<unknown[]> {
  manualSeed(1);
  let random = 0.1;
  vi.spyOn(Math, "random").mockImplementation(() => (random = (random * 7) % 1));
  let call = 0;
  const step = wrap(attack(() => call));
  const seen: unknown[] = [];
  for (call = 1; call <= calls; call++)
    try {
      const result = step(tensor([call, 2]));
      seen.push(await Promise.all([result].flat().map((x) => x.toArray())));
    } catch (error) {
      seen.push(error);
    }
  return seen;
}

describe("a step that changes by itself ends in the plain result or in an error", () => {
  for (const [name, attack] of Object.entries(attacks))
    it(name, async () => {
      const plain = await playedBy(attack, (step) => step);
      const compiled = await playedBy(attack, (step) => compile(step));
      const failed = compiled.findIndex((result) => result instanceof Error);
      const differs = compiled.findIndex(
        (result, i) => JSON.stringify(result) !== JSON.stringify(plain[i]),
      );
      if (failed < 0) {
        expect(compiled).toEqual(plain);
        return;
      }
      const error = compiled[failed] as Error;
      expect(error).toBeInstanceOf(ArgumentError);
      expect(error.message).toMatch(
        /^compile: the step is no longer what was recorded at call \d+: /,
      );
      const [, first = ""] = /results of calls? (\d+)/.exec(error.message) ?? [];
      expect(Number(first) - 1).toBeLessThanOrEqual(differs);
      // At the latest after as many calls again.
      expect(failed).toBeLessThanOrEqual(2 * (differs + 1));
    });
});

describe("the error of an audit", () => {
  const messageOf = (attack: Attack): Promise<string> =>
    playedBy(attack, (step) => compile(step)).then(
      (seen) => (seen.find((result) => result instanceof Error) as Error).message,
    );
  // Changed at call 7, the recording of call 2 is replayed up to its seventh call.
  const frame = (difference: string): string =>
    `compile: the step is no longer what was recorded at call 2: ${difference}. ` +
    "The results of calls 7 to 8, which were replayed, and what they changed may be wrong; this call ran the step itself, and so will all later ones. " +
    "Give what changes from call to call as an argument, or keep it in a tensor and assign to it; or do not compile the step.";
  const cases: Record<string, [Attack, string]> = {
    "a number": [
      (now) => (x) => x.mul(now() < 7 ? 0.1 : 0.2).exp(),
      "number 0.1 became 0.2 in `mul`",
    ],
    "a program more": [
      (now) => (x) => (now() < 7 ? [x.mul(2)] : [x.mul(2), x.sum()]),
      "`sum [2] over axes [0]` is run too",
    ],
    "another program": [
      (now) => (x) => (now() < 7 ? x.sum() : x.max()),
      "`sum [2] over axes [0]` became `max [2] over axes [0]`, as program 1",
    ],
    "another tensor": [
      (now) => {
        const both = [tensor([1, 1]), tensor([5, 5])];
        return (x) => x.mul(both[now() < 7 ? 0 : 1]!);
      },
      "another tensor became input 1 of `map [2]`",
    ],
    "a seed": [
      (now) => (x) => {
        manualSeed(now() < 7 ? 1 : 2);
        return x.add(uniform([2]));
      },
      "a generator is set to seed 1, stream 0, draw 0 became a generator is set to seed 2, stream 0, draw 0",
    ],
    "elements from the host": [
      (now) => (x) => x.mul(tensor([now() < 7 ? 1 : 2, 3])),
      "a tensor that the step makes of numbers has others",
    ],
  };
  for (const [name, [attack, difference]] of Object.entries(cases))
    it(`names ${name}`, async () => {
      expect(await messageOf(attack)).toBe(frame(difference));
    });

  it("comes after the step itself has run", async () => {
    const weight = tensor(0);
    let share = 1;
    const step = compile((x: Tensor) => {
      weight.assign(weight.add(x.mul(share)));
    });
    for (let i = 1; i <= 9; i++) {
      share = i < 9 ? 1 : 100;
      if (i < 9) step(tensor(1));
      else expect(() => step(tensor(1))).toThrow("number 1 became 100 in `mul`");
    }
    expect(await weight.item()).toBe(108);
    step(tensor(1));
    expect(await weight.item()).toBe(208);
  });
});

describe("the report of a compiled step", () => {
  const reportAfter = (count: number, step: () => Tensor): { step: ReturnType<typeof compile> } => {
    const compiled = compile(step);
    for (let i = 0; i < count; i++) compiled();
    return { step: compiled };
  };

  it("counts replays and audits", () => {
    const x = normal([2]);
    const { step } = reportAfter(12, () => x.mul(2));
    const { replays, audits, plainRuns } = step.report;
    expect([plainRuns, replays + audits]).toEqual([2, 10]);
    expect(replays).toBeGreaterThanOrEqual(5);
    expect(warn).not.toHaveBeenCalled();
  });

  it("names the reason, and one warning does", () => {
    const generator = tensor([2, 1]);
    let i = 0;
    const { step } = reportAfter(12, () => generator.mul(i++));
    expect(step.report).toEqual({
      replays: 0,
      audits: 0,
      plainRuns: 12,
      reason: "number 3 became 4 in `mul`",
      plainInRow: 12,
    });
    expect(warn.mock.calls).toEqual([
      [
        "compile: the step runs as without compile: number 2 became 3 in `mul`. Its results are right; the property `report` of the compiled step tells more.",
      ],
    ]);
  });
});

describe("compile refuses what it cannot take", () => {
  it.each([
    [undefined, "undefined"],
    [null, "null"],
    [3, "number"],
  ])("%s for a step", (step, name) => {
    expect(() => compile(step as unknown as () => void)).toThrow(
      `compile: needs a function: received ${name}. Pass (x) => { ...; return loss; }.`,
    );
  });

  it.each([
    [null, "null"],
    [undefined, "undefined"],
    ["3", "string"],
    [[1], "object"],
  ])("%s for an argument", (argument, name) => {
    const step = compile((x: Tensor) => x.mul(2));
    expect(() => step(argument as unknown as Tensor)).toThrow(
      `compile: argument 0 of a compiled step must be a tensor or a number: received ${name}. Reach for everything else by closure.`,
    );
  });
});
