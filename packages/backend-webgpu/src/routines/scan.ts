import { declareFinish } from "../epilogue.ts";
import { foldOf } from "../folds.ts";
import { elementType, KernelBuilder, type KernelSource } from "../kernel-builder.ts";
import { splitAtAxis, type AxisSplit } from "./axis-split.ts";
import { finishOf, type RoutineImplementation } from "./routine.ts";

const workgroupSize = 256;
/** With this many lines, or lines as short as that, one invocation walks each line. */
const manyLines = 4096;
const shortLine = 32;

export const scan: RoutineImplementation<"scan"> = (device, program) => {
  const { op, axis, exclusive, reverse } = program.settings;
  const { shape, dtype } = program.result;
  const split = splitAtAxis(shape, axis);
  const kernel = new KernelBuilder();
  const fold = foldOf(kernel, op, dtype);
  fold.declare();
  declareFinish(kernel, finishOf(program));
  const line: Line = {
    x: kernel.read(0, elementType(dtype)),
    offset: kernel.offset(0),
    type: fold.type,
    start: fold.start,
    exclusive,
    size: kernel.fixed(split.size),
    inner: kernel.fixed(split.inner),
    step: (i) => (reverse ? `(size - 1u - (${i}))` : i),
  };
  const lines = split.outer * split.inner;
  const made = device.kernel(
    lines >= manyLines || split.size <= shortLine
      ? serialScan(kernel, split, line)
      : parallelScan(kernel, split, line),
    program,
  );
  return (operands, scalars) => device.run(made, operands, scalars);
};

/** What both kernels need to know of a line, in WGSL. */
interface Line {
  readonly x: string;
  readonly offset: string;
  readonly type: string;
  readonly start: string;
  readonly exclusive: boolean;
  readonly size: string;
  readonly inner: string;
  /** The place along the axis of the i-th step. */
  step(i: string): string;
}

const lineStart = ({ size, inner }: Line): string[] => [
  `let size = ${size};`,
  `let base = (line / ${inner}) * size * ${inner} + line % ${inner};`,
];

function serialScan(kernel: KernelBuilder, { outer, inner }: AxisSplit, line: Line): KernelSource {
  const body = [
    `let line = group * ${workgroupSize}u + local;`,
    `if (line >= ${kernel.fixed(outer * inner)}) { return; }`,
    ...lineStart(line),
    `var carried = ${line.start};`,
    "for (var i = 0u; i < size; i++) {",
    `let at = base + ${line.step("i")} * ${line.inner};`,
    `let next = join(carried, ${line.x}[${line.offset} + at]);`,
    `finish(at, ${line.exclusive ? "carried" : "next"});`,
    "carried = next;",
    "}",
  ].join("\n");
  return kernel.finish(workgroupSize, Math.ceil((outer * inner) / workgroupSize), body);
}

/** A workgroup walks a line in pieces, each scanned in steps of doubling reach (Hillis & Steele 1986). */
function parallelScan(
  kernel: KernelBuilder,
  { outer, inner }: AxisSplit,
  line: Line,
): KernelSource {
  kernel.declare(`var<workgroup> piece: array<${line.type}, ${workgroupSize}>;`);
  const reaches = Array.from({ length: Math.log2(workgroupSize) }, (_, i) => 2 ** i);
  const body = [
    "let line = group;",
    ...lineStart(line),
    `var carried = ${line.start};`,
    `for (var start = 0u; start < size; start += ${workgroupSize}u) {`,
    "let i = start + local;",
    `let at = base + ${line.step("min(i, size - 1u)")} * ${line.inner};`,
    `var sofar = ${line.start};`,
    `if (i < size) { sofar = ${line.x}[${line.offset} + at]; }`,
    "piece[local] = sofar;",
    "workgroupBarrier();",
    ...reaches.flatMap((reach) => [
      `if (local >= ${reach}u) { sofar = join(piece[local - ${reach}u], sofar); }`,
      "workgroupBarrier();",
      "piece[local] = sofar;",
      "workgroupBarrier();",
    ]),
    ...(line.exclusive
      ? [
          "var before = carried;",
          "if (local > 0u) { before = join(carried, piece[local - 1u]); }",
          "if (i < size) { finish(at, before); }",
        ]
      : ["if (i < size) { finish(at, join(carried, sofar)); }"]),
    `carried = join(carried, piece[${workgroupSize - 1}u]);`,
    "workgroupBarrier();",
    "}",
  ].join("\n");
  return kernel.finish(workgroupSize, outer * inner, body);
}
