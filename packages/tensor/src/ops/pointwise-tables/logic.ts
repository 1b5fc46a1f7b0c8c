import { wrongType } from "@dl/backend";
import type { NumberRule } from "../../core/number-operand.ts";
import { binary, unary } from "../pointwise-definition.ts";
import { and, not, or, shiftLeft, shiftRight, xor } from "../../scalar-functions.ts";

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
  logicalAnd: binary(and, { types: "bool" }),
  /**
   * One or both are not zero.
   *
   * @example
   * await tensor([0, 2]).logicalOr(0).toArray(); // => [false, true]
   */
  logicalOr: binary(or, { types: "bool" }),
  /**
   * Exactly one is not zero.
   *
   * @example
   * await tensor([0, 2]).logicalXor(1).toArray(); // => [true, false]
   */
  logicalXor: binary(xor, { types: "bool" }),
  /**
   * x is zero.
   *
   * @example
   * await tensor([0, 2]).logicalNot().toArray(); // => [true, false]
   */
  logicalNot: unary(not, { types: "bool" }),
  /**
   * The bits that both have.
   *
   * @example
   * await tensor([6, 5], { dtype: "int32" }).bitwiseAnd(3).toArray(); // => [2, 1]
   */
  bitwiseAnd: binary(and, { types: "bits" }),
  /**
   * The bits that one or both have.
   *
   * @example
   * await tensor([6, 5], { dtype: "int32" }).bitwiseOr(3).toArray(); // => [7, 7]
   */
  bitwiseOr: binary(or, { types: "bits" }),
  /**
   * The bits that exactly one has.
   *
   * @example
   * await tensor([6, 5], { dtype: "int32" }).bitwiseXor(3).toArray(); // => [5, 6]
   */
  bitwiseXor: binary(xor, { types: "bits" }),
  /**
   * Every bit turned over; for bool the same as logicalNot.
   *
   * @example
   * await tensor([0, 5], { dtype: "int32" }).bitwiseNot().toArray(); // => [-1, -6]
   */
  bitwiseNot: unary((x) => (x.dtype === "bool" ? not(x) : xor(x, -1)), { types: "bits" }),
  /**
   * Bits moved up by `other`, which must lie in [0, 31]; a tensor's are taken modulo 32.
   *
   * @throws {ArgumentError} for another number.
   *
   * @example
   * await tensor([1, 3], { dtype: "int32" }).shiftLeft(2).toArray(); // => [4, 12]
   */
  shiftLeft: binary(shiftLeft, {
    types: "integer",
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
    types: "integer",
    numberRules: [shiftedBits],
  }),
};
