import { DlError } from "@dl/backend";
import { cpu } from "@dl/backend-cpu";
import { describe, expect, it } from "vitest";
import * as exported from "./index.ts";
import { configure, pointwiseFunctions, Tensor, zeros } from "./index.ts";

configure({ backend: await cpu() });

type Call = (...args: unknown[]) => unknown;

/** What JavaScript lets through and no operation takes, but where it is said below. */
const wrong: readonly (readonly [text: string, value: unknown])[] = [
  ['"0"', "0"],
  ["null", null],
  ["{}", {}],
  ["[null]", [null]],
  ['["0"]', ["0"]],
  ["true", true],
  ["() => 1", () => 1],
  ["1n", 1n],
];
const taken = new Set(["slice([null])", "tidy(() => 1)", "profile(() => 1)", "tensor(true)"]);

/** No operations: settings, and what the other packages build on. Options are the business of `options`. */
const inside = new Set(
  `configure settings applyOne applyPrimitive observePrimitives mapTogether fusedMap compile repeated
   stepRecorder knownRange broadcastTo creationSite collectGarbage leakReport memory manualSeed
   defaultGenerator constructor rebind format alias keepBeyondScope scopeOf releaseConsumer letGo store meanOver overLength
   followMode followPrimitives watching`.split(/\s+/),
);
const takesNothing = new Set(
  `data dispose toString toJSON clone item toArray matrixTranspose diagonalMatrix trace nonzero`
    .split(" ")
    .concat(
      Object.entries(pointwiseFunctions)
        .filter(([, { definition }]) => definition.tensorOperands + definition.numbers.length === 0)
        .map(([name]) => name),
    ),
);

const x = zeros([2, 3]);
const methods = Object.entries(Object.getOwnPropertyDescriptors(Tensor.prototype)).flatMap(
  ([name, { value }]): [string, Call][] =>
    typeof value !== "function" || takesNothing.has(name) || inside.has(name)
      ? []
      : [[name, (...args) => (value as Call).call(x, ...args)]],
);
const functions = Object.entries(exported).filter(
  (entry): entry is [string, (typeof entry)[1] & Call] =>
    typeof entry[1] === "function" && /^[a-z]/.test(entry[0]) && !inside.has(entry[0]),
);

/** What comes of the call: the error's name, or "nothing" where it passes. */
async function outcome(call: () => unknown): Promise<string> {
  try {
    await call();
    return "nothing";
  } catch (error) {
    return error instanceof DlError ? "ours" : String(error);
  }
}

describe("a first argument of a wrong type is refused by an error of ours", () => {
  it.each(methods)("x.%s", async (name, call) => {
    for (const [text, value] of wrong)
      if (!taken.has(`${name}(${text})`))
        expect(await outcome(() => call(value)), `x.${name}(${text})`).toBe("ours");
  });

  it.each(functions)("%s", async (name, call: Call) => {
    for (const [text, value] of wrong)
      if (!taken.has(`${name}(${text})`))
        expect(await outcome(() => call(value)), `${name}(${text})`).toBe("ours");
  });
});

it("so is a second one: no bare error, wherever the first is right", async () => {
  const firsts: readonly (() => unknown)[] = [() => x, () => 0, () => [2, 3], () => [x]];
  for (const [name, call] of functions as [string, Call][])
    for (const first of firsts)
      for (const [text, value] of wrong) {
        // Options are objects: null and {} in their place are not this test's.
        if (value === null) continue;
        const result = await outcome(() => call(first(), value));
        expect(["ours", "nothing"], `${name}(..., ${text}): ${result}`).toContain(result);
      }
});

describe("says what to write", () => {
  const named = { ...Object.fromEntries(functions), ...Object.fromEntries(methods) } as Record<
    string,
    Call
  >;
  const call = (name: string, ...args: unknown[]): unknown => named[name]!(...args);

  it.each<[name: string, args: unknown[], message: string]>([
    ["slice", [0], "the ranges must be a list of one per axis: received 0. Write [0]."],
    [
      "slice",
      [[{ start: 1 }]],
      "a range must be a list of start, stop and step: received { start }. Give an array.",
    ],
    ["sum", ["0"], 'the axes must be a list of whole numbers: received "0". Give an array.'],
    [
      "softmax",
      ["0"],
      'the axis must be a number: received "0". Count from 0, or from the end with -1.',
    ],
    ["reshape", [6], "the shape must be a list of sizes: received 6. Write [6]."],
    ["expand", [6], "the shape must be a list of sizes: received 6. Write [6]."],
    ["permute", [1], "the axes must be a list of whole numbers: received 1. Write [1]."],
    ["tile", [2], "the counts must be a list of whole numbers: received 2. Write [2]."],
    ["take", [2], "the indices must be a list of whole numbers: received 2. Write [2]."],
    ["pad", [2], "the widths must be a list of pairs [before, after]: received 2. Write [2]."],
    [
      "concatenate",
      [x],
      "what is joined must be a list of tensors: received an object of class Tensor. Give an array.",
    ],
    ["uniform", [3], "the shape must be a list of sizes: received 3. Write [3]."],
    ["tensor", [[1], { shape: 1 }], "shape must be a list: received 1."],
    [
      "tensordot",
      [x, Infinity],
      "both sides need as many axes: received Infinity. Sum over fewer.",
    ],
    ["tensordot", [x, null], "the axes must be a list of two lists: received null. Give an array."],
    ["leakyRelu", [null], "needs a number, got null. Give a plain number."],
    ["assign", [[1]], "needs a tensor: received a list. Make one with tensor(...)."],
  ])("%s(%j)", (name, args, message) => {
    expect(() => call(name, ...args)).toThrow(`${name}: ${message}`);
  });

  it("a backend", async () => {
    await expect(call("to", "cpu")).rejects.toThrow(
      'to: needs a backend: received "cpu". Make one, e.g. with await cpu().',
    );
  });

  it.each(["symmetric", "constructor"])(
    "unknown pad mode %s, also where nothing is added",
    (mode) => {
      for (const width of [0, 1])
        expect(() => call("pad", [[width, 0]], { mode })).toThrow(
          `pad: mode must be "constant", "reflect", "replicate" or "circular": received "${mode}".`,
        );
    },
  );
});
