import type { DType } from "../dtype.ts";
import { InternalError } from "../errors.ts";
import { topologicalOrder, type Scalar } from "../scalar/expression.ts";
import { shapesEqual, type Shape } from "../shape.ts";
import { formatProgram } from "./format.ts";
import type { Epilogue, InputSpec, Program } from "./program.ts";

/** @throws {InternalError} naming the first part of the program that does not fit the rest. */
export function validateProgram(program: Program): void {
  const fail = (problem: string): never => {
    throw new InternalError("program", `${problem}\n${formatProgram(program)}\n`, {
      received: program,
    });
  };
  switch (program.kind) {
    case "map":
      checkLayouts(program.inputs, program.shape, fail);
      for (const value of program.values)
        checkLeaves(value, program.inputs, program.parameters, fail);
      if (program.values.length === 0) fail("a map needs an output.");
      return;
    case "reduce": {
      const inputs = program.inputs.slice(0, program.domainInputs);
      checkLayouts(inputs, program.shape, fail);
      checkLeaves(program.value, inputs, program.parameters, fail);
      const positional = program.op === "argmax" || program.op === "argmin";
      if (positional && program.axes.length !== 1) fail(`${program.op} takes one axis.`);
      checkEpilogue(program.epilogue, positional ? "int32" : program.value.dtype, program, fail);
      return;
    }
    case "routine":
      checkEpilogue(program.epilogue, program.result.dtype, program, fail);
  }
}

type Fail = (problem: string) => never;

function checkLayouts(inputs: readonly InputSpec[], shape: Shape, fail: Fail): void {
  inputs.forEach((input, slot) => {
    if (!shapesEqual(input.layout.shape, shape)) fail(`input x${slot} has another shape.`);
  });
}

function checkLeaves(
  value: Scalar,
  inputs: readonly { readonly dtype: DType }[],
  parameters: readonly DType[],
  fail: Fail,
): void {
  for (const node of topologicalOrder([value])) {
    if (node.kind === "input" && inputs[node.slot]?.dtype !== node.dtype)
      fail(`the expression reads x${node.slot} as ${node.dtype}.`);
    if (node.kind === "parameter" && parameters[node.slot] !== node.dtype)
      fail(`the expression reads p${node.slot} as ${node.dtype}.`);
  }
}

function checkEpilogue(
  epilogue: Epilogue | undefined,
  resultDType: DType,
  program: Program,
  fail: Fail,
): void {
  if (epilogue === undefined) return;
  checkLayouts(epilogue.inputs, program.outputs[0]!.shape, fail);
  checkLeaves(
    epilogue.value,
    [{ dtype: resultDType }, ...epilogue.inputs],
    program.parameters,
    fail,
  );
}
