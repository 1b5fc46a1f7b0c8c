import type { RoutineName, RoutineProgram } from "@dl/backend";
import type { WebgpuDevice } from "../gpu-device.ts";
import type { Runner } from "../runner.ts";
import { concatenate } from "./concatenate.ts";
import { conv2d, conv2dInputGrad, conv2dWeightGrad } from "./conv2d.ts";
import { gather } from "./gather.ts";
import { indexAdd } from "./index-add.ts";
import { indexSelect } from "./index-select.ts";
import { matmul } from "./matmul.ts";
import { maxPool2d } from "./max-pool-2d.ts";
import { pad } from "./pad.ts";
import { resample } from "./resample.ts";
import type { RoutineImplementation } from "./routine.ts";
import { scan } from "./scan.ts";
import { scatter } from "./scatter.ts";
import { sort } from "./sort.ts";

/** Every routine: leaving one out does not compile. */
const routines: { readonly [Name in RoutineName]: RoutineImplementation<Name> } = {
  matmul,
  conv2d,
  conv2dInputGrad,
  conv2dWeightGrad,
  maxPool2d,
  resample,
  gather,
  scatter,
  indexSelect,
  indexAdd,
  concatenate,
  pad,
  scan,
  sort,
};

export function compileRoutine<Name extends RoutineName>(
  device: WebgpuDevice,
  program: RoutineProgram<Name>,
): Runner {
  const implementation: RoutineImplementation<Name> = routines[program.routine];
  return implementation(device, program);
}
