import { DlError, InternalError } from "@dl/backend";
import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import { configure } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import type { Backends } from "./mistake.ts";
import { optionMistakes } from "./options.ts";
import { tensorMistakes } from "./tensors-and-layers.ts";
import { trainingMistakes } from "./training.ts";

const mistakes = [...tensorMistakes, ...trainingMistakes, ...optionMistakes];
let backends: Backends;

beforeAll(async () => {
  backends = { cpu: await cpu(), reference: reference() };
  configure({ backend: backends.cpu });
});

async function errorOf(make: (given: Backends) => unknown): Promise<unknown> {
  try {
    await make(backends);
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("common mistakes", () => {
  it("are at least 40, each listed once", () => {
    const names = new Set(mistakes.map(({ mistake }) => mistake));
    expect(names.size).toBe(mistakes.length);
    expect(mistakes.length).toBeGreaterThanOrEqual(40);
  });

  it.each(mistakes)("$mistake", async ({ make, error: expected }) => {
    const error = await errorOf(make);
    expect(error).toBeInstanceOf(DlError);
    expect(error).not.toBeInstanceOf(InternalError);
    expect(String(error)).toBe(expected);
  });
});
