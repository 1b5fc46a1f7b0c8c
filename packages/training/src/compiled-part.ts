import { compile, Tensor, type Compiled, type StepInput, type StepResult } from "@dl/tensor";
import { argumentsOf, patternOf, strangerIn, leavesIn, type Pattern } from "./batch-structure.ts";
import type { Part, Scalars } from "./training-step.ts";

/** A part of a step, to be called like the function it was made of. */
export interface CompiledPart<Inputs extends readonly unknown[], Result> extends Part {
  (...inputs: Inputs): Result;
}

/** What a part gives: a tensor, tensors by name, or a list of them. */
export type PartResult = Tensor | readonly Tensor[] | Scalars | void;

/** A way the arguments are built, compiled; the tensors and numbers in it may be others each time. */
interface Version {
  readonly pattern: Pattern;
  readonly call: Compiled<readonly StepInput[], StepResult>;
}

/** So many calls in a row without a replay are no matter of starting any more. */
const patience = 4;

/**
 * Compiles a part of a training step, so that what comes between the parts may differ from step to
 * step: a generator's turn after every fifth of its discriminator's, a penalty every sixteenth time.
 *
 * Arguments are tensors and numbers, or records and lists of them; of numbers as `compile` says. A part that cannot be compiled runs plain,
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
  let latest: Version | undefined;
  let stranger: string | undefined;
  let isFirst = true;
  const refuse = (reason: string): void => {
    stranger = reason;
    // oxlint-disable-next-line no-console -- beside that of compile, which never sees such a part
    console.warn(`training: the part "${name}" runs as without compile: ${reason}.`);
  };
  const part = (...inputs: Inputs): Result => {
    if (stranger !== undefined) return body(...inputs);
    // Nothing would be recorded of the first time, and it shows what kind of function it is.
    if (isFirst) {
      isFirst = false;
      const result = body(...inputs);
      if (result instanceof Promise) refuse("it is asynchronous");
      return result;
    }
    for (const version of versions) {
      const leaves = leavesIn(inputs, version.pattern);
      if (leaves === undefined) continue;
      latest = version;
      return version.call(...leaves) as Result;
    }
    const found = inputs.map((input, i) => strangerIn(input, `argument ${i}`)).find(Boolean);
    if (found !== undefined) {
      refuse(`its arguments must be tensors and numbers, and have ${found}`);
      return body(...inputs);
    }
    const pattern = patternOf(inputs);
    const step = (...leaves: readonly StepInput[]): StepResult =>
      withoutGaps(body(...(argumentsOf(pattern, leaves) as unknown as Inputs)));
    latest = { pattern, call: compile(Object.defineProperty(step, "name", { value: name })) };
    versions.push(latest);
    return latest.call(...leavesIn(inputs, pattern)!) as Result;
  };
  return Object.defineProperty(Object.assign(part, { partName: name }), "refusal", {
    get(): string | undefined {
      const { plainInRow = 0, reason } = latest?.call.report ?? {};
      return stranger ?? (plainInRow < patience ? undefined : reason);
    },
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
