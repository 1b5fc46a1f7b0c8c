import { checkSynchronous, GradientError, isFloat } from "@dl/backend";
import { creationSite, keepBeyondScope, observePrimitives, type Tensor } from "@dl/tensor";
import { noGrad } from "./grad-mode.ts";
import { nameOf } from "./recorder.ts";

interface Suspect {
  readonly name: string;
  readonly shape: readonly number[];
  readonly site: string;
  readonly isBad: Tensor;
}

/**
 * Runs `body` and reports the first operation, forward or backward, that made a NaN or an infinity
 * from finite inputs.
 *
 * Every result is checked, so it is slow: a tool for finding a fault, not for training.
 *
 * @throws {GradientError} naming the operation, its shape and the line that called it.
 * @throws {ArgumentError} if `body` is asynchronous: other work in between would be checked with it.
 * @example
 * const x = tensor([0]).requireGrad();
 * await detectAnomaly(() => x.sqrt().sum().backward()); // throws: the gradient of sqrt at 0
 */
export async function detectAnomaly<Result>(body: () => Result): Promise<Result> {
  const suspects: Suspect[] = [];
  let isChecking = false;
  const stop = observePrimitives((name, _inputs, parameters, outputs) => {
    const output = outputs[0]!;
    if (isChecking || !isFloat(output.dtype)) return;
    isChecking = true;
    const isBad = noGrad(() => output.detach().isFinite().logicalNot().any());
    isChecking = false;
    // Backward frees what was made in it.
    keepBeyondScope(isBad);
    suspects.push({
      name: nameOf(name, parameters),
      shape: output.shape,
      site: creationSite(),
      isBad,
    });
  });
  let result: Result;
  try {
    result = body();
    checkSynchronous(
      "detectAnomaly",
      result,
      "work of others would be checked before it ended. Put only the tensor operations inside, and read results afterwards.",
    );
  } finally {
    stop();
  }
  for (const { name, shape, site, isBad } of suspects)
    if ((await isBad.item()) === 1)
      throw new GradientError(
        "detectAnomaly",
        `${name} made a NaN or an infinity in a result of shape [${shape.join(", ")}], called at ${site}. Look at its inputs: all before them were finite.`,
        { received: name },
      );
  return result;
}
