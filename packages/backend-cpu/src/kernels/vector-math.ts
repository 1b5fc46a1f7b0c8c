import { emitNormalFromBits } from "../random.ts";
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

/** The scalar instructions that are code of ours; `mod` and `pow` have two operands. */
type VectorFunctionTable = Readonly<
  Record<
    | "mod"
    | "pow"
    | "exp"
    | "expm1"
    | "log"
    | "log1p"
    | "sin"
    | "cos"
    | "atan"
    | "tanh"
    | "erf"
    | "normalFromBits",
    VectorFunction
  >
>;

/** By name; a backend may have been made with some of them only. */
export type VectorFunctions = Partial<VectorFunctionTable>;

/** What a softmax with its loss needs; measured errors in docs/cpu-accuracy.md. */
export const softmaxFunctions: Pick<VectorFunctionTable, "exp" | "log"> = {
  exp: (body, ...[x]) => emitExp(body, x!),
  log: (body, ...[x]) => emitLog(body, x!),
};

/** The others. */
export const moreFunctions: Omit<VectorFunctionTable, keyof typeof softmaxFunctions> = {
  mod: (body, ...[x, y]) => emitModulo(body, x!, y!),
  pow: (body, ...[x, y]) => emitPow(body, x!, y!),
  expm1: (body, ...[x]) => emitExpm1(body, x!),
  log1p: (body, ...[x]) => emitLog1p(body, x!),
  sin: (body, ...[x]) => emitSin(body, x!),
  cos: (body, ...[x]) => emitCos(body, x!),
  atan: (body, ...[x]) => emitAtan(body, x!),
  tanh: (body, ...[x]) => emitTanh(body, x!),
  erf: (body, ...[x]) => emitErf(body, x!),
  normalFromBits: (body, ...[bits]) => emitNormalFromBits(body, bits!),
};
