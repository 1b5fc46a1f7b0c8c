import { dtypes, type DType, type DTypeKind } from "../dtype.ts";
import { DTypeError, InternalError } from "../errors.ts";

/** One scalar instruction. Each backend owes an emitter for every one. */
export type ScalarOpName =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "mod"
  | "pow"
  | "max"
  | "min"
  | "neg"
  | "abs"
  | "floor"
  | "round"
  | "sqrt"
  | "exp"
  | "expm1"
  | "log"
  | "log1p"
  | "sin"
  | "cos"
  | "atan"
  | "tanh"
  | "erf"
  | "isNaN"
  | "less"
  | "lessEqual"
  | "equal"
  | "select"
  | "and"
  | "or"
  | "xor"
  | "shiftLeft"
  | "shiftRight"
  | "cast"
  | "bitcast"
  | "randomBits"
  | "normalFromBits";

/** What an instruction takes and gives. */
interface DTypeRule {
  readonly arity: number;
  /** Kinds that the operands may have. */
  readonly accepts: readonly DTypeKind[];
  /** `same`: that of the operands. `target`: named by whoever applies the instruction. */
  readonly result: "same" | "bool" | "uint32" | "target";
}

const anyKind: readonly DTypeKind[] = ["float", "integer", "bool"];
const numeric: readonly DTypeKind[] = ["float", "integer"];
const floating: readonly DTypeKind[] = ["float"];
const bits: readonly DTypeKind[] = ["integer", "bool"];
const integer: readonly DTypeKind[] = ["integer"];

const unaryFloat: DTypeRule = { arity: 1, accepts: floating, result: "same" };
const binaryNumeric: DTypeRule = { arity: 2, accepts: numeric, result: "same" };
const comparison: DTypeRule = { arity: 2, accepts: anyKind, result: "bool" };
const bitwise: DTypeRule = { arity: 2, accepts: bits, result: "same" };
const shift: DTypeRule = { arity: 2, accepts: integer, result: "same" };

/**
 * The closed list of scalar instructions, with operand and result types.
 *
 * `select(condition, a, b)` takes a bool first; `randomBits(seedLow, seedHigh, stream, draw)` takes
 * four uint32; `normalFromBits(bits)` takes a uint32 and gives a float32.
 */
const dtypeRules: { readonly [Name in ScalarOpName]: DTypeRule } = {
  add: binaryNumeric,
  sub: binaryNumeric,
  mul: binaryNumeric,
  div: { arity: 2, accepts: floating, result: "same" },
  mod: binaryNumeric,
  pow: { arity: 2, accepts: floating, result: "same" },
  max: { arity: 2, accepts: anyKind, result: "same" },
  min: { arity: 2, accepts: anyKind, result: "same" },
  neg: { arity: 1, accepts: numeric, result: "same" },
  abs: { arity: 1, accepts: numeric, result: "same" },
  floor: unaryFloat,
  round: unaryFloat,
  sqrt: unaryFloat,
  exp: unaryFloat,
  expm1: unaryFloat,
  log: unaryFloat,
  log1p: unaryFloat,
  sin: unaryFloat,
  cos: unaryFloat,
  atan: unaryFloat,
  tanh: unaryFloat,
  erf: unaryFloat,
  isNaN: { arity: 1, accepts: floating, result: "bool" },
  less: comparison,
  lessEqual: comparison,
  equal: comparison,
  select: { arity: 3, accepts: anyKind, result: "same" },
  and: bitwise,
  or: bitwise,
  xor: bitwise,
  shiftLeft: shift,
  shiftRight: shift,
  cast: { arity: 1, accepts: anyKind, result: "target" },
  bitcast: { arity: 1, accepts: anyKind, result: "target" },
  randomBits: { arity: 4, accepts: integer, result: "uint32" },
  normalFromBits: { arity: 1, accepts: integer, result: "target" },
};

/** Of all instructions. */
export const opNames: readonly ScalarOpName[] = /* @__PURE__ */ Object.keys(
  dtypeRules,
) as ScalarOpName[];

/**
 * Result type of an application, checked.
 *
 * @throws {DTypeError} for operands it does not take.
 * @example
 * scalarDTypes("less", ["float32", "float32"], undefined); // => "bool"
 */
export function scalarDTypes(
  op: ScalarOpName,
  operands: readonly DType[],
  target: DType | undefined,
): DType {
  const rule = dtypeRules[op];
  if (operands.length !== rule.arity)
    throw new InternalError(op, `takes ${rule.arity} operands, got ${operands.length}.`);
  const compared = op === "select" ? operands.slice(1) : operands;
  if (op === "select" && operands[0] !== "bool")
    throw new DTypeError(op, `the condition must be bool, got ${operands[0]!}.`);
  for (const dtype of compared) {
    if (!rule.accepts.includes(dtypes[dtype].kind))
      throw new DTypeError(op, `does not take ${dtype}, only ${rule.accepts.join(" or ")}.`, {
        expected: rule.accepts,
        received: dtype,
      });
    if (dtype !== compared[0])
      throw new DTypeError(op, `operands must have one type, got ${compared.join(" and ")}.`);
  }
  switch (rule.result) {
    case "same":
      return compared[0]!;
    case "bool":
    case "uint32":
      return rule.result;
    case "target":
      if (target === undefined) throw new InternalError(op, "needs a result type.");
      return target;
  }
}
