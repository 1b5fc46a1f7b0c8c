import {
  contiguousLayout,
  dtypes,
  mapProgram,
  type RoutineName,
  type RoutineProgram,
} from "@dl/backend";
import type { WebgpuDevice } from "../gpu-device.ts";
import { compileMap } from "../map.ts";
import type { Runner } from "../runner.ts";

/**
 * For routines that write a result's elements more than once: the result goes to scratch, and the
 * epilogue is a map from there.
 */
export function withSeparateEpilogue<Name extends RoutineName>(
  device: WebgpuDevice,
  { epilogue, result, inputs, routineInputs, parameters }: RoutineProgram<Name>,
  routine: Runner,
): Runner {
  if (epilogue === undefined) return routine;
  const layout = contiguousLayout(result.shape);
  const map = compileMap(
    device,
    mapProgram(result.shape, [{ dtype: result.dtype, layout }, ...epilogue.inputs], parameters, [
      epilogue.value,
    ]),
  );
  return (operands, scalars) => {
    const byteLength = layout.elementCount * dtypes[result.dtype].bytesPerElement;
    const scratch = { block: device.takeBlock(byteLength), offset: 0 };
    const own = operands.slice(0, routineInputs);
    const output = operands[inputs.length]!;
    routine([...own, ...operands.slice(routineInputs, inputs.length), scratch], scalars);
    map([scratch, ...operands.slice(routineInputs, inputs.length), output], scalars);
    device.giveBlock(scratch.block);
  };
}
