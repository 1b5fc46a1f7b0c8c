import { ByteWriter } from "./byte-writer.ts";
import type { FunctionBuilder, Local } from "./function-builder.ts";

// What only parts of the backend emit: given to `op` as codes, so that a program without them does not carry the table.
// Codes as in scalar-operations.ts.

/** Instructions without immediates. */
export const partOperations = {
  "i32.gt_s": 0x4a,
  "i32.ge_s": 0x4e,
  "f32.lt": 0x5d,
  "f32.ge": 0x60,
  "i32.clz": 0x67,
  "i64.add": 0x7c,
  "i64.mul": 0x7e,
  "i64.or": 0x84,
  "i64.shl": 0x86,
  "i64.shr_u": 0x88,
  "f32.abs": 0x8b,
  "f32.neg": 0x8c,
  "f64.mul": 0xa2,
  "i32.wrap_i64": 0xa7,
  "i64.extend_i32_u": 0xad,
  "f32.demote_f64": 0xb6,
  "f64.convert_i64_s": 0xb9,
  "i32.reinterpret_f32": 0xbc,
  "f32x4.ge": 0xfd046,
  "f64x2.eq": 0xfd047,
  "f64x2.lt": 0xfd049,
  "f64x2.ge": 0xfd04c,
  "f32x4.trunc": 0xfd069,
  "f64x2.trunc": 0xfd07a,
  "i64x2.shl": 0xfd0cb,
  "i64x2.shr_u": 0xfd0cd,
  "i64x2.add": 0xfd0ce,
  "i64x2.sub": 0xfd0d1,
  "f64x2.sub": 0xfd0f1,
  "f64x2.mul": 0xfd0f2,
  "f64x2.div": 0xfd0f3,
  "f64x2.pmin": 0xfd0f6,
  "f64x2.pmax": 0xfd0f7,
} as const;

/** A local holding a 64-bit number in both lanes; see {@link FunctionBuilder.constant}. */
export function constant64(body: FunctionBuilder, value: number | bigint): Local {
  const lanes =
    typeof value === "bigint" ? BigInt64Array.of(value, value) : Float64Array.of(value, value);
  return body.constantOf(new Uint8Array(lanes.buffer));
}

/** Pushes a scalar float or i64 constant; i32 constants are operands. */
export function pushScalar(
  body: FunctionBuilder,
  type: "i64" | "f32" | "f64",
  value: number | bigint,
): FunctionBuilder {
  const code = new ByteWriter(16);
  if (type === "i64") {
    code.byte(0x42);
    writeSigned64(code, BigInt(value));
  } else {
    code.byte(type === "f32" ? 0x43 : 0x44);
    const lanes = type === "f32" ? Float32Array.of(Number(value)) : Float64Array.of(Number(value));
    code.bytes(new Uint8Array(lanes.buffer));
  }
  return body.code(code.view());
}

/** Signed LEB128 of a 64-bit integer. */
function writeSigned64(code: ByteWriter, value: bigint): void {
  let rest = BigInt.asIntN(64, value);
  while (rest < -64n || rest > 63n) {
    code.byte(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  code.byte(Number(rest & 0x7fn));
}
