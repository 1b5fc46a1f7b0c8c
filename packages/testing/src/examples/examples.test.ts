import { cpu } from "@dl/backend-cpu";
import { configure, manualSeed } from "@dl/tensor";
import { beforeEach, describe, expect, it } from "vitest";
import { docstringExamples, markdownExamples } from "./extract-examples.ts";
import { runExample } from "./run-example.ts";

const backend = await cpu();
beforeEach(() => {
  configure({ backend, eager: false, development: false, memoryBudgetBytes: 2 * 2 ** 30 });
  manualSeed(0);
});

describe("examples run", () => {
  it.each([...markdownExamples(), ...docstringExamples()])(
    "$place",
    async ({ code, ownPackage }) => {
      await expect(runExample(code, ownPackage)).resolves.toBeUndefined();
    },
  );
});
