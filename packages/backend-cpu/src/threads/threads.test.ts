import type { Backend } from "@dl/backend";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  inputTypes,
  parameterValues,
  randomMaps,
  randomReductions,
  type RandomProgram,
} from "../../test/random-programs.ts";
import { firstDifference, outputWords, threadPrograms } from "../../test/thread-programs.ts";
import { runOn, sampleElements } from "../../test/against-reference.ts";
import { cpu } from "../index.ts";

/** Large enough for threads, in a few uneven axes. */
const shapes = fc
  .array(fc.integer({ min: 2, max: 90 }), { minLength: 1, maxLength: 3 })
  .map((inner) => {
    const count = inner.reduce((product, size) => product * size, 1);
    return count > 200_000 ? inner : inner.concat(Math.ceil(180_000 / count));
  });
const bufferLength = 2 ** 20;
const data = inputTypes.map((dtype, i) => sampleElements(dtype, bufferLength, i + 3));

describe.each([false, true])(
  "the same bits for 1, 2 and 4 threads, deterministic: %s",
  (deterministic) => {
    let one: Backend;
    let several: Backend[];
    beforeAll(async () => {
      one = await cpu({ deterministic, threads: 1 });
      several = [
        await cpu({ deterministic, threads: 2 }),
        await cpu({ deterministic, threads: 4 }),
      ];
    });
    test("are as many as asked for", () => {
      expect(several.map((backend) => backend.capabilities.threads)).toEqual([2, 4]);
    });
    afterAll(async () => {
      for (const backend of [one, ...several]) await backend.dispose();
    });

    test.each(threadPrograms)("$name", async (sample) => {
      const expected = await outputWords(one, sample);
      for (const backend of several)
        for (let repeat = 0; repeat < 3; repeat++)
          expect(firstDifference(await outputWords(backend, sample), expected)).toBe(-1);
    });

    const agrees = async ({ program, offsets }: RandomProgram): Promise<void> => {
      const inputs = offsets.map((offset, i) => ({ elements: data[i]!, offset }));
      const [expected, ...others] = await Promise.all(
        [one, ...several].map((backend) => runOn(backend, program, inputs, parameterValues)),
      );
      for (const outputs of others)
        outputs.forEach((output, i) => {
          expect(firstDifference(wordsOf(output), wordsOf(expected![i]!))).toBe(-1);
        });
    };
    test("random maps", () =>
      fc.assert(fc.asyncProperty(randomMaps(shapes, bufferLength), agrees), {
        numRuns: 25,
        seed: 1,
      }));
    test("random reductions", () =>
      fc.assert(fc.asyncProperty(randomReductions(shapes, bufferLength), agrees), {
        numRuns: 25,
        seed: 1,
      }));
  },
);

const wordsOf = (elements: ArrayLike<number>): Int32Array => {
  const { buffer, byteOffset, byteLength } = elements as Float32Array;
  return new Int32Array(buffer, byteOffset, byteLength / 4);
};
