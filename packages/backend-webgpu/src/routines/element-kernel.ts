import { elementCount, type RoutineName, type RoutineProgram } from "@dl/backend";
import { declareFinish } from "../epilogue.ts";
import type { WebgpuDevice } from "../gpu-device.ts";
import { KernelBuilder } from "../kernel-builder.ts";
import type { Runner } from "../runner.ts";
import { finishOf } from "./routine.ts";

const workgroupSize = 256;

/**
 * A routine that computes each element of its one result by itself: `body` gives statements that
 * see `index` and declare `value`.
 */
export function compileElements<Name extends RoutineName>(
  device: WebgpuDevice,
  program: RoutineProgram<Name>,
  body: (kernel: KernelBuilder) => readonly string[],
): Runner {
  const kernel = new KernelBuilder();
  const lines = body(kernel);
  declareFinish(kernel, finishOf(program));
  const source = finishElements(kernel, elementCount(program.result.shape), [
    ...lines,
    "finish(index, value);",
  ]);
  const made = device.kernel(source, program);
  return (operands, scalars) => device.run(made, operands, scalars);
}

/** One invocation for each of `count` elements; `lines` see `index`. */
export function finishElements(
  kernel: KernelBuilder,
  count: number,
  lines: readonly string[],
): ReturnType<KernelBuilder["finish"]> {
  return kernel.finish(
    workgroupSize,
    Math.ceil(count / workgroupSize),
    [
      `let index = group * ${workgroupSize}u + local;`,
      `if (index >= ${kernel.fixed(count)}) { return; }`,
      ...lines,
    ].join("\n"),
  );
}
