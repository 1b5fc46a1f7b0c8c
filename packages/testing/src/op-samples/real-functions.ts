import { elementCount, isFloat, type Backend } from "@dl/backend";
import type { Tensor } from "@dl/tensor";
import type { OpRecord, Sample } from "./record.ts";
import { isTensor, realize, tensorsOf } from "./realize.ts";

/** Whether central differences say something about a call, in a reasonable time. */
export function canBeDifferenced({ name }: OpRecord, sample: Sample): boolean {
  const sizes = sample.inputs.map(({ shape }) => elementCount(shape));
  // Of no elements there is nothing to differentiate; large ones take long and add nothing.
  const isUseful = Math.max(...sizes) > 0 && Math.max(...sizes) <= 150;
  const hasReal = sample.inputs.some(({ role }) => role === "real");
  return sample.hasGradient !== false && hasReal && isUseful && !waits.has(name);
}

/** Functions that wait for their input cannot be differenced as they stand; conformance compares them. */
export const waits: ReadonlySet<string> = new Set(["maskedSelect"]);

/** Every float output of a call as a function of its real inputs alone, in float64. */
export async function realFunctionsOf(
  sample: Sample,
  backend: Backend,
): Promise<{ inputs: Tensor[]; functions: ((...inputs: Tensor[]) => Tensor)[] }> {
  const all = sample.inputs.map((input) => realize(input, "float64", "contiguous", backend));
  const isReal = sample.inputs.map(({ role }) => role === "real");
  const inputs = all.filter((_, i) => isReal[i]);
  const withReal = (reals: readonly Tensor[]): Tensor[] => {
    let next = 0;
    return all.map((x, i) => (isReal[i] ? reals[next++]! : x));
  };
  const outputs = await tensorsOf(sample.call(all, { backend }));
  const functions = outputs.flatMap(([name, output]) =>
    isFloat(output.dtype)
      ? [
          (...reals: Tensor[]): Tensor => {
            const result = sample.call(withReal(reals), { backend });
            return isTensor(result) ? result : (result as Record<string, Tensor>)[name]!;
          },
        ]
      : [],
  );
  return { inputs, functions };
}
