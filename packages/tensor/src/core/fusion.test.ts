import type { Backend, Executable, Program } from "@dl/backend";
import { reference } from "@dl/backend-reference";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bernoulli, configure, Generator, tensor, type Tensor } from "../index.ts";

/** Programs that were dispatched, by kind. */
let dispatched: Program[] = [];

/** The reference backend, written down as it is used. */
function recording(): Backend {
  const backend = reference();
  const dispatch = backend.dispatch.bind(backend);
  backend.dispatch = (executable: Executable, ...rest) => {
    dispatched.push(executable.program);
    dispatch(executable, ...rest);
  };
  return backend;
}

beforeEach(() => {
  configure({ backend: recording() });
  dispatched = [];
});
afterEach(() => void configure({ eager: false }));

const kinds = (): string[] =>
  dispatched.map((program) =>
    program.kind === "routine"
      ? `${program.routine}${program.epilogue === undefined ? "" : " with epilogue"}`
      : program.kind === "reduce"
        ? `${program.op}${program.epilogue === undefined ? "" : " with epilogue"}`
        : "map",
  );

const matrix = (): Tensor =>
  tensor([
    [1, -2],
    [3, 4],
  ]);

describe("one program for", () => {
  test("a chain of pointwise operations", async () => {
    const y = matrix().mul(2).add(1).relu();
    expect(dispatched).toHaveLength(0);
    expect(y.isPending).toBe(true);
    expect(await y.toArray()).toEqual([
      [3, 0],
      [7, 9],
    ]);
    expect(kinds()).toEqual(["map"]);
  });

  test("the same chain with other numbers: they are given at dispatch", async () => {
    await matrix().mul(2).add(1).data();
    await matrix().mul(3).add(7).data();
    expect(dispatched[0]).toBe(dispatched[1]);
  });

  test("a sum and what comes before and after it", async () => {
    expect(await matrix().square().mean(1).sqrt().add(1).toArray()).toEqual([
      expect.closeTo(Math.sqrt(2.5) + 1),
      expect.closeTo(Math.sqrt(12.5) + 1),
    ]);
    expect(kinds()).toEqual(["sum with epilogue"]);
  });

  test("a matrix product, its bias and activation", async () => {
    const y = matrix()
      .matmul(matrix())
      .add(tensor([1, -100]))
      .relu();
    expect(await y.toArray()).toEqual([
      [0, 0],
      [16, 0],
    ]);
    expect(kinds()).toEqual(["matmul with epilogue"]);
  });
});

describe("a view of a cheap expression", () => {
  test("is not stored for it: its operands are seen through the view", async () => {
    const y = tensor([1, 2]).mul(3).unsqueeze(1).add(matrix()).transpose(0, 1).mul(2);
    expect(await y.toArray()).toEqual([
      [8, 18],
      [2, 20],
    ]);
    expect(kinds()).toEqual(["map"]);
  });

  test("is stored where it reads its own position, is dear, or is needed elsewhere", async () => {
    const mask = bernoulli([2, 2], { generator: new Generator(0) });
    expect(await mask.transpose(0, 1).transpose(0, 1).toArray()).toEqual(await mask.toArray());
    dispatched = [];
    await matrix().exp().expand([3, 2, 2]).add(1).data();
    expect(kinds()).toEqual(["map", "map"]);
    dispatched = [];
    const shared = matrix().add(1);
    const other = shared.mul(2);
    await shared.reshape([4]).mul(3).data();
    await other.data();
    expect(kinds()).toEqual(["map", "map", "map"]);
  });
});

describe("nothing dear is computed twice", () => {
  test("a product with two consumers is stored", async () => {
    const product = matrix().matmul(matrix());
    const y = product.relu().add(product.neg().exp());
    await y.data();
    expect(kinds()).toEqual(["matmul with epilogue"]);
    dispatched = [];
    const other = matrix().matmul(matrix());
    const [a, b] = [other.relu(), other.neg()];
    await a.data();
    await b.data();
    expect(kinds()).toEqual(["matmul", "map", "map"]);
  });

  test("an expensive expression is stored when it is needed again", async () => {
    const shared = matrix().exp();
    await shared.add(1).data();
    await shared.add(2).data();
    await shared.add(3).data();
    expect(kinds()).toEqual(["map", "map", "map", "map"]);
    expect(shared.isPending).toBe(false);
  });

  test("two products in one expression: one takes it as epilogue", async () => {
    const y = matrix().matmul(matrix()).add(matrix().matmul(matrix()));
    await y.data();
    expect(kinds()).toEqual(["matmul", "matmul with epilogue"]);
  });
});

test("softmax takes three passes and writes only its result besides two columns", async () => {
  await matrix().softmax().data();
  expect(kinds()).toEqual(["max", "sum", "map"]);
});

test("a long chain is cut before its program grows too large", async () => {
  let x = matrix();
  for (let i = 0; i < 300; i++) x = x.add(1);
  expect(await x.toArray()).toEqual([
    [301, 298],
    [303, 304],
  ]);
  expect(kinds().length).toBeGreaterThan(2);
  expect(kinds().length).toBeLessThan(10);
});

test("eager mode stores every result at once", async () => {
  configure({ eager: true });
  const y = matrix().mul(2).add(1);
  expect(y.isPending).toBe(false);
  expect(kinds()).toEqual(["map", "map"]);
  expect(await y.toArray()).toEqual([
    [3, -3],
    [7, 9],
  ]);
});

test("empty tensors dispatch nothing", async () => {
  expect(await tensor([[], []]).mul(2).relu().toArray()).toEqual([[], []]);
  expect(kinds()).toEqual([]);
});
