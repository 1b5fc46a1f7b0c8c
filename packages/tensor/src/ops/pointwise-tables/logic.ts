import { wrongType } from "@dl/backend";
import type { NumberRule } from "../../core/number-operand.ts";
import { binary, unary, type PointwiseFacts } from "../pointwise-definition.ts";
import { and, not, or, shiftLeft, shiftRight, xor } from "../../scalar-functions.ts";

const logical = (reference: PointwiseFacts["reference"]): PointwiseFacts => ({
  types: "bool",
  reference,
  isDifferentiable: false,
});
const bitwise = (
  reference: PointwiseFacts["reference"],
  types: "bits" | "integer" = "bits",
): PointwiseFacts => ({ types, reference, isDifferentiable: false, domain: [0, 30] });

/** @throws {ArgumentError} for a number of bits that a word does not have. */
const shiftedBits: NumberRule = (bits, _dtype, op) => {
  if (Number.isInteger(bits) && bits >= 0 && bits < 32) return bits;
  throw wrongType(op, "a word has no such bit", bits, "Shift by 0 to 31.");
};

export const logic = {
  /**
   * Both are not zero.
   *
   * @example
   * await tensor([0, 2]).logicalAnd(1).toArray(); // => [false, true]
   */
  logicalAnd: binary(
    and,
    logical((a, b) => Number(a !== 0 && b !== 0)),
  ),
  /**
   * One or both are not zero.
   *
   * @example
   * await tensor([0, 2]).logicalOr(0).toArray(); // => [false, true]
   */
  logicalOr: binary(
    or,
    logical((a, b) => Number(a !== 0 || b !== 0)),
  ),
  /**
   * Exactly one is not zero.
   *
   * @example
   * await tensor([0, 2]).logicalXor(1).toArray(); // => [true, false]
   */
  logicalXor: binary(
    xor,
    logical((a, b) => Number((a !== 0) !== (b !== 0))),
  ),
  /**
   * x is zero.
   *
   * @example
   * await tensor([0, 2]).logicalNot().toArray(); // => [true, false]
   */
  logicalNot: unary(
    not,
    logical((x) => Number(x === 0)),
  ),
  /**
   * The bits that both have.
   *
   * @example
   * await tensor([6, 5], { dtype: "int32" }).bitwiseAnd(3).toArray(); // => [2, 1]
   */
  bitwiseAnd: binary(
    and,
    bitwise((a, b) => a & b),
  ),
  /**
   * The bits that one or both have.
   *
   * @example
   * await tensor([6, 5], { dtype: "int32" }).bitwiseOr(3).toArray(); // => [7, 7]
   */
  bitwiseOr: binary(
    or,
    bitwise((a, b) => a | b),
  ),
  /**
   * The bits that exactly one has.
   *
   * @example
   * await tensor([6, 5], { dtype: "int32" }).bitwiseXor(3).toArray(); // => [5, 6]
   */
  bitwiseXor: binary(
    xor,
    bitwise((a, b) => a ^ b),
  ),
  /**
   * Every bit turned over; for bool the same as logicalNot.
   *
   * @example
   * await tensor([0, 5], { dtype: "int32" }).bitwiseNot().toArray(); // => [-1, -6]
   */
  bitwiseNot: unary(
    (x) => (x.dtype === "bool" ? not(x) : xor(x, -1)),
    bitwise((x) => ~x),
  ),
  /**
   * Bits moved up by `other`, which must lie in [0, 31]; a tensor's are taken modulo 32.
   *
   * @throws {ArgumentError} for another number.
   *
   * @example
   * await tensor([1, 3], { dtype: "int32" }).shiftLeft(2).toArray(); // => [4, 12]
   */
  shiftLeft: binary(shiftLeft, {
    ...bitwise((a, b) => a << b, "integer"),
    numberRules: [shiftedBits],
  }),
  /**
   * Bits moved down by `other`, which must lie in [0, 31]; a tensor's are taken modulo 32. Keeps the
   * sign of int32.
   *
   * @throws {ArgumentError} for another number.
   *
   * @example
   * await tensor([-8, 8], { dtype: "int32" }).shiftRight(1).toArray(); // => [-4, 4]
   */
  shiftRight: binary(shiftRight, {
    ...bitwise((a, b) => a >> b, "integer"),
    numberRules: [shiftedBits],
  }),
};
