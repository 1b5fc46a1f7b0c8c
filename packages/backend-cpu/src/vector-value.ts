import type { FunctionBuilder, Local } from "./wasm/function-builder.ts";

/** Four lanes of a value. A bool is a word 0 or 1 in memory, but a comparison's all-ones mask here. */
export interface VectorValue {
  readonly local: Local;
  readonly isMask: boolean;
}

/** Pushes a value as numbers: a mask becomes 0 or 1. */
export function pushWord(body: FunctionBuilder, value: VectorValue): void {
  body.get(value.local);
  if (value.isMask) body.op("v128.and", body.constant("i32x4", 1));
}
