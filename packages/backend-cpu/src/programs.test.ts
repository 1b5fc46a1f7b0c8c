import fc from "fast-check";
import { test } from "vitest";
import { expectSame, sampleElements } from "../test/against-reference.ts";
import {
  inputTypes,
  parameterValues,
  randomMaps,
  randomReductions,
  type RandomProgram,
} from "../test/random-programs.ts";

const bufferLength = 4096;
const shapes = fc.array(fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 1, max: 9 })), {
  maxLength: 4,
});
const data = inputTypes.map((dtype, i) => sampleElements(dtype, bufferLength, i + 3));
const tolerance = { relative: 1e-4, absolute: 1e-3 };

const agrees = async ({ program, offsets }: RandomProgram): Promise<void> => {
  const inputs = offsets.map((offset, i) => ({ elements: data[i]!, offset }));
  await expectSame(program, inputs, parameterValues, tolerance);
};

test("random maps agree with the reference", () =>
  fc.assert(fc.asyncProperty(randomMaps(shapes, bufferLength), agrees), { numRuns: 300, seed: 1 }));

test("random reductions agree with the reference", () =>
  fc.assert(fc.asyncProperty(randomReductions(shapes, bufferLength), agrees), {
    numRuns: 300,
    seed: 1,
  }));
