import { reducedShape, reduceResultDType, type ReduceProgram } from "@dl/backend";
import { place, takeApart } from "./coordinates.ts";
import { declareFinish, type Finish } from "./epilogue.ts";
import { ExpressionCode } from "./expression-code.ts";
import { foldOf, type Fold } from "./folds.ts";
import type { WebgpuDevice } from "./gpu-device.ts";
import { elementType, KernelBuilder, type KernelSource } from "./kernel-builder.ts";
import { readsIndex, usedInputs } from "./program-inputs.ts";
import { planJoin, planReduce, type DomainAxis, type ReducePlan } from "./reduce-plan.ts";
import type { Runner } from "./runner.ts";

export function compileReduce(device: WebgpuDevice, program: ReduceProgram): Runner {
  const { first, second, scratchBytes } = reduceKernels(program, device.info.usesSubgroups);
  const kernel = device.kernel(first, program);
  if (second === undefined) return (operands, scalars) => device.run(kernel, operands, scalars);
  const join = device.kernel(second, program);
  return (operands, scalars) => {
    const block = device.takeBlock(scratchBytes);
    const all = [...operands, { block, offset: 0 }];
    device.run(kernel, all, scalars);
    device.run(join, all, scalars);
    device.giveBlock(block);
  };
}

/** The kernel, and for long reductions a second one that joins the parts the first one made. */
export function reduceKernels(
  program: ReduceProgram,
  usesSubgroups: boolean,
): {
  first: KernelSource;
  second: KernelSource | undefined;
  scratchBytes: number;
} {
  const slots = usedInputs([program.value]);
  const plan = planReduce(program, slots);
  const scratch = program.inputs.length + 1;
  const builder = new KernelBuilder();
  const fold = foldOf(builder, program.op, program.value.dtype);
  const body = domainLoop(builder, program, slots, plan, fold);
  if (plan.parts === 1)
    return {
      first: emitReduce(
        builder,
        plan,
        fold,
        body,
        finishing(builder, program, fold),
        usesSubgroups,
      ),
      second: undefined,
      scratchBytes: 0,
    };
  const partial = builder.write(scratch, "u32");
  const stores = fold
    .store("carried")
    .map(
      (word, i) => `${partial}[(result * part_count + part) * ${fold.words}u + ${i}u] = ${word};`,
    );
  const first = emitReduce(builder, plan, fold, body, () => stores.join("\n"), usesSubgroups);
  const joiner = new KernelBuilder();
  const join = foldOf(joiner, program.op, program.value.dtype);
  const source = joiner.read(scratch, "u32");
  const joinPlan = planJoin(plan);
  const words = Array.from(
    { length: join.words },
    (_, i) => `${source}[(result * ${joiner.fixed(plan.parts)} + r) * ${join.words}u + ${i}u]`,
  );
  const joinBody = {
    before: [],
    inside: [`carried = join(carried, ${join.restore(words)});`],
  };
  return {
    first,
    second: emitReduce(
      joiner,
      joinPlan,
      join,
      joinBody,
      finishing(joiner, program, join),
      usesSubgroups,
    ),
    scratchBytes: plan.keptCount * plan.parts * fold.words * 4,
  };
}

function finishing(kernel: KernelBuilder, program: ReduceProgram, fold: Fold): () => string {
  const shape = reducedShape(program.shape, program.axes);
  const finish: Finish = {
    epilogue: program.epilogue,
    result: { dtype: reduceResultDType(program.op, program.value), shape },
    output: program.outputs[0]!,
    outputOperand: program.inputs.length,
    firstInput: program.domainInputs,
  };
  return () => {
    declareFinish(kernel, finish);
    return `finish(result, ${fold.result("carried")});`;
  };
}

interface LoopBody {
  /** Statements for a result, before its elements. */
  readonly before: readonly string[];
  /** Statements for element `r` of it. */
  readonly inside: readonly string[];
}

/** Where each input's elements lie is found in two steps: along kept axes, then along reduced ones. */
function domainLoop(
  kernel: KernelBuilder,
  program: ReduceProgram,
  slots: readonly number[],
  { kept, reduced }: ReducePlan,
  fold: Fold,
): LoopBody {
  const apart = takeApart(
    kernel,
    "result",
    kept.map(({ size }) => size),
    "k",
  );
  const along = takeApart(
    kernel,
    "r",
    reduced.map(({ size }) => size),
    "d",
  );
  const before = [...apart.lines];
  const inside = [...along.lines];
  slots.forEach((slot, i) => {
    const strides = (axes: readonly DomainAxis[]): number[] => axes.map((axis) => axis.strides[i]!);
    before.push(
      `let base${slot} = ${place(kernel, kernel.offset(slot), apart.names, strides(kept))};`,
    );
    const array = kernel.read(slot, elementType(program.inputs[slot]!.dtype));
    inside.push(
      `let x${slot} = ${array}[${place(kernel, `base${slot}`, along.names, strides(reduced))}];`,
    );
  });
  const code = new ExpressionCode(kernel, 1, { index: "index", input: (slot) => `x${slot}` });
  const [value] = code.emit([program.value]);
  if (readsIndex([program.value])) {
    const strides = (axes: readonly DomainAxis[]): number[] => axes.map((axis) => axis.indexStride);
    before.push(`let base_index = ${place(kernel, "0u", apart.names, strides(kept))};`);
    inside.push(`let index = ${place(kernel, "base_index", along.names, strides(reduced))};`);
  }
  inside.push(...code.lines, `carried = join(carried, ${fold.lift(value!, "r")});`);
  return { before, inside };
}

function emitReduce(
  kernel: KernelBuilder,
  plan: ReducePlan,
  fold: Fold,
  { before, inside }: LoopBody,
  store: () => string,
  usesSubgroups: boolean,
): KernelSource {
  const { results, lanes, isResultsInner, parts, partSize, keptCount, reducedCount } = plan;
  fold.declare();
  const workgroupSize = results * lanes;
  const blocks = Math.ceil(keptCount / results);
  // Powers of two; as words, so that every spread has the same text.
  const log2 = (power: number): string => kernel.fixed(Math.log2(power));
  kernel.declare(`var<workgroup> shared_values: array<${fold.type}, ${workgroupSize}>;`);
  const body = [
    `let part_count = ${kernel.fixed(parts)};`,
    `let block_count = ${kernel.fixed(blocks)};`,
    `let result_lanes = ${kernel.fixed(results)};`,
    `let lanes = ${kernel.fixed(lanes)};`,
    `let lane_shift = ${log2(isResultsInner ? results : 1)};`,
    "let part = group / block_count;",
    `let result_lane = (local >> ${log2(isResultsInner ? 1 : lanes)}) & (result_lanes - 1u);`,
    "let result = (group % block_count) * result_lanes + result_lane;",
    "let lane = (local >> lane_shift) & (lanes - 1u);",
    `let result_count = ${kernel.fixed(keptCount)};`,
    `let part_size = ${kernel.fixed(partSize)};`,
    `let part_end = min((part + 1u) * part_size, ${kernel.fixed(reducedCount)});`,
    `var carried = ${fold.start};`,
    "if (result < result_count) {",
    ...before,
    "for (var r = part * part_size + lane; r < part_end; r += lanes) {",
    ...inside,
    "}",
    "}",
    ...joinLanes(kernel, fold, usesSubgroups),
    "if (lane == 0u && result < result_count) {",
    store(),
    "}",
  ].join("\n");
  return kernel.finish(workgroupSize, blocks * parts, body);
}

/**
 * A tree over the lanes of a result, whose shape the subgroup's size alone decides: within subgroups
 * by shuffles, which need no memory and no barrier, then across them through workgroup memory. Any
 * power of two will do as the size, below the lanes of a result or above.
 */
function joinLanes(kernel: KernelBuilder, fold: Fold, usesSubgroups: boolean): string[] {
  const size = usesSubgroups ? kernel.subgroupSize() : "1u";
  // As words, so that a shuffle can change no NaN, -0 or subnormal number.
  const others = fold.store("carried").map((word) => `subgroupShuffleXor(${word}, reach)`);
  const shuffles = [
    `for (var reach = 1u << lane_shift; reach < min(${size}, lanes << lane_shift); reach <<= 1u) {`,
    `carried = join(carried, ${fold.restore(others)});`,
    "}",
  ];
  return [
    ...(usesSubgroups ? shuffles : []),
    "shared_values[local] = carried;",
    `for (var half = lanes >> 1u; (half << lane_shift) >= ${size}; half >>= 1u) {`,
    "workgroupBarrier();",
    "if (lane < half) {",
    "carried = join(carried, shared_values[local + (half << lane_shift)]);",
    "shared_values[local] = carried;",
    "}",
    "}",
  ];
}
