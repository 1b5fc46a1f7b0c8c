import { type RoutineName, type RoutineProgram, InternalError } from "@dl/backend";
import type { CpuDevice, Runner } from "../cpu-device.ts";
import { matmulRoutine } from "./matmul.ts";

/** Makes one routine's runner; state it shares between programs lives in `device`-bound closures. */
export type RoutineFactory<Name extends RoutineName> = (
  device: CpuDevice,
) => (program: RoutineProgram<Name>) => Runner;

type RoutineTable = { readonly [Name in RoutineName]?: RoutineFactory<Name> };

const factories: RoutineTable = { matmul: matmulRoutine };

export class RoutineCompiler {
  readonly #device: CpuDevice;
  readonly #ready = new Map<RoutineName, (program: RoutineProgram<never>) => Runner>();

  constructor(device: CpuDevice) {
    this.#device = device;
  }

  compile<Name extends RoutineName>(program: RoutineProgram<Name>): Runner {
    let compile = this.#ready.get(program.routine);
    if (compile === undefined) {
      const factory = factories[program.routine] as RoutineFactory<Name> | undefined;
      if (factory === undefined) throw new InternalError(program.routine, "is not written.");
      compile = factory(this.#device) as unknown as (program: RoutineProgram<never>) => Runner;
      this.#ready.set(program.routine, compile);
    }
    return compile(program as unknown as RoutineProgram<never>);
  }
}
