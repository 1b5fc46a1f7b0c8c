import { stepRecorder } from "./step-recorder.ts";
import { Tensor } from "./tensor.ts";

/**
 * Another handle of the same elements, with the same history: what an operation gives that changes
 * nothing, so that its result can be disposed of like any other.
 *
 * @example
 * const x = tensor([1, 2]);
 * alias(x).dispose();
 * await x.toArray(); // => [1, 2]
 */
export function alias(x: Tensor): Tensor {
  stepRecorder()?.uses(x);
  const other = new Tensor(x.value);
  other.recording = x.recording;
  return other;
}
