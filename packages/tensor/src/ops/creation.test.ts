import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import { beforeAll, describe, expect, test } from "vitest";
import {
  arange,
  configure,
  eye,
  full,
  fullLike,
  linspace,
  memory,
  onesLike,
  tensor,
  zeros,
  zerosLike,
} from "../index.ts";

beforeAll(() => void configure({ backend: reference() }));

describe("tensor", () => {
  test("type and shape come from the data", async () => {
    expect(
      tensor([
        [1, 2],
        [3, 4],
      ]),
    ).toMatchObject({ dtype: "float32", shape: [2, 2] });
    expect(tensor(1.5)).toMatchObject({ dtype: "float32", shape: [] });
    expect(tensor([true, false])).toMatchObject({ dtype: "bool", shape: [2] });
    expect(tensor([[], []])).toMatchObject({ shape: [2, 0] });
    expect(tensor(new Float64Array(6), { shape: [2, 3] })).toMatchObject({
      dtype: "float64",
      shape: [2, 3],
    });
    expect(tensor(new Uint8Array(2)).dtype).toBe("int32");
    expect(tensor(Uint32Array.of(2 ** 32 - 1)).dtype).toBe("uint32");
    expect(
      await tensor([
        [1, 2],
        [3, 4],
      ]).toArray(),
    ).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(await tensor(Uint32Array.of(2 ** 32 - 1)).item()).toBe(2 ** 32 - 1);
  });

  test("a type that was asked for", async () => {
    expect(await tensor([1.7, -1.7], { dtype: "int32" }).toArray()).toEqual([1, -1]);
    expect(await tensor([2, 0], { dtype: "bool" }).toArray()).toEqual([true, false]);
    expect(await tensor(Uint8Array.of(3, 0), { dtype: "bool" }).data()).toEqual(
      Uint8Array.of(1, 0),
    );
    expect(await tensor(Uint8Array.of(3, 0), { dtype: "float32" }).data()).toEqual(
      Float32Array.of(3, 0),
    );
  });

  test("the data is copied", async () => {
    const data = Float32Array.of(1, 2);
    const x = tensor(data);
    data[0] = 9;
    expect(await x.toArray()).toEqual([1, 2]);
  });

  test.each<[() => unknown, string]>([
    [
      () => tensor([[1, 2], [3]]),
      "tensor: nested lists are ragged: received a list of 1 at [1], where a list of 2 belongs. All lists at one depth must have one length.",
    ],
    [
      () => tensor([[1], 2]),
      "tensor: nested lists are ragged: received a single value at [1], where a list of 1 belongs. All lists at one depth must have one length.",
    ],
    [
      () => tensor([1, [2]]),
      "tensor: nested lists are ragged: received a list of 1 at [1], where a single value belongs. All lists at one depth must have one length.",
    ],
    [
      () => tensor([1, "2" as unknown as number]),
      "tensor: needs numbers or booleans: received string at [1].",
    ],
    [
      () => tensor([1, 2, 3], { shape: [2, 2] }),
      "tensor: 3 elements do not fill shape [2, 2], which has 4.",
    ],
    [
      () => tensor([3e9], { dtype: "int32" }),
      "tensor: 3000000000 does not fit int32 (whole numbers -2147483648 to 2147483647). Use float32 or float64.",
    ],
    [
      () => tensor(tensor(1) as never),
      "tensor: received a tensor. Use x.clone() or x.cast(dtype).",
    ],
  ])("error %#", (call, message) => {
    expect(call).toThrow(message);
  });

  test("no backend, and a type the backend lacks", async () => {
    const backend = await cpu();
    if (!backend.capabilities.dtypes.includes("float64"))
      expect(() => zeros([1], { dtype: "float64", backend })).toThrow(
        /^cpu: float64 is not available on this device\. Use one of float32/,
      );
    const previous = configure();
    configure({ backend: undefined });
    expect(() => tensor(1)).toThrow(
      "tensor: no backend: none was named and none is configured. Call configure({ backend: await cpu() }) first, with cpu from @dl/backend-cpu.",
    );
    configure(previous);
  });
});

describe("filled tensors", () => {
  test("values and types", async () => {
    expect(await full([2, 2], 7).toArray()).toEqual([
      [7, 7],
      [7, 7],
    ]);
    expect(await full([2], 3, { dtype: "bool" }).toArray()).toEqual([true, true]);
    expect(await full([], -1, { dtype: "int32" }).item()).toBe(-1);
    expect(await zeros([0, 2]).toArray()).toEqual([]);
    const x = tensor(Int32Array.of(1, 2));
    expect(await fullLike(x, 5).data()).toEqual(Int32Array.of(5, 5));
    expect(zerosLike(x, { dtype: "float32" }).dtype).toBe("float32");
    expect(onesLike(x).shape).toEqual([2]);
  });

  test("cost one element", () => {
    const before = memory().bytes;
    const x = zeros([1000, 1000]);
    expect(memory().bytes - before).toBe(4);
    x.dispose();
  });

  test("impossible sizes are refused at once", () => {
    expect(() => zeros([65536, 65536])).toThrow(
      "zeros: [65536, 65536] has 4294967296 elements, more than the limit of 2147483647. Use a smaller shape or work in parts.",
    );
    expect(() => full([-1], 0)).toThrow(
      "full: sizes must be whole numbers of at least 0: received [-1].",
    );
    expect(() => zeros(3 as never)).toThrow(
      "zeros: the shape must be a list of sizes: received 3. Write [3].",
    );
  });
});

test("eye", async () => {
  expect(await eye(2).toArray()).toEqual([
    [1, 0],
    [0, 1],
  ]);
  expect(await eye(3, 2).toArray()).toEqual([
    [1, 0],
    [0, 1],
    [0, 0],
  ]);
});

test("arange and linspace", async () => {
  expect(await arange(3).data()).toEqual(Int32Array.of(0, 1, 2));
  expect(await arange(1, 2, 0.25).data()).toEqual(Float32Array.of(1, 1.25, 1.5, 1.75));
  expect(await arange(3, 0, -1).toArray()).toEqual([3, 2, 1]);
  expect(await arange(2, { dtype: "float32" }).data()).toEqual(Float32Array.of(0, 1));
  expect(arange(0).shape).toEqual([0]);
  expect(await linspace(0, 1, 5).toArray()).toEqual([0, 0.25, 0.5, 0.75, 1]);
  expect(await linspace(2, 5, 1).toArray()).toEqual([2]);
  expect(() => arange(0, 5, -1)).toThrow(
    "arange: the step never reaches the end: received start 0, end 5, step -1. Give a step above 0.",
  );
  expect(() => linspace(0, 1, 2.5)).toThrow(
    "linspace: count must be a whole number of at least 0: received 2.5.",
  );
});
