import {
  BackendError,
  DlError,
  formatProgram,
  topologicalOrder,
  UnsupportedError,
  type Program,
  type Scalar,
} from "@dl/backend";
import type { WebgpuDevice } from "./gpu-device.ts";
import { compileMap } from "./map.ts";
import { compileReduce } from "./reduce.ts";
import { compileRoutine } from "./routines/registry.ts";
import type { Runner } from "./runner.ts";

/** @throws {UnsupportedError} for float64. @throws {BackendError} with the program, if the device refuses it. */
export function compileProgram(device: WebgpuDevice, program: Program): Runner {
  refuseFloat64(program);
  try {
    switch (program.kind) {
      case "map":
        return compileMap(device, program);
      case "reduce":
        return compileReduce(device, program);
      case "routine":
        return compileRoutine(device, program);
    }
  } catch (error) {
    if (error instanceof DlError) throw error;
    throw new BackendError(
      "webgpu",
      `cannot compile a program: ${error instanceof Error ? error.message : String(error)}\n${formatProgram(program)}`,
      { received: program },
    );
  }
}

function refuseFloat64(program: Program): void {
  const roots: Scalar[] = program.kind === "map" ? [...program.values] : [];
  if (program.kind === "reduce") roots.push(program.value);
  if (program.kind !== "map" && program.epilogue !== undefined) roots.push(program.epilogue.value);
  const used = [
    ...topologicalOrder(roots),
    ...program.inputs,
    ...program.outputs,
    ...program.parameters.map((dtype) => ({ dtype })),
  ];
  if (used.some(({ dtype }) => dtype === "float64"))
    throw new UnsupportedError(
      "webgpu",
      "float64 is not available on this device. Use float32, or the reference backend.",
      { received: "float64" },
    );
}
