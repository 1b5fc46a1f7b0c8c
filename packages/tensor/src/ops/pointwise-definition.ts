import { ArgumentError, DTypeError, dtypes, isFloat, type DType, type Scalar } from "@dl/backend";
import type { NumberRule } from "../core/number-operand.ts";
import { PointwiseOp } from "../core/pointwise-op.ts";
import { Tensor } from "../core/tensor.ts";
import { checkFloat, checkNumber, checkTensor } from "./check-operands.ts";
import { applyPointwise, commonDType } from "./pointwise.ts";

/**
 * Types an operation works on.
 *
 * - `float`: float tensors; integers are refused with advice.
 * - `trueFloat`: integers become float32 first, as in PyTorch's division.
 * - `numeric`: any common type; bool counts as int32.
 * - `any`: any common type, bool too.
 * - `compared`: as any; int32 beside uint32 keep their types.
 * - `bool`: everything becomes bool ("not zero") first.
 * - `bits`: integers and bool.
 * - `integer`: integers; bool counts as int32.
 */
type OperandTypes =
  | "float"
  | "trueFloat"
  | "numeric"
  | "any"
  | "compared"
  | "bool"
  | "bits"
  | "integer";

/** What an operation takes. */
export interface OperandRules {
  /** Default `float`. */
  readonly types?: OperandTypes;
  /** What stands for a number that x's type may not hold, operand by operand; without it, it is refused. */
  readonly numberRules?: readonly NumberRule[];
  /** Shorter formulas where the operand is one of these plain numbers: x² for pow(2). */
  readonly numberForms?: ReadonlyMap<number, (x: Scalar) => Scalar>;
}

/** One pointwise operation: formula and operands. `Args` are what its method takes. */
export interface PointwiseDefinition<Args extends readonly unknown[]> extends OperandRules {
  readonly build: (...operands: Scalar[]) => Scalar;
  /** Tensor operands of the method besides the tensor itself. */
  readonly tensorOperands: number;
  /** Numbers after the tensors, with their defaults. */
  readonly numbers: readonly number[];
  /** Only for the type: what the method takes. */
  readonly args?: Args;
}

/** A definition with its name and the function that applies it. */
export interface PointwiseFunction {
  readonly op: PointwiseOp;
  readonly definition: PointwiseDefinition<readonly unknown[]>;
  readonly apply: (x: Tensor, ...operands: (Tensor | number)[]) => Tensor;
}

/** `x.name()`. */
export function unary(
  build: (x: Scalar) => Scalar,
  rules: OperandRules = {},
): PointwiseDefinition<[]> {
  return { build, tensorOperands: 0, numbers: [], ...rules };
}

/** `x.name(other)`, other a tensor or a number. */
export function binary(
  build: (x: Scalar, other: Scalar) => Scalar,
  rules: OperandRules = {},
): PointwiseDefinition<[other: Tensor | number]> {
  return { build, tensorOperands: 1, numbers: [], ...rules };
}

/** `x.name(second, third)`, each a tensor or a number. */
export function ternary(
  build: (x: Scalar, second: Scalar, third: Scalar) => Scalar,
): PointwiseDefinition<[second: Tensor | number, third: Tensor | number]> {
  return { build, tensorOperands: 2, numbers: [] };
}

/** `x.name(number)` with a default; the number is given at dispatch, so changing it costs nothing. */
export function unaryWithNumber(
  build: (x: Scalar, number: Scalar) => Scalar,
  fallback: number,
  rules: OperandRules = {},
): PointwiseDefinition<[number?: number]> {
  return { build, tensorOperands: 0, numbers: [fallback], ...rules };
}

/** `x.name(low, high)`, two numbers with defaults. */
export function unaryWithNumbers(
  build: (x: Scalar, first: Scalar, second: Scalar) => Scalar,
  fallbacks: readonly [number, number],
  rules: OperandRules = {},
): PointwiseDefinition<[first?: number, second?: number]> {
  return { build, tensorOperands: 0, numbers: fallbacks, ...rules };
}

/** The method that a definition makes. */
export type PointwiseMethods<Table> = {
  [Name in keyof Table]: Table[Name] extends PointwiseDefinition<infer Args>
    ? (...args: Args) => Tensor
    : never;
};

/** The function for one row of a table. */
export function pointwiseFunction(
  name: string,
  definition: PointwiseDefinition<readonly unknown[]>,
): PointwiseFunction {
  const op = new PointwiseOp(name, definition.build);
  const forms = new Map<number, PointwiseOp>();
  for (const [number, build] of definition.numberForms ?? [])
    forms.set(number, new PointwiseOp(name, build));
  const { tensorOperands, numbers, types = "float", numberRules } = definition;
  const apply = (x: Tensor, ...given: (Tensor | number)[]): Tensor => {
    checkTensor(name, x);
    const operands: (Tensor | number)[] = [x];
    for (let i = 0; i < tensorOperands; i++) operands.push(checkOperand(name, given[i]));
    numbers.forEach((fallback, i) => {
      const { [tensorOperands + i]: number = fallback } = given;
      checkNumber(name, number);
      operands.push(number);
    });
    numberRules?.forEach((rule, i) => {
      const operand = operands[i + 1]!;
      if (typeof operand === "number") operands[i + 1] = rule(operand, x.dtype, name);
    });
    const dtype = operandDType(name, types, operands);
    const form = forms.size > 0 ? forms.get(operands[1] as number) : undefined;
    return form === undefined
      ? applyPointwise(op, operands, dtype)
      : applyPointwise(form, [x], dtype);
  };
  return { op, definition, apply };
}

/** @throws {ArgumentError} if it is neither a tensor nor a number. */
function checkOperand(name: string, operand: unknown): Tensor | number {
  if (operand instanceof Tensor || typeof operand === "number") return operand;
  throw new ArgumentError(
    name,
    `needs a tensor or a number, got ${operand === null ? "null" : typeof operand}. Make one with tensor(...).`,
    { received: operand },
  );
}

function operandDType(
  name: string,
  types: OperandTypes,
  operands: readonly (Tensor | number)[],
): DType | readonly DType[] {
  if (types === "bool") return "bool";
  const [x, other] = operands as readonly [Tensor, Tensor | number];
  if (types === "compared" && other instanceof Tensor && isInteger(x) && isInteger(other))
    return [x.dtype, other.dtype];
  if (types === "float")
    for (const operand of operands) if (operand instanceof Tensor) checkFloat(name, operand);
  const common = commonDType(name, operands);
  if (types === "trueFloat" && !isFloat(common)) return "float32";
  if ((types === "numeric" || types === "integer") && common === "bool") return "int32";
  if ((types === "bits" || types === "integer") && isFloat(common))
    throw new DTypeError(
      name,
      `needs integer${types === "bits" ? " or bool" : ""} operands, got ${common}. Convert with x.cast("int32").`,
      { received: common },
    );
  return common;
}

const isInteger = (x: Tensor): boolean => dtypes[x.dtype].kind === "integer";
