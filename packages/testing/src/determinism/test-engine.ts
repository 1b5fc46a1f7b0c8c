import { cpu } from "@dl/backend-cpu";
import { expect, it } from "vitest";
import { bitsOfEverything } from "./everything.ts";

/**
 * Compares the bits of all training and of all operations with those that are committed, and so each
 * engine with every other. A kernel that sums in another order changes them rightly:
 * `npm test -- --project node determinism/engine -u` writes them anew.
 */
export function testEngine(): void {
  it(
    "deterministic results have the bits they have in every engine, on 1 and 2 threads",
    { timeout: 240_000 },
    async () => {
      const [one, two] = [await linesOn(1), await linesOn(2)];
      expect(two).toEqual(one);
      await expect(`${one.join("\n")}\n`).toMatchFileSnapshot("../../fixtures/bits.txt");
    },
  );
}

async function linesOn(threads: number): Promise<string[]> {
  const backend = await cpu({ deterministic: true, threads });
  expect(backend.capabilities.threads, backend.info).toBe(threads);
  const bits = await bitsOfEverything(backend);
  await backend.dispose();
  return [...bits].map(([name, hash]) => `${hash} ${name}`);
}
