import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import type { Backend, DType } from "@dl/backend";
import { describe, expect, it } from "vitest";
import {
  arange,
  configure,
  hostFunction,
  tensor,
  zeros,
  type HostFunction,
  type Tensor,
} from "../index.ts";

/** Sums of the inputs along their last axis, times a number. */
const weightedSums: HostFunction = {
  name: "weightedSums",
  compute(inputs, result, { shapes, shape, numbers: [factor] }) {
    expect(shape).toEqual([result.length]);
    inputs.forEach((elements, k) => {
      const length = shapes[k]!.at(-1)!;
      elements.forEach((x, i) => (result[Math.floor(i / length)]! += factor! * x));
    });
  },
};
const sums = (...inputs: Tensor[]): Tensor =>
  hostFunction(weightedSums, inputs, {
    shape: [inputs[0]!.shape[0]!],
    dtype: "float32",
    numbers: [2],
  });
const same: HostFunction = {
  name: "same",
  compute: ([x], result) => result.set(x!),
};
const as = (x: Tensor, dtype: DType): Tensor => hostFunction(same, [x], { shape: x.shape, dtype });

const backends: Record<string, () => Backend | Promise<Backend>> = {
  reference: () => reference(),
  cpu: () => cpu(),
};

describe.each(Object.entries(backends))("a host function on %s", (_name, make) => {
  it("reads inputs of every type, as they lie and where they are pending", async () => {
    configure({ backend: await make() });
    const floats = tensor([
      [0.5, 1],
      [2, 4],
    ]).matrixTranspose();
    const integers = arange(6).reshape([2, 3]).mul(-1);
    const words = tensor([[4294967295], [7]], { dtype: "uint32" });
    const bools = tensor([[1, 0, 1]])
      .greater(0)
      .expand([2, 3]);
    expect(await sums(floats, integers, words, bools).toArray()).toEqual([
      Math.fround(2 * (2.5 - 3 + 4294967295 + 2)),
      2 * (5 - 12 + 7 + 2),
    ]);
  });

  it("stands in its place among what is computed before and after", async () => {
    configure({ backend: await make() });
    const x = tensor([[1, 2]]);
    const y = sums(x.mul(3)).add(1);
    x.assign(x.mul(100));
    expect(await y.add(sums(x)).toArray()).toEqual([19 + 600]);
  });

  it("gives every type", async () => {
    configure({ backend: await make() });
    const x = tensor([0, 1, -2.75]);
    expect(await as(x, "float32").toArray()).toEqual([0, 1, -2.75]);
    expect(await as(x, "int32").toArray()).toEqual([0, 1, -2]);
    expect(await as(x, "uint32").toArray()).toEqual([0, 1, 4294967294]);
    expect(await as(x.greater(0), "bool").toArray()).toEqual([false, true, false]);
    const empty = as(zeros([2, 0]), "int32");
    expect([empty.shape, empty.dtype, await empty.toArray()]).toEqual([[2, 0], "int32", [[], []]]);
  });

  it("lets what the function throws through", async () => {
    configure({ backend: await make() });
    const failing: HostFunction = {
      name: "failing",
      compute() {
        throw new RangeError("no such number");
      },
    };
    expect(() => hostFunction(failing, [zeros([1])], { shape: [1], dtype: "float32" })).toThrow(
      "no such number",
    );
  });
});

it("is given float64 where the backend has it", async () => {
  const x = tensor([0.1], { dtype: "float64", backend: reference() });
  expect(await as(x, "float64").toArray()).toEqual([0.1]);
});

describe("hostFunction refuses", () => {
  const options = { shape: [1], dtype: "float32" } as const;
  const x = (): Tensor => zeros([1], { backend: reference() });
  it.each<[string, () => Tensor, string]>([
    [
      "no inputs",
      () => hostFunction(same, [], options),
      "same: a host function needs at least one input: received none.",
    ],
    [
      "inputs of two backends",
      () => hostFunction(same, [x(), x()], options),
      "same: tensors live on different backends",
    ],
    [
      "what is no tensor",
      () => hostFunction(same, [[1] as unknown as Tensor], options),
      "same: needs a tensor, got object",
    ],
    [
      "sizes that no tensor has",
      () => hostFunction(same, [x()], { ...options, shape: [-1] }),
      "same: sizes must be whole numbers of at least 0: received [-1].",
    ],
    [
      "an unknown type",
      () => hostFunction(same, [x()], { ...options, dtype: "int64" as DType }),
      'same: dtype must be one of float32, float64, int32, uint32, bool: received "int64".',
    ],
    [
      "a gradient of integers",
      () => hostFunction(same, [x()], { shape: [1], dtype: "int32", gradient: (dy) => [dy] }),
      "same: only a float result has a gradient: received dtype int32. Leave the gradient out.",
    ],
    [
      "no function",
      () => hostFunction({ name: "same" } as HostFunction, [x()], options),
      "same: compute must be a function: received undefined.",
    ],
    [
      "no name",
      () => hostFunction((() => {}) as unknown as HostFunction, [x()], options),
      "hostFunction: needs a record { name, compute }: received a function.",
    ],
    [
      "numbers that are none",
      () => hostFunction(same, [x()], { ...options, numbers: 3 as unknown as number[] }),
      "same: numbers must be a list: received 3.",
    ],
  ])("%s", (_what, call, message) => {
    expect(call).toThrow(message);
  });
});
