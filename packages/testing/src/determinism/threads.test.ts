import { cpu } from "@dl/backend-cpu";
import { expect, it } from "vitest";
import { bitsOfEverything } from "./everything.ts";

/** 20 with DL_REPEATS=20. */
const repeats = Number(process.env["DL_REPEATS"] ?? 2);

it(`trains and computes to the same bits, ${repeats} times on 1, 2, 4 and as many threads as there are`, async () => {
  let first: Map<string, string> | undefined;
  for (const threads of [1, 2, 4, undefined]) {
    const backend = await cpu(threads === undefined ? {} : { threads });
    if (threads !== undefined) expect(backend.capabilities.threads, backend.info).toBe(threads);
    for (let repeat = 0; repeat < repeats; repeat++) {
      const bits = await bitsOfEverything(backend);
      first ??= bits;
      expect(bits, `${threads} threads, repeat ${repeat}`).toEqual(first);
    }
    await backend.dispose();
  }
}, 1_200_000);
