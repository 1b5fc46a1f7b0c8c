import { gradcheck } from "@dl/autograd";
import { reference } from "@dl/backend-reference";
import { configure, tensor, type Tensor } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import {
  constrainMaxNorm,
  elasticNetPenalty,
  l1Penalty,
  l2Penalty,
  lpPenalty,
  Parameter,
} from "./index.ts";

beforeAll(() => {
  configure({ backend: reference() });
});

const dtype = "float64";
const matrix = (): Tensor =>
  tensor(
    [
      [1, -2],
      [0.5, 3],
    ],
    { dtype },
  );
const vector = (): Tensor => tensor([-4], { dtype });

describe("penalties", () => {
  it.each([
    ["l1", l1Penalty, 10.5],
    ["l2", l2Penalty, 30.25],
    ["lp of 1", (x: readonly Tensor[]) => lpPenalty(x, 1), 10.5],
    ["lp of 2", (x: readonly Tensor[]) => lpPenalty(x, 2), 30.25],
    ["lp of 3", (x: readonly Tensor[]) => lpPenalty(x, 3), 100.125],
    ["elastic net", (x: readonly Tensor[]) => elasticNetPenalty(x, { l1: 2, l2: 0.5 }), 36.125],
  ] as const)("%s sums over all parameters", async (_name, penalty, expected) => {
    expect(await penalty([matrix(), vector()]).item()).toBeCloseTo(expected, 10);
    await gradcheck((...x) => penalty(x), [matrix(), vector()]);
  });

  it("lp below 1 has slope 0 at 0", async () => {
    const x = tensor([0, 4], { dtype }).requireGrad();
    lpPenalty([x], 0.5).backward();
    expect([...(await x.grad!.data())]).toEqual([0, 0.25]);
  });

  it("say what does not fit", () => {
    expect(() => l1Penalty([])).toThrow(
      "l1Penalty: received no parameters. Pass model.parameters(), or leave the penalty out.",
    );
    expect(() => lpPenalty([matrix()], 0)).toThrow("lpPenalty: p must be above 0: received 0.");
  });
});

describe("constrainMaxNorm", () => {
  it("shrinks long rows in place and nothing else", async () => {
    const weight = new Parameter(
      tensor(
        [
          [3, 4],
          [0.1, 0.2],
          [0, 0],
        ],
        { dtype },
      ),
    );
    const bias = new Parameter(tensor([100], { dtype }));
    constrainMaxNorm([weight, bias], 1);
    const rows = await weight.toArray<number[][]>();
    expect(rows[0]![0]).toBeCloseTo(0.6, 12);
    expect(rows[0]![1]).toBeCloseTo(0.8, 12);
    expect(rows.slice(1)).toEqual([
      [0.1, 0.2],
      [0, 0],
    ]);
    expect(await bias.item()).toBe(100);
    expect(weight.requiresGrad).toBe(true);
    expect(() => constrainMaxNorm([weight], 0)).toThrow(
      "constrainMaxNorm: the bound must be above 0: received 0.",
    );
  });
});
