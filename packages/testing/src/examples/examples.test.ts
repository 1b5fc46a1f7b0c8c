import { cpu } from "@dl/backend-cpu";
import { configure, manualSeed } from "@dl/tensor";
import { beforeEach, describe, expect, it } from "vitest";
import { docstringExamples, markdownExamples, needsGpu } from "./extract-examples.ts";
import { runExample } from "./run-example.ts";

const backend = await cpu();
beforeEach(() => {
  configure({ backend, eager: false, development: false, memoryBudgetBytes: 2 * 2 ** 30 });
  manualSeed(0);
});

const examples = [...markdownExamples(), ...docstringExamples()];

describe("examples run", () => {
  it.each(examples.filter((example) => !needsGpu(example)))(
    "$place",
    async ({ code, ownPackage }) => {
      await expect(runExample(code, ownPackage)).resolves.toBeUndefined();
    },
  );
});

it.each(["({ a: 1, b: [2] }); // => { a: 1, b: [3] }", "({ a: 1 }); // => { a: 1, b: 2 }"])(
  "%s is seen to be wrong",
  async (code) => {
    await expect(runExample(code, "@dl/tensor")).rejects.toThrow("the documentation says");
  },
);
