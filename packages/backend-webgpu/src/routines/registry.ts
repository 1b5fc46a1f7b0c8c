import type { RoutineName, RoutineProgram } from "@dl/backend";
import type { WebgpuDevice } from "../gpu-device.ts";
import type { Runner } from "../runner.ts";
import { matmul } from "./matmul.ts";
import type { RoutineImplementation } from "./routine.ts";

const routines: { readonly [Name in RoutineName]?: RoutineImplementation<Name> } = { matmul };

export function compileRoutine<Name extends RoutineName>(
  device: WebgpuDevice,
  program: RoutineProgram<Name>,
): Runner {
  const implementation = routines[program.routine] as RoutineImplementation<Name>;
  return implementation(device, program);
}
