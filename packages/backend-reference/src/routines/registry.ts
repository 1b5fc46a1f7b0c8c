import type { RoutineName, RoutineProgram } from "@dl/backend";
import { resultArray, type CompiledRun } from "../compiled-run.ts";
import { compileEpilogue } from "../epilogue.ts";
import { concatenate } from "./concatenate.ts";
import { conv2d, conv2dInputGrad, conv2dWeightGrad } from "./conv2d.ts";
import { gather } from "./gather.ts";
import { indexAdd } from "./index-add.ts";
import { indexSelect } from "./index-select.ts";
import { matmul } from "./matmul.ts";
import { maxPool2d } from "./max-pool-2d.ts";
import { pad } from "./pad.ts";
import type { RoutineImplementation } from "./routine.ts";
import { resample } from "./resample.ts";
import { scan } from "./scan.ts";
import { scatter } from "./scatter.ts";
import { sort } from "./sort.ts";

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
  program: RoutineProgram<Name>,
): CompiledRun {
  const { routineInputs, settings, result, epilogue } = program;
  const implementation: RoutineImplementation<Name> = routines[program.routine];
  const finish = compileEpilogue(epilogue);
  const specs = epilogue === undefined ? program.outputs : [result];
  return (inputs, outputs, scalars) => {
    const own = inputs.slice(0, routineInputs).map(({ elements, offset, strides }, i) => {
      const { shape } = program.inputs[i]!.layout;
      return { elements, offset, strides, shape };
    });
    const results = specs.map(resultArray);
    implementation(settings, own, results, specs);
    results.forEach((values, i) =>
      finish(values, result.shape, inputs.slice(routineInputs), outputs[i]!, scalars),
    );
  };
}
