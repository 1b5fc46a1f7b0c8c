import { gradientsOf } from "@dl/autograd";
import type { Backend, DType } from "@dl/backend";
import { reference } from "@dl/backend-reference";
import { configure, type Tensor } from "@dl/tensor";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { difference, type Values } from "../conformance/compare.ts";
import { valuesOf } from "../conformance/evaluate.ts";
import { laidOutValues, realize } from "../op-samples/realize.ts";
import { given, SampleSource } from "../op-samples/sample-source.ts";
import { printProgram, randomPrograms, runProgram, type RandomProgram } from "./random-program.ts";

const oracle = reference();
const settings = { seed: 20240501, numRuns: 150 };

/** The program's inputs: on the oracle plain, on a tested backend laid out as it says. */
function inputsOf(
  program: RandomProgram,
  backend: Backend,
  dtype: DType,
  isPlain: boolean,
): Tensor[] {
  return program.inputs.map(({ shape, layout, seed }) => {
    const input = new SampleSource(`input ${seed}`).real(shape, [-2, 2]);
    return isPlain
      ? realize(given(shape, laidOutValues(input, dtype, layout)), dtype, "contiguous", backend)
      : realize(input, dtype, layout, backend);
  });
}

async function run(program: RandomProgram, backend: Backend, dtype: DType): Promise<Values[]> {
  const outputs = runProgram(program, inputsOf(program, backend, dtype, backend === oracle));
  return Promise.all(outputs.map(valuesOf));
}

async function gradients(
  program: RandomProgram,
  backend: Backend,
  dtype: DType,
): Promise<Values[]> {
  const inputs = inputsOf(program, backend, dtype, backend === oracle);
  for (const input of inputs) input.requiresGrad = true;
  const loss = runProgram(program, inputs)
    .map((x) => x.tanh().sum())
    .reduce((sum, x) => sum.add(x));
  return Promise.all(gradientsOf(loss, inputs).map(valuesOf));
}

/** Rounding grows with the numbers a program meets on its way. */
function compare(
  name: string,
  received: Values[],
  expected: Values[],
  program: RandomProgram,
  tolerance = 1e-4,
): void {
  expected.forEach((wanted, i) => {
    const size = Array.from(wanted.data).reduce(
      (most, value) => Math.max(most, Math.abs(value)),
      1,
    );
    const allowed = { relative: tolerance, absolute: tolerance * size };
    const found = difference(`${name} ${i}`, received[i]!, wanted, allowed);
    expect(found, printProgram(program)).toBeUndefined();
  });
}

/** Random programs and their gradients against the reference, as tests. */
export function testPrograms(name: string, fast: Backend): void {
  describe("random programs", () => {
    it(`give the same on ${name} as on the reference`, async () => {
      await fc.assert(
        fc.asyncProperty(randomPrograms, async (program) => {
          const expected = await run(program, oracle, "float64");
          compare("result", await run(program, fast, "float32"), expected, program);
        }),
        settings,
      );
    });

    it(`have the same gradients on ${name} as on the reference`, async () => {
      await fc.assert(
        fc.asyncProperty(randomPrograms, async (program) => {
          const expected = await gradients(program, oracle, "float64");
          compare("gradient", await gradients(program, fast, "float32"), expected, program);
        }),
        { ...settings, numRuns: 100 },
      );
    });

    it(`give the same eager and deferred on ${name}`, async () => {
      await fc.assert(
        fc.asyncProperty(randomPrograms, async (program) => {
          const deferred = await run(program, fast, "float32");
          configure({ eager: true });
          try {
            const eager = await run(program, fast, "float32");
            // Not to the bit: what is stored in between is summed in the order of its own layout.
            compare("deferred", deferred, eager, program, 1e-5);
          } finally {
            configure({ eager: false });
          }
        }),
        settings,
      );
    });
  });
}
