import type { DType } from "../dtype.ts";
import { opNames, type ScalarOpName } from "./dtype-rules.ts";
import { apply, constantLike, type Scalar } from "./expression.ts";

type Operand = Scalar | number;
type Unary = (x: Scalar) => Scalar;
type Binary = (a: Operand, b: Operand) => Scalar;

type BinaryName =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "mod"
  | "pow"
  | "max"
  | "min"
  | "less"
  | "lessEqual"
  | "equal"
  | "and"
  | "or"
  | "xor"
  | "shiftLeft"
  | "shiftRight";
type Irregular = "select" | "cast" | "bitcast" | "randomBits" | "normalFromBits";
type UnaryName = Exclude<ScalarOpName, BinaryName | Irregular>;

/** An application of every instruction. */
interface ScalarFunctions
  extends Readonly<Record<UnaryName, Unary>>, Readonly<Record<BinaryName, Binary>> {
  /** Remainder with the sign of the divisor, as Python's `%`. */
  readonly mod: Binary;
  /** Larger operand; NaN when either is NaN. */
  readonly max: Binary;
  /** Smaller operand; NaN when either is NaN. */
  readonly min: Binary;
  /** Arithmetic for int32, logical for uint32. */
  readonly shiftRight: Binary;
  /** Nearest whole number, halves to even. */
  readonly round: Unary;
  /** Of a bool. */
  readonly not: Unary;
  /** `a` where the condition holds, else `b`. */
  readonly select: (condition: Scalar, a: Operand, b: Operand) => Scalar;
  /**
   * Value converted to another type. Float to integer drops the fraction and saturates, NaN gives 0;
   * anything to bool is "not zero", and NaN counts as not zero.
   */
  readonly cast: (x: Scalar, dtype: DType) => Scalar;
  /** The same 32 bits read as another type. */
  readonly bitcast: (x: Scalar, dtype: DType) => Scalar;
  /**
   * 32 random bits for the element being computed: word `index & 3` of
   * Philox4x32-10(counter = [index >> 2, 0, draw, seedHigh], key = [seedLow, stream]).
   *
   * Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3".
   */
  readonly randomBits: (seedLow: Scalar, seedHigh: Scalar, stream: Scalar, draw: Scalar) => Scalar;
  /** Standard normal deviate from 32 random bits: {@link ../scalar/normal-table.ts}. */
  readonly normalFromBits: Unary;
}

/** A number beside an expression becomes a constant of the expression's type. */
function alike(operands: readonly Operand[]): readonly Scalar[] {
  const like = operands.find((operand) => typeof operand !== "number")!;
  return operands.map((operand) =>
    typeof operand === "number" ? constantLike(operand, like) : operand,
  );
}

const regular = /* @__PURE__ */ Object.fromEntries(
  /* @__PURE__ */ opNames.map((op) => [op, (...operands: Operand[]) => apply(op, alike(operands))]),
) as Record<ScalarOpName, (...operands: Operand[]) => Scalar>;

/**
 * Expressions by the names of their instructions; numbers become constants.
 *
 * @example
 * const x = input(0, "float32");
 * scalar.add(x, 1) === scalar.add(x, constant(1, "float32")); // => true
 */
export const scalar: ScalarFunctions = /* @__PURE__ */ Object.assign(regular, {
  not: (x: Scalar): Scalar => scalar.xor(x, 1),
  select: (condition: Scalar, a: Operand, b: Operand): Scalar =>
    apply("select", [condition, ...alike([a, b])]),
  cast: (x: Scalar, dtype: DType): Scalar => (x.dtype === dtype ? x : apply("cast", [x], dtype)),
  bitcast: (x: Scalar, dtype: DType): Scalar => apply("bitcast", [x], dtype),
  normalFromBits: (bits: Scalar): Scalar => apply("normalFromBits", [bits], "float32"),
});
