import type { Epilogue, OutputSpec, Shape } from "@dl/backend";
import { ExpressionCode } from "./expression-code.ts";
import { InputReader } from "./input-reader.ts";
import { elementType, type KernelBuilder } from "./kernel-builder.ts";
import { usedInputs } from "./program-inputs.ts";

/** How a kernel's results reach their buffer. */
export interface Finish {
  readonly epilogue: Epilogue | undefined;
  readonly result: OutputSpec;
  readonly output: OutputSpec;
  readonly outputOperand: number;
  /** Operand of the epilogue's first input. */
  readonly firstInput: number;
}

/**
 * Declares `finish(index, value)`, which writes the result at a row-major position, through the
 * epilogue where there is one.
 */
export function declareFinish(kernel: KernelBuilder, finish: Finish): void {
  const { epilogue, result, output, outputOperand, firstInput } = finish;
  const array = kernel.write(outputOperand, elementType(output.dtype));
  const lines: string[] = [];
  let written = "value";
  if (epilogue !== undefined) {
    const shape: Shape = output.shape;
    const slots = usedInputs([epilogue.value]).filter((slot) => slot > 0);
    const reader = new InputReader(
      shape,
      slots.map((slot) => ({
        slot,
        operand: firstInput + slot - 1,
        spec: epilogue.inputs[slot - 1]!,
        isAligned: false,
        alias: undefined,
      })),
    );
    const loaded = reader.load(kernel, 1, "index", "e_");
    const code = new ExpressionCode(
      kernel,
      1,
      { index: "index", input: (slot) => (slot === 0 ? "value" : loaded.names.get(slot)!) },
      "e",
    );
    written = code.emit([epilogue.value])[0]!;
    lines.push(...loaded.lines, ...code.lines);
  }
  kernel.declare(
    [
      `fn finish(index: u32, value: ${elementType(result.dtype)}) {`,
      ...lines,
      `${array}[index] = ${written};`,
      "}",
    ].join("\n"),
  );
}
