import { ArgumentError } from "@dl/backend";
import { reference } from "@dl/backend-reference";
import { configure, ones, type Tensor } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import * as conv from "./index.ts";

beforeAll(() => {
  configure({ backend: reference() });
});

const shape = (axes: number): number[] => [1, 1, ...Array.from({ length: axes }, () => 2)];
const x = (axes: number): Tensor => ones(shape(axes));

/** What JavaScript can put where sizes belong. */
const noSizes: readonly unknown[] = [null, "2", "full", {}, () => 2, true, [2, "2"], [null, 2], []];

type Call = (sizes: never) => unknown;

/** Every size that an operation takes, by what its error calls it. */
const taken: readonly (readonly [op: string, name: string, call: Call])[] = [1, 2, 3].flatMap(
  (axes): readonly (readonly [string, string, Call])[] => {
    const functions = {
      [`conv${axes}d`]: ["stride", "dilation", "padding"],
      [`convTranspose${axes}d`]: ["stride", "dilation", "padding", "outputPadding"],
      [`maxPool${axes}d`]: ["stride", "dilation", "padding"],
      [`avgPool${axes}d`]: ["stride", "padding"],
    };
    const named = conv as unknown as Record<string, (...all: unknown[]) => unknown>;
    return Object.entries(functions).flatMap(([op, names]) => [
      ...names.map((name): readonly [string, string, Call] => [
        op,
        name,
        (sizes) =>
          op.startsWith("conv")
            ? named[op]!(x(axes), x(axes), undefined, { [name]: sizes })
            : named[op]!(x(axes), 2, { [name]: sizes }),
      ]),
      ...(op.startsWith("conv")
        ? []
        : [[op, "kernelSize", (sizes: never) => named[op]!(x(axes), sizes)] as const]),
    ]);
  },
);

const others: typeof taken = [
  ["lpPool2d", "kernelSize", (sizes) => conv.lpPool2d(x(2), 2, sizes)],
  ["adaptiveAvgPool2d", "outputSize", (sizes) => conv.adaptiveAvgPool2d(x(2), sizes)],
  ["adaptiveMaxPool2d", "outputSize", (sizes) => conv.adaptiveMaxPool2d(x(2), sizes)],
  ["unfold", "kernelSize", (sizes) => conv.unfold(x(2), sizes)],
  ["fold", "outputSize", (sizes) => conv.fold(ones([1, 4, 1]), sizes, 2)],
  ["upfirdn2d", "up", (up) => conv.upfirdn2d(x(2), ones([1]), { up })],
  ["upfirdn2d", "padding", (padding) => conv.upfirdn2d(x(2), ones([1]), { padding })],
  ["interpolate", "size", (size) => conv.interpolate(x(2), { size })],
  ["interpolate", "scaleFactor", (scaleFactor) => conv.interpolate(x(2), { scaleFactor })],
  ["conv3d", "kernelSize", (kernelSize) => new conv.Conv3d(1, 1, kernelSize)],
  ["convTranspose2d", "kernelSize", (kernelSize) => new conv.ConvTranspose2d(1, 1, kernelSize)],
];

/** Where these mean something: the default, or a padding's name. */
const allowed = (name: string, sizes: unknown): boolean =>
  (sizes === null && !/Size|scaleFactor/.test(name)) ||
  (name === "outputSize" && Array.isArray(sizes) && sizes[0] === null);

describe("a size that is neither number nor list is refused by name", () => {
  it.each([...taken, ...others])("%s %s", (op, name, call) => {
    for (const sizes of noSizes.filter((one) => !allowed(name, one))) {
      const error = thrownBy(() => call(sizes as never));
      expect(error, String(sizes)).toBeInstanceOf(ArgumentError);
      expect((error as Error).message).toMatch(
        typeof sizes === "string" && name === "padding" && /^conv\dd$/.test(op)
          ? `${op}: unknown padding: received "${sizes}". Use numbers, "same" or "valid".`
          : new RegExp(`^${op}: ${name} must be a .*number.*: received .+\\.$`),
      );
    }
  });

  it("showing what was received", () => {
    const message = (sizes: unknown): string =>
      (thrownBy(() => conv.maxPool2d(x(2), sizes as never)) as Error).message;
    const must = "maxPool2d: kernelSize must be a whole number of at least 1, or two such numbers";
    expect(message("2")).toBe(`${must}: received "2".`);
    expect(message([2, "2"])).toBe(`${must}: received [2, "2"].`);
    expect(message({})).toBe(`${must}: received an object.`);
    expect(message([1, 2, 3])).toBe(`${must}: received [1, 2, 3].`);
  });
});

function thrownBy(f: () => unknown): unknown {
  try {
    return f();
  } catch (error) {
    return error;
  }
}

describe("ceilMode where the image is smaller than the window", () => {
  it.each([1, 2, 3])("counts the one window that begins inside, %d axes", (axes) => {
    const window = { stride: 2, ceilMode: true };
    const [max, mean] = [
      [conv.maxPool1d, conv.maxPool2d, conv.maxPool3d][axes - 1]!,
      [conv.avgPool1d, conv.avgPool2d, conv.avgPool3d][axes - 1]!,
    ];
    const single = [1, 1, ...Array.from({ length: axes }, () => 1)];
    expect(max(x(axes), 3, window).shape).toEqual(single);
    expect(mean(x(axes), 3, window).shape).toEqual(single);
    expect(() => max(x(axes), 3, { ...window, stride: 1 })).toThrow("the window does not fit");
    expect(() => max(x(axes), 5, window)).toThrow("the window does not fit");
  });

  it("so do the layers", () => {
    const window = { stride: 2, ceilMode: true };
    for (const pool of [
      new conv.MaxPool2d(3, window),
      new conv.AvgPool2d(3, window),
      new conv.MaxPool3d(3, window),
      new conv.AvgPool3d(3, window),
    ]) {
      const axes = pool instanceof conv.MaxPool2d || pool instanceof conv.AvgPool2d ? 2 : 3;
      expect(
        pool
          .forward(x(axes))
          .shape.slice(2)
          .every((size) => size === 1),
      ).toBe(true);
    }
  });
});

describe("outputPadding", () => {
  it("may be below the dilation instead of the stride", () => {
    const options = { dilation: 3, outputPadding: 2 };
    expect(conv.convTranspose2d(x(2), x(2), undefined, options).shape).toEqual([1, 1, 7, 7]);
    const layer = new conv.ConvTranspose2d(1, 1, 2, options);
    expect(layer.forward(x(2)).shape).toEqual([1, 1, 7, 7]);
  });

  it("is refused from both on", () => {
    for (const f of [conv.convTranspose1d, conv.convTranspose2d, conv.convTranspose3d]) {
      const axes =
        [conv.convTranspose1d, conv.convTranspose2d, conv.convTranspose3d].indexOf(f as never) + 1;
      expect(() =>
        f(x(axes), x(axes), undefined, { stride: 2, dilation: 3, outputPadding: 3 }),
      ).toThrow("outputPadding must be smaller than the stride or the dilation: received");
    }
  });
});
