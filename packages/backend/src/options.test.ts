import { expect, test } from "vitest";
import { checkOptions, extendKinds, refuseOptions, type OptionKinds } from "./options.ts";

interface Step {
  readonly learningRate?: number;
  readonly epsilon?: number;
  readonly nesterov?: boolean;
}
interface ScaledStep extends Step {
  readonly axis?: number | readonly number[];
  readonly mode?: "mean" | "sum" | null;
  readonly after?: (step: number) => number;
  readonly even?: number;
}

const stepKinds: OptionKinds<Step> = {
  learningRate: "number",
  epsilon: "number",
  nesterov: "boolean",
};
const kinds: OptionKinds<ScaledStep> = extendKinds(stepKinds, {
  axis: "number|list",
  mode: '"mean"|"sum"|null',
  after: "function",
  even: "number",
});
const evenKinds = {
  even: { what: "an even number", accepts: (x: unknown) => Number(x) % 2 === 0 },
};
const known = "There are learningRate, epsilon, nesterov, axis, mode, after, even.";

test("known keys with values of their kind pass, and so does undefined", () => {
  const after = (step: number): number => step;
  for (const options of [
    {},
    { learningRate: 0.1, nesterov: true, axis: 1, mode: "mean", after } as const,
    { axis: [0, 1], mode: null },
    { axis: undefined },
    Object.assign(Object.create(null), { epsilon: 1 }),
  ])
    expect(checkOptions<ScaledStep>("step", options, kinds)).toBe(options);
});

test.each([
  ["lr", "learningRate"],
  ["learning_rate", "learningRate"],
  ["eps", "epsilon"],
  ["dim", "axis"],
  ["use_nesterov", "nesterov"],
  ["toString", "learningRate"],
])("an unknown key: %s", (key, nearest) => {
  expect(() => checkOptions<object>("step", { [key]: 1 }, kinds)).toThrow(
    `step: there is no option ${key}: received 1. Did you mean ${nearest}? ${known}`,
  );
});

test.each([
  [{ nesterov: 0 }, "nesterov must be a boolean: received 0."],
  [{ axis: "1" }, 'axis must be a number or a list: received "1".'],
  [{ mode: "max" }, 'mode must be "mean", "sum" or null: received "max".'],
  [{ mode: 1 }, 'mode must be "mean", "sum" or null: received 1.'],
  [{ after: { steps: 1 } }, "after must be a function: received { steps }."],
  [{ epsilon: null }, "epsilon must be a number: received null."],
  [{ epsilon: [1] }, "epsilon must be a number: received a list."],
  [{ epsilon: new Map() }, "epsilon must be a number: received an object of class Map."],
])("a value of another kind: %o", (options, message) => {
  expect(() => checkOptions<object>("step", options, kinds)).toThrow(`step: ${message}`);
});

test("a kind that typeof cannot tell", () => {
  expect(checkOptions("step", { even: 2 }, evenKinds)).toEqual({ even: 2 });
  expect(() => checkOptions("step", { even: 3 }, evenKinds)).toThrow(
    "step: even must be an even number: received 3.",
  );
});

test.each([
  [null, "null"],
  [3, "3"],
  ["lr", '"lr"'],
  [[1], "a list"],
  [() => 1, "a function"],
  [new Map(), "an object of class Map"],
  [undefined, "undefined"],
])("anything but a plain object: %s", (options, received) => {
  const untyped = options as object;
  expect(() => checkOptions<object>("step", untyped, kinds)).toThrow(
    `step: options must be a plain object: received ${received}. ${known}`,
  );
});

test("options in the place of something else", () => {
  for (const fine of [undefined, null, 3, [1], new Map()])
    refuseOptions("conv2d", fine, "the bias");
  expect(() => refuseOptions("conv2d", { stride: 2 }, "the bias")).toThrow(
    "conv2d: options stand where the bias belongs: received { stride }. Pass the bias first; options come last.",
  );
});
