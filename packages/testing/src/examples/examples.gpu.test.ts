import { cpu } from "@dl/backend-cpu";
import { configure } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { docstringExamples, markdownExamples, needsGpu } from "./extract-examples.ts";
import { runExample } from "./run-example.ts";

// For what the examples do not make themselves; they name their own backend.
beforeAll(async () => {
  configure({ backend: await cpu() });
});

describe("examples run on a GPU", () => {
  it.each([...markdownExamples(), ...docstringExamples()].filter(needsGpu))(
    "$place",
    async ({ code, ownPackage }) => {
      await expect(runExample(code, ownPackage)).resolves.toBeUndefined();
    },
  );
});
