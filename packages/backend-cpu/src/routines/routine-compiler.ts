import type { RoutineName, RoutineProgram } from "@dl/backend";
import type { CpuDevice, Runner } from "../cpu-device.ts";
import { routines } from "./registry.ts";

/** Makes routines ready for one device on first use and keeps them. */
export class RoutineCompiler {
  readonly #device: CpuDevice;
  readonly #ready: { [Name in RoutineName]?: (program: RoutineProgram<Name>) => Runner } = {};

  constructor(device: CpuDevice) {
    this.#device = device;
  }

  compile<Name extends RoutineName>(program: RoutineProgram<Name>): Runner {
    const ready: { [Key in Name]?: (program: RoutineProgram<Key>) => Runner } = this.#ready;
    const compile = ready[program.routine] ?? routines[program.routine](this.#device);
    ready[program.routine] = compile;
    return compile(program);
  }
}
