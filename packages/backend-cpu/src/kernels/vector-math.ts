import type { FunctionBuilder, Local } from "../wasm/function-builder.ts";
import { emitErf, emitExp, emitExpm1, emitTanh } from "./vector-exponential.ts";
import { emitLog, emitLog1p } from "./vector-logarithm.ts";
import { emitModulo } from "./vector-modulo.ts";
import { emitPow } from "./vector-pow.ts";
import { emitAtan, emitCos, emitSin } from "./vector-trigonometry.ts";

/**
 * Writes a function of four float32 lanes into a body and leaves the result on the stack. Operands are only read. Constants
 * are set where the function begins (`FunctionBuilder.constant`), outside any loop.
 */
export type VectorFunction = (body: FunctionBuilder, ...operands: Local[]) => void;

/** Two operands for `mod` and `pow`, one for the others; measured errors in docs/cpu-accuracy.md. */
export const vectorMath: Readonly<
  Record<
    "mod" | "pow" | "exp" | "expm1" | "log" | "log1p" | "sin" | "cos" | "atan" | "tanh" | "erf",
    VectorFunction
  >
> = {
  mod: (body, ...[x, y]) => emitModulo(body, x!, y!),
  pow: (body, ...[x, y]) => emitPow(body, x!, y!),
  exp: (body, ...[x]) => emitExp(body, x!),
  expm1: (body, ...[x]) => emitExpm1(body, x!),
  log: (body, ...[x]) => emitLog(body, x!),
  log1p: (body, ...[x]) => emitLog1p(body, x!),
  sin: (body, ...[x]) => emitSin(body, x!),
  cos: (body, ...[x]) => emitCos(body, x!),
  atan: (body, ...[x]) => emitAtan(body, x!),
  tanh: (body, ...[x]) => emitTanh(body, x!),
  erf: (body, ...[x]) => emitErf(body, x!),
};
