import type { OutputSpec, RoutineName, RoutineParameters, Shape, StorageArray } from "@dl/backend";
import type { StridedElements } from "../strided-walk.ts";

/** An input with its shape; all but matmul's are contiguous from `offset`. */
export interface RoutineInput extends StridedElements {
  readonly shape: Shape;
}

/** Fills the results, which start as zeros; a float result is a double until it is written out. */
export type RoutineImplementation<Name extends RoutineName> = (
  settings: RoutineParameters[Name],
  inputs: readonly RoutineInput[],
  results: readonly StorageArray[],
  specs: readonly OutputSpec[],
) => void;
