import { reference } from "@dl/backend-reference";
import { beforeAll, describe, expect, test } from "vitest";
import { clone, configure, memory, tensor, tidy, zeros, type Tensor } from "../index.ts";

beforeAll(() => void configure({ backend: reference() }));

describe("reads", () => {
  test("item", async () => {
    expect(await tensor([[7]]).item()).toBe(7);
    expect(await tensor(true).item()).toBe(1);
    await expect(zeros([2, 3]).item()).rejects.toThrow(
      "item: needs a tensor of one element, got shape [2, 3]. Reduce it, e.g. with mean(), or read it with toArray().",
    );
  });

  test("toArray nests by shape", async () => {
    const rows = await tensor([
      [1, 2],
      [3, 4],
    ]).toArray<number[][]>();
    expect(rows[1]![0]).toBe(3);
    expect(await tensor([[true]]).toArray()).toEqual([[true]]);
    expect(await zeros([2, 0]).toArray()).toEqual([[], []]);
  });

  test("moving to another backend", async () => {
    const other = reference();
    const x = tensor([true, false]);
    const moved = await x.to(other);
    expect(moved.backend).toBe(other);
    expect(await moved.toArray()).toEqual([true, false]);
    expect((await x.to(x.backend)).value).toBe(x.value);
    expect(
      await (
        await tensor([1, 2, 3])
          .slice([[1, null]])
          .to(other)
      ).toArray(),
    ).toEqual([2, 3]);
  });
});

describe("assign and clone", () => {
  test("assign changes the handle and no other", async () => {
    const x = tensor([1, 2]);
    const copy = clone(x);
    const view = x.reshape([2, 1]);
    expect(x.assign(tensor([3, 4]))).toBe(x);
    expect(await x.toArray()).toEqual([3, 4]);
    expect(await copy.toArray()).toEqual([1, 2]);
    expect(await view.toArray()).toEqual([[1], [2]]);
  });

  test("what was assigned outlives the other handle", async () => {
    const x = tensor([1]);
    const next = tensor([2]);
    x.assign(next);
    next.dispose();
    expect(await x.item()).toBe(2);
    x.assign(tensor([3]).add(1));
    expect(await x.item()).toBe(4);
  });

  test.each<[() => unknown, string]>([
    [
      () => zeros([2]).assign(zeros([3])),
      "assign: shapes differ: [2] cannot take [3]. Give a tensor of the same shape.",
    ],
    [
      () => zeros([2]).assign(zeros([2], { dtype: "int32" })),
      'assign: types differ: float32 cannot take int32. Convert with next.cast("float32").',
    ],
  ])("error %#", (call, message) => {
    expect(call).toThrow(message);
  });
});

describe("dispose", () => {
  test("views keep the elements, a second call does nothing", async () => {
    const x = tensor([1, 2]);
    const first = x.slice([[0, 1]]);
    const second = x.slice([[1, null]]);
    x.dispose();
    x.dispose();
    x.dispose();
    expect(await first.toArray()).toEqual([1]);
    expect(await second.toArray()).toEqual([2]);
    await expect(x.data()).rejects.toThrow(
      "tensor: this tensor was disposed. Use it before dispose() or the end of its `using` block.",
    );
  });
});

describe("tidy", () => {
  test("keeps what is returned and frees the rest", async () => {
    const before = memory().bytes;
    const result = tidy(() => {
      const x = tensor([3, 4]);
      const squares = x.square();
      return { sum: squares.sum(), list: [x.add(1)] };
    });
    // The sum, and the two elements of x + 1.
    expect(memory().bytes - before).toBe(12);
    expect(await result.sum.item()).toBe(25);
    expect(await result.list[0]!.toArray()).toEqual([4, 5]);
    result.sum.dispose();
    result.list[0]!.dispose();
    expect(memory().bytes).toBe(before);
  });

  test("leaves alone what is older, assigned or returned through", async () => {
    const parameter = tensor([1, 2]);
    const outer = parameter.mul(2);
    const same = tidy(() => {
      parameter.assign(parameter.add(1));
      outer.add(1);
      return outer;
    });
    expect(same).toBe(outer);
    expect(await outer.toArray()).toEqual([2, 4]);
    expect(await parameter.toArray()).toEqual([2, 3]);
  });

  test("what an older pending tensor was stored into stays", async () => {
    const outer = tensor([1, 2]).mul(2);
    tidy(() => void outer.reshape([2, 1]));
    expect(await outer.toArray()).toEqual([2, 4]);
  });

  test("nested, and with an error", async () => {
    const before = memory().bytes;
    expect(() =>
      tidy(() => {
        tensor([1]);
        throw new Error("stop");
      }),
    ).toThrow("stop");
    let inner: Tensor | undefined;
    tidy(() => {
      inner = tidy(() => tensor([1, 2]));
    });
    expect(memory().bytes).toBe(before);
    await expect(inner!.data()).rejects.toThrow(/was disposed/);
  });

  test("refuses asynchronous work", () => {
    expect(() => tidy(async () => tensor([1]))).toThrow(
      "tidy: the function is asynchronous, and other work would run before it ended. Read results after tidy, not in it.",
    );
  });
});
