import type { RoutineName, RoutineProgram } from "@dl/backend";
import type { Finish } from "../epilogue.ts";
import type { WebgpuDevice } from "../gpu-device.ts";
import type { Runner } from "../runner.ts";

/** What a routine makes of a program. */
export type RoutineImplementation<Name extends RoutineName> = (
  device: WebgpuDevice,
  program: RoutineProgram<Name>,
) => Runner;

/** How a routine with one result writes it. */
export function finishOf<Name extends RoutineName>(program: RoutineProgram<Name>): Finish {
  return {
    epilogue: program.epilogue,
    result: program.result,
    output: program.outputs[0]!,
    outputOperand: program.inputs.length,
    firstInput: program.routineInputs,
  };
}
