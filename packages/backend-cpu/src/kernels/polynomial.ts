import type { FunctionBuilder, Local } from "../wasm/function-builder.ts";
import { constant64, partOperations as ops } from "../wasm/part-operations.ts";

// Coefficients in the vector-*.ts files are weighted minimax fits (Lawson's iteration at 400 Chebyshev nodes).

/** Leaves Σ coefficients[i]·xⁱ in float32 lanes. */
export function polynomial(
  body: FunctionBuilder,
  x: Local,
  coefficients: readonly number[],
): FunctionBuilder {
  body.get(body.constant("f32x4", coefficients.at(-1)!));
  for (const coefficient of coefficients.slice(0, -1).toReversed())
    body.multiplyAdd(x, body.constant("f32x4", coefficient));
  return body;
}

/** Leaves Σ coefficients[i]·xⁱ in float64 lanes. */
export function polynomial64(
  body: FunctionBuilder,
  x: Local,
  coefficients: readonly number[],
): FunctionBuilder {
  body.get(constant64(body, coefficients.at(-1)!));
  for (const coefficient of coefficients.slice(0, -1).toReversed())
    body.op(ops["f64x2.mul"], x).op("f64x2.add", constant64(body, coefficient));
  return body;
}

/** Gives what is on the stack the sign of `x`. */
export function withSignOf(body: FunctionBuilder, x: Local): FunctionBuilder {
  const magnitude = body.constant("i32x4", 0x7fffffff);
  body.op("v128.and", magnitude);
  return body.op("v128.andnot", x, magnitude).op("v128.or");
}
