import { reference } from "@dl/backend-reference";
import { Linear } from "@dl/nn";
import { describe, expect, it } from "vitest";
import { configure, tensor, zeros, type Tensor } from "../index.ts";

configure({ backend: reference() });

const x: Tensor = zeros([2, 3]);
/** As JavaScript without types sees it. */
const loose = x as unknown as number;

describe("a tensor as text", () => {
  it.each([
    ["a template", () => `${loose}`],
    ["String", () => String(x)],
    ["a list", () => [x].join()],
    ["toString", () => x.toString()],
  ])("is short: %s", (_name, convert) => {
    expect(convert()).toBe("Tensor float32 [2, 3] on reference");
  });

  it("is one line of JSON without elements, however large", () => {
    const large = { loss: zeros([1000, 1000]), model: new Linear(200, 100).stateDict() };
    expect(JSON.stringify(large)).toBe(
      '{"loss":{"shape":[1000,1000],"dtype":"float32","hint":"await tensor.toArray()"},"model":{}}',
    );
    expect(JSON.stringify({ model: new Linear(2, 1) }).length).toBeLessThan(300);
  });
});

describe("a tensor as a number is refused", () => {
  it.each<[string, () => unknown]>([
    ["x < 0.1", () => loose < 0.1],
    ["x >= y", () => loose >= (tensor(1) as unknown as number)],
    ["x + 1", () => loose + 1],
    ["x - x", () => loose - loose],
    ["-x", () => -loose],
    ["+x", () => Number(x)],
    ["text + x", () => ["loss"].join("") + loose],
    ["Math.max", () => Math.max(loose, 1)],
    ["isNaN", () => Number.isNaN(Math.abs(loose))],
    ["a Float32Array", () => new Float32Array([loose])],
    ["a Date", () => new Date(loose)],
  ])("%s", (_name, use) => {
    expect(use).toThrow(
      "tensor: received a tensor beside an operator such as + or <. Use await loss.item(), the methods loss.add(1) and loss.less(0.1), or `${loss}` for text.",
    );
  });
});
