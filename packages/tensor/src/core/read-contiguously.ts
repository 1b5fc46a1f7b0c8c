import { ArgumentError, OutOfMemoryError } from "@dl/backend";
import { contiguousValue } from "./make-value.ts";
import { collectGarbage } from "./memory.ts";
import { stepRecorder } from "./step-recorder.ts";
import type { Stored } from "./storage.ts";
import { releaseValue, store } from "./store.ts";
import type { TensorValue } from "./tensor-value.ts";

/**
 * What `read` makes of a value whose elements lie in order in a buffer; it is called before this returns,
 * but for where memory has to be found first.
 *
 * @throws {ArgumentError} in a compiled step.
 */
export async function readContiguously<Result>(
  op: string,
  value: TensorValue,
  read: (stored: Stored) => Promise<Result>,
): Promise<Result> {
  if (stepRecorder() !== undefined)
    throw new ArgumentError(
      op,
      "a compiled step cannot read a tensor. Return it from the step, and read it then.",
    );
  let contiguous: TensorValue;
  try {
    contiguous = storedContiguously(value);
  } catch (error) {
    if (!(error instanceof OutOfMemoryError)) throw error;
    await collectGarbage();
    contiguous = storedContiguously(value);
  }
  const result = await read(contiguous.stored!);
  releaseValue(contiguous);
  return result;
}

function storedContiguously(value: TensorValue): TensorValue {
  const contiguous = contiguousValue(value);
  store(contiguous);
  return contiguous;
}
