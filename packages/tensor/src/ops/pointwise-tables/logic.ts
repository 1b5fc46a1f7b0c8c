import { scalar } from "@dl/backend";
import { binary, unary, type PointwiseFacts } from "../pointwise-definition.ts";

const { and, not, or, shiftLeft, shiftRight, xor } = scalar;

const logical = (reference: PointwiseFacts["reference"]): PointwiseFacts => ({
  types: "bool",
  reference,
  isDifferentiable: false,
});
const bitwise = (
  reference: PointwiseFacts["reference"],
  types: "bits" | "integer" = "bits",
): PointwiseFacts => ({ types, reference, isDifferentiable: false, domain: [0, 30] });

export const logic = {
  /** Both are not zero. */
  logicalAnd: binary(
    and,
    logical((a, b) => Number(a !== 0 && b !== 0)),
  ),
  /** One or both are not zero. */
  logicalOr: binary(
    or,
    logical((a, b) => Number(a !== 0 || b !== 0)),
  ),
  /** Exactly one is not zero. */
  logicalXor: binary(
    xor,
    logical((a, b) => Number((a !== 0) !== (b !== 0))),
  ),
  /** x is zero. */
  logicalNot: unary(
    not,
    logical((x) => Number(x === 0)),
  ),
  bitwiseAnd: binary(
    and,
    bitwise((a, b) => a & b),
  ),
  bitwiseOr: binary(
    or,
    bitwise((a, b) => a | b),
  ),
  bitwiseXor: binary(
    xor,
    bitwise((a, b) => a ^ b),
  ),
  /** Every bit turned over; for bool the same as logicalNot. */
  bitwiseNot: unary(
    (x) => (x.dtype === "bool" ? not(x) : xor(x, -1)),
    bitwise((x) => ~x),
  ),
  /** Bits moved up by `other`, which must lie in [0, 31]. */
  shiftLeft: binary(
    shiftLeft,
    bitwise((a, b) => a << b, "integer"),
  ),
  /** Bits moved down by `other` in [0, 31]; keeps the sign of int32. */
  shiftRight: binary(
    shiftRight,
    bitwise((a, b) => a >> b, "integer"),
  ),
};
