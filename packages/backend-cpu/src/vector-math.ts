import type { FunctionBuilder, Local } from "./wasm/function-builder.ts";
type Emit = (body: FunctionBuilder, ...operands: Local[]) => void;
const missing: Emit = () => { throw new Error("vector math is not written yet"); };
export const vectorMath: Record<"mod"|"pow"|"exp"|"expm1"|"log"|"log1p"|"sin"|"cos"|"atan"|"tanh"|"erf", Emit> = {
 mod: missing, pow: missing, exp: missing, expm1: missing, log: missing, log1p: missing, sin: missing, cos: missing, atan: missing, tanh: missing, erf: missing };
