import { contiguousStrides, type Epilogue, type Shape, type StorageArray } from "@dl/backend";
import { Evaluator } from "./evaluator.ts";
import { mapElements } from "./map.ts";
import type { StridedElements } from "./strided-walk.ts";

/** Writes a result to its output, through the epilogue where there is one. */
export type FinishResult = (
  result: StorageArray,
  shape: Shape,
  epilogueInputs: readonly StridedElements[],
  output: StorageArray,
  scalars: readonly number[],
) => void;

export function compileEpilogue(epilogue: Epilogue | undefined): FinishResult {
  if (epilogue === undefined) return (result, _shape, _inputs, output) => output.set(result);
  const evaluator = new Evaluator([epilogue.value]);
  return (result, shape, epilogueInputs, output, scalars) => {
    const whole = { elements: result, offset: 0, strides: contiguousStrides(shape) };
    evaluator.setParameters(scalars);
    mapElements(evaluator, shape, [whole, ...epilogueInputs], [output]);
  };
}
