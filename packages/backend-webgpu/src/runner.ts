import type { Operand } from "./memory/buffer-pool.ts";

/** A program made ready to run: operands are its inputs, then its outputs. */
export type Runner = (operands: readonly Operand[], scalars: readonly number[]) => void;
