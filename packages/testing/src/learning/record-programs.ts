import { formatShape, type Program } from "@dl/backend";
import type { WebgpuBackend } from "@dl/backend-webgpu";

/** One program that was run, and how many kernels it took. */
interface ProgramRun {
  readonly program: Program;
  readonly dispatches: number;
}

export interface StepRecord {
  readonly runs: readonly ProgramRun[];
  readonly dispatches: number;
  readonly submissions: number;
}

/** What `work` gives the queue: programs in order, kernels and submissions. */
export async function recordPrograms(
  backend: WebgpuBackend,
  work: () => Promise<unknown>,
): Promise<StepRecord> {
  const runs: ProgramRun[] = [];
  const before = backend.counters();
  const { dispatch } = backend;
  backend.dispatch = (executable, ...operands) => {
    const { dispatches } = backend.counters();
    dispatch.call(backend, executable, ...operands);
    const { program } = executable;
    runs.push({ program, dispatches: backend.counters().dispatches - dispatches });
  };
  try {
    await work();
  } finally {
    backend.dispatch = dispatch;
  }
  const after = backend.counters();
  return {
    runs,
    dispatches: after.dispatches - before.dispatches,
    submissions: after.submissions - before.submissions,
  };
}

/** A line a program, with its dispatches before it. */
export function recordText({ runs }: StepRecord): string {
  return runs
    .map(({ program, dispatches }) => `${String(dispatches).padStart(2)}  ${summary(program)}`)
    .join("\n");
}

function summary(program: Program): string {
  const shapes = program.inputs.map(({ layout }) => formatShape(layout.shape));
  switch (program.kind) {
    case "map": {
      const outputs = program.outputs.length === 1 ? "" : ` to ${program.outputs.length} outputs`;
      return `map ${formatShape(program.shape)} of ${shapes.length} inputs${outputs}`;
    }
    case "reduce":
      return `${program.op} ${formatShape(program.shape)} over axes ${formatShape(program.axes)}${epilogue(program)}`;
    case "routine": {
      const own = shapes.slice(0, program.routineInputs).join(", ");
      return `${program.routine} of ${own} to ${formatShape(program.result.shape)}${epilogue(program)}`;
    }
  }
}

function epilogue(program: Exclude<Program, { kind: "map" }>): string {
  return program.epilogue === undefined ? "" : ", with an epilogue";
}
