import { elementCount, type MapProgram, type Shape, type StorageArray } from "@dl/backend";
import type { CompiledRun } from "./compiled-run.ts";
import { Evaluator } from "./evaluator.ts";
import { StridedWalk, type StridedElements } from "./strided-walk.ts";

export function compileMap(program: MapProgram): CompiledRun {
  const evaluator = new Evaluator(program.values);
  return (inputs, outputs, scalars) => {
    evaluator.setParameters(scalars);
    mapElements(evaluator, program.shape, inputs, outputs);
  };
}

/** Computes every output element from the input elements at the same position. */
export function mapElements(
  evaluator: Evaluator,
  shape: Shape,
  inputs: readonly StridedElements[],
  outputs: readonly StorageArray[],
): void {
  const { registers, loads } = evaluator;
  const walk = new StridedWalk(
    shape,
    inputs.map(({ strides }) => strides),
    inputs.map(({ offset }) => offset),
  );
  const count = elementCount(shape);
  for (let i = 0; i < count; i++) {
    for (const { slot, register } of loads)
      registers[register] = inputs[slot]!.elements[walk.offsets[slot]!]!;
    evaluator.run(i);
    for (let k = 0; k < outputs.length; k++) outputs[k]![i] = registers[evaluator.outputs[k]!]!;
    walk.next();
  }
}
