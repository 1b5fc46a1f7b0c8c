import type { Local } from "../wasm/function-builder.ts";
import type { ModuleBuilder } from "../wasm/module-builder.ts";

export interface FiniteCheckExports {
  readonly hasNonFinite: (address: number, byteLength: number) => number;
}

const VECTORS = 4;

/** Exports `hasNonFinite(address, byteLength)`: 1 if any of these float32 numbers is infinite or NaN, else 0. */
export function emitFiniteCheck(module: ModuleBuilder): void {
  module.exported("hasNonFinite", ["i32", "i32"], ["i32"], (body) => {
    const [at, byteLength] = body.parameters as [Local, Local];
    const [vectorsEnd, end] = [body.local("i32"), body.local("i32")];
    const largest = Array.from({ length: VECTORS }, () => body.local("v128"));
    const [first] = largest as [Local];
    // Without their sign, numbers are in the order of their bits.
    const magnitude = body.constant("i32x4", 0x7fffffff);
    const infinity = body.constant("i32x4", 0x7f800000);
    body.op("i32.add", at, byteLength).set(end);
    body
      .op("i32.and", byteLength, -16 * VECTORS)
      .op("i32.add", at)
      .set(vectorsEnd);
    const keepLarger = (found: Local): void => {
      body.op("v128.and", magnitude).op("i32x4.max_u", found).set(found);
    };
    body.countUp(at, vectorsEnd, 16 * VECTORS, () => {
      largest.forEach((found, vector) => {
        body.load("v128.load", at, 16 * vector);
        keepLarger(found);
      });
    });
    body.countUp(at, end, 4, () => {
      body.load("v128.load32_zero", at);
      keepLarger(first);
    });
    for (const found of largest.slice(1)) body.op("i32x4.max_u", first, found).set(first);
    body.op("i32x4.ge_u", first, infinity).op("v128.any_true");
  });
}
