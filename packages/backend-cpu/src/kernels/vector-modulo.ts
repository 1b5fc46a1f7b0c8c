import type { FunctionBuilder, Local } from "../wasm/function-builder.ts";
import { constant64, partOperations as ops } from "../wasm/part-operations.ts";

/** Python's and PyTorch's remainder: exact, with the divisor's sign. */
export function emitModulo(body: FunctionBuilder, x: Local, y: Local): void {
  const v = (): Local => body.local("v128");
  body.scope(() => {
    const [magnitude, divisor, low, high, result] = [v(), v(), v(), v(), v()];
    body.op("f32x4.abs", x).set(magnitude);
    body.op("f32x4.abs", y).set(divisor);
    body.op("f64x2.promote_low_f32x4", magnitude).op("f64x2.promote_low_f32x4", divisor);
    remainderOfMagnitudes(body);
    body.op("f32x4.demote_f64x2_zero").set(low);
    body.shuffle32([2, 3, 2, 3], magnitude, magnitude).op("f64x2.promote_low_f32x4");
    body.shuffle32([2, 3, 2, 3], divisor, divisor).op("f64x2.promote_low_f32x4");
    remainderOfMagnitudes(body);
    body.op("f32x4.demote_f64x2_zero").set(high);

    // C's fmod has the sign of x; where that is not y's, one y more.
    body.shuffle32([0, 1, 4, 5], low, high);
    body.op("v128.and", x, body.constant("i32x4", 0x80000000)).op("v128.or").set(result);
    body.op("f32x4.add", result, y).get(result);
    body.op("v128.xor", result, y).get(31).op("i32x4.shr_s");
    body.op("f32x4.ne", result, body.constant("f32x4", 0)).op("v128.and").op("v128.bitselect");
    // No dividend is at least a NaN, so the loop has not seen it.
    body.op("f32x4.ne", y, y).op("v128.or");
  });
}

/**
 * Takes dividend and divisor, two non-negative doubles each, from the stack and leaves the remainder.
 *
 * Each turn takes off the leading 28 bits of the quotient, whose product with a float32 is exact in float64; quotients of up
 * to 2²⁸ need one.
 */
function remainderOfMagnitudes(body: FunctionBuilder): void {
  const v = (): Local => body.local("v128");
  body.scope(() => {
    const [rest, divisor, isOpen] = [v(), v(), v()];
    const leadingBits = constant64(body, BigInt.asIntN(64, ~((1n << 25n) - 1n)));
    body.set(divisor).set(rest);
    body.block((done) => {
      body.loop((again) => {
        body
          .op(ops["f64x2.ge"], rest, divisor)
          .tee(isOpen)
          .op("v128.any_true")
          .op("i32.eqz")
          .branchIf(done);
        body.get(rest);
        body.op(ops["f64x2.div"], rest, divisor).op("v128.and", leadingBits).op(ops["f64x2.trunc"]);
        body
          .op(ops["f64x2.mul"], divisor)
          .op(ops["f64x2.sub"])
          .get(rest, isOpen)
          .op("v128.bitselect")
          .set(rest);
        body.branch(again);
      });
    });
    // The division may have rounded up to the next integer.
    body.op("f64x2.add", rest, divisor).get(rest);
    body.op(ops["f64x2.lt"], rest, constant64(body, 0)).op("v128.bitselect");
  });
}
