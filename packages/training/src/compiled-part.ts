import { compile, Tensor, type StepResult } from "@dl/tensor";
import { argumentsOf, patternOf, strangerIn, tensorsIn, type Pattern } from "./batch-structure.ts";
import type { Part, Scalars } from "./training-step.ts";

/** A part of a step, to be called like the function it was made of. */
export interface CompiledPart<Inputs extends readonly unknown[], Result> extends Part {
  (...inputs: Inputs): Result;
}

/** What a part gives: a tensor, tensors by name, or a list of them. */
export type PartResult = Tensor | readonly Tensor[] | Scalars | void;

/** A way the arguments are built, compiled; the tensors in it may be others each time. */
interface Version {
  readonly pattern: Pattern;
  readonly call: (...tensors: readonly Tensor[]) => StepResult;
}

/**
 * Compiles a part of a training step, so that what comes between the parts may differ from step to
 * step: a generator's turn after every fifth of its discriminator's, a penalty every sixteenth time.
 *
 * Arguments are tensors, or records and lists of tensors. A part that cannot be compiled runs plain,
 * with the same results, and says so once; `refusal` has the reason.
 *
 * @example
 * const part = compiledPart("double", (x: Tensor) => x.mul(2));
 * await part(tensor(4)).item(); // => 8
 * part.refusal; // => undefined
 */
export function compiledPart<
  Inputs extends readonly unknown[],
  Result extends PartResult | Promise<PartResult>,
>(name: string, body: (...inputs: Inputs) => Result): CompiledPart<Inputs, Result> {
  const versions: Version[] = [];
  let refusal: string | undefined;
  let isFirst = true;
  const refuse = (reason: string): void => {
    if (refusal === undefined)
      console.warn(`training: "${name}" runs plain, and slower for it: ${reason}.`);
    refusal ??= reason;
  };
  const part = (...inputs: Inputs): Result => {
    if (refusal !== undefined) return body(...inputs);
    // Nothing would be recorded of the first time, and it shows what kind of function it is.
    if (isFirst) {
      isFirst = false;
      const result = body(...inputs);
      if (result instanceof Promise) refuse("it is asynchronous");
      return result;
    }
    for (const { pattern, call } of versions) {
      const tensors = tensorsIn(inputs, pattern);
      if (tensors !== undefined) return call(...tensors) as Result;
    }
    const stranger = inputs.map((input, i) => strangerIn(input, `argument ${i}`)).find(Boolean);
    if (stranger !== undefined) {
      refuse(`only tensors may differ from step to step, and its arguments have ${stranger}`);
      return body(...inputs);
    }
    const pattern = patternOf(inputs);
    const call = compile((...tensors: readonly Tensor[]) =>
      withoutGaps(body(...(argumentsOf(pattern, tensors) as unknown as Inputs))),
    );
    versions.push({ pattern, call });
    return call(...tensorsIn(inputs, pattern)!) as Result;
  };
  return Object.defineProperty(Object.assign(part, { partName: name }), "refusal", {
    get: () => refusal,
  }) as CompiledPart<Inputs, Result>;
}

/** A result as `compile` takes it: scalars that a step did not give are left out. */
function withoutGaps(result: PartResult | Promise<PartResult>): StepResult {
  if (result instanceof Tensor || Array.isArray(result) || !isRecord(result))
    return result as StepResult;
  const given = Object.entries(result).filter(
    (entry): entry is [string, Tensor] => entry[1] !== undefined,
  );
  return Object.fromEntries(given);
}

const isRecord = (result: unknown): result is Scalars =>
  typeof result === "object" && result !== null && !(result instanceof Promise);
