import type { RoutineName, RoutineProgram } from "@dl/backend";
import type { CpuDevice, Runner } from "../cpu-device.ts";
import { missingPart } from "../missing-part.ts";
import type { RoutineImplementation, Routines } from "./routine.ts";

/** Makes routines ready for one device on first use and keeps them. */
export class RoutineCompiler {
  readonly #device: CpuDevice;
  readonly #routines: Routines;
  readonly #ready: { [Name in RoutineName]?: (program: RoutineProgram<Name>) => Runner } = {};

  constructor(device: CpuDevice, routines: Routines) {
    this.#device = device;
    this.#routines = routines;
  }

  /** @throws {UnsupportedError} for a routine the backend was made without. */
  compile<Name extends RoutineName>(program: RoutineProgram<Name>): Runner {
    const ready: { [Key in Name]?: (program: RoutineProgram<Key>) => Runner } = this.#ready;
    const compile = ready[program.routine] ?? this.#implementation(program.routine)(this.#device);
    ready[program.routine] = compile;
    return compile(program);
  }

  #implementation<Name extends RoutineName>(name: Name): RoutineImplementation<Name> {
    const routines: { readonly [Key in Name]?: RoutineImplementation<Key> } = this.#routines;
    const implementation = routines[name];
    if (implementation !== undefined) return implementation;
    throw missingPart(`the routine ${name}`, "indexKernels", "convolutionKernels");
  }
}
