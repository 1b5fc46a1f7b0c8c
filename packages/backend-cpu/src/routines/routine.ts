import type { RoutineName, RoutineProgram } from "@dl/backend";
import type { CpuDevice, Runner } from "../cpu-device.ts";

/** What a routine makes of a device once, and then of each of its programs. */
export type RoutineImplementation<Name extends RoutineName> = (
  device: CpuDevice,
) => (program: RoutineProgram<Name>) => Runner;

/** Routines by name; a backend may have been made with some of them only. */
export type Routines = { readonly [Name in RoutineName]?: RoutineImplementation<Name> };
