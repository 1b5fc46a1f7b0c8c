import {
  BackendError,
  DlError,
  elementCount,
  formatProgram,
  IdTrie,
  mapProgram,
  contiguousLayout,
  topologicalOrder,
  UnsupportedError,
  type Epilogue,
  type OutputSpec,
  type Program,
  type ReduceProgram,
  type Scalar,
} from "@dl/backend";
import type { CpuDevice, Kernel, Runner } from "./cpu-device.ts";
import type { CpuParts } from "./cpu-parts.ts";
import { compileMap, type MapKernels } from "./map.ts";
import { compileReduce, type ReduceKernels } from "./reduce.ts";
import { splitReduction } from "./split-reduction.ts";
import { RoutineCompiler } from "./routines/routine-compiler.ts";

/** Turns programs into runners and keeps the kernels they share. */
export class Compiler {
  readonly #device: CpuDevice;
  readonly #maps: MapKernels = new IdTrie<Kernel>();
  readonly #reductions: ReduceKernels = new IdTrie<Kernel>();
  readonly #routines: RoutineCompiler;
  readonly #parts: CpuParts;

  constructor(device: CpuDevice, parts: CpuParts) {
    this.#parts = parts;
    this.#device = device;
    this.#routines = new RoutineCompiler(device, parts);
  }

  /** @throws {UnsupportedError} for float64. @throws {BackendError} with the program, if the engine refuses it. */
  compile(program: Program): Runner {
    const nodes = scalarNodes(program);
    refuseFloat64(program, nodes);
    const { normalTable } = this.#parts;
    const readsTable = nodes.some((node) => node.kind === "apply" && node.op === "normalFromBits");
    if (readsTable && normalTable !== undefined) this.#device.writeNormalTable(normalTable);
    try {
      switch (program.kind) {
        case "map":
          return compileMap(this.#device, this.#maps, program);
        case "reduce": {
          const { runner, result } = this.#compileReduce(program);
          return this.#withEpilogue(runner, result, program, program.domainInputs);
        }
        case "routine":
          return this.#withEpilogue(
            this.#routines.compile(program),
            program.result,
            program,
            program.routineInputs,
          );
      }
    } catch (error) {
      if (error instanceof DlError) throw error;
      throw new BackendError(
        "cpu",
        `cannot compile a program: ${error instanceof Error ? error.message : String(error)}\n${formatProgram(program)}`,
        { received: program },
      );
    }
  }

  #compileReduce(program: ReduceProgram): { runner: Runner; result: OutputSpec } {
    const device = this.#device;
    const split = splitReduction(program);
    const reduce = (part: ReduceProgram): ReturnType<typeof compileReduce> =>
      compileReduce(device, this.#reductions, part, this.#parts.hypot);
    if (split === undefined) return reduce(program);
    const [pieces, join] = [reduce(split.pieces), reduce(split.join)];
    const partialBytes = 4 * elementCount(pieces.result.shape);
    const runner: Runner = (inputs, outputs, scalars) => {
      const partial = device.allocateBuffer(partialBytes);
      try {
        pieces.runner(inputs, [partial], scalars);
        join.runner([{ buffer: partial, offset: 0 }], outputs, []);
      } finally {
        device.release(partial.block!);
      }
    };
    return { runner, result: join.result };
  }

  /** The epilogue as a map over the result, in place. */
  #withEpilogue(
    runner: Runner,
    result: OutputSpec,
    program: Exclude<Program, { kind: "map" }>,
    firstInput: number,
  ): Runner {
    const epilogue: Epilogue | undefined = program.epilogue;
    if (epilogue === undefined) return runner;
    const own = { dtype: result.dtype, layout: contiguousLayout(result.shape) };
    const map = this.compile(
      mapProgram(result.shape, [own, ...epilogue.inputs], program.parameters, [epilogue.value]),
    );
    const epilogueInputs = epilogue.inputs.length;
    return (inputs, outputs, scalars) => {
      runner(inputs, outputs, scalars);
      const mapInputs = [{ buffer: outputs[0]!, offset: 0 }];
      for (let i = 0; i < epilogueInputs; i++) mapInputs.push(inputs[firstInput + i]!);
      map(mapInputs, outputs, scalars);
    };
  }
}

function scalarNodes(program: Program): readonly Scalar[] {
  const roots: Scalar[] = program.kind === "map" ? [...program.values] : [];
  if (program.kind === "reduce") roots.push(program.value);
  if (program.kind !== "map" && program.epilogue !== undefined) roots.push(program.epilogue.value);
  return topologicalOrder(roots);
}

function refuseFloat64(program: Program, nodes: readonly Scalar[]): void {
  const dtypes = [
    ...nodes,
    ...program.inputs,
    ...program.outputs,
    ...program.parameters.map((dtype) => ({ dtype })),
  ];
  if (dtypes.some(({ dtype }) => dtype === "float64"))
    throw new UnsupportedError(
      "cpu",
      "float64 is not available; use float32, or the reference backend.",
      { received: "float64" },
    );
}
