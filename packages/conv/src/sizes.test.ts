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

type Case = readonly [op: string, name: string, call: Call];

const convolutions = [
  [conv.conv1d, conv.convTranspose1d],
  [conv.conv2d, conv.convTranspose2d],
  [conv.conv3d, conv.convTranspose3d],
] as const;
const poolings = [
  [conv.maxPool1d, conv.avgPool1d],
  [conv.maxPool2d, conv.avgPool2d],
  [conv.maxPool3d, conv.avgPool3d],
] as const;

/** Every size that an operation takes, by what its error calls it. */
const taken: readonly Case[] = [1, 2, 3].flatMap((axes): readonly Case[] => {
  const [[plain, transposed], [max, avg]] = [convolutions[axes - 1]!, poolings[axes - 1]!];
  const convolving = (f: typeof plain | typeof transposed, name: string): Case => [
    f.name,
    name,
    (sizes) => f(x(axes), x(axes), undefined, { [name]: sizes }),
  ];
  const pooling = (f: typeof max | typeof avg, name: string): Case => [
    f.name,
    name,
    (sizes) => (name === "kernelSize" ? f(x(axes), sizes) : f(x(axes), 2, { [name]: sizes })),
  ];
  const all: readonly (readonly [make: (name: string) => Case, names: string])[] = [
    [(name) => convolving(plain, name), "stride dilation padding"],
    [(name) => convolving(transposed, name), "stride dilation padding outputPadding"],
    [(name) => pooling(max, name), "kernelSize stride dilation padding"],
    [(name) => pooling(avg, name), "kernelSize stride padding"],
  ];
  return all.flatMap(([make, names]) => names.split(" ").map(make));
});

const others: readonly Case[] = [
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
      const place = `${name} must be a .*number.*: received .+\\.`;
      const options = `options stand where ${name} belongs: received {.*`;
      expect((error as Error).message).toMatch(new RegExp(`^${op}: (${place}|${options})$`));
    }
  });

  it("showing what was received", () => {
    const message = (sizes: unknown): string =>
      (thrownBy(() => conv.maxPool2d(x(2), sizes as never)) as Error).message;
    const must = "maxPool2d: kernelSize must be a whole number of at least 1, or two such numbers";
    expect(message("2")).toBe(`${must}: received "2".`);
    expect(message([2, "2"])).toBe(`${must}: received [2, "2"].`);
    expect(message({})).toBe(
      "maxPool2d: options stand where kernelSize belongs: received {  }. Pass kernelSize first; options come last.",
    );
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

  it.each([
    [1, conv.convTranspose1d],
    [2, conv.convTranspose2d],
    [3, conv.convTranspose3d],
  ] as const)("is refused from both on, %d axes", (axes, f) => {
    const options = { stride: 2, dilation: 3, outputPadding: 3 };
    expect(() => f(x(axes), x(axes), undefined, options)).toThrow(
      "outputPadding must be smaller than the stride or the dilation: received",
    );
  });
});
