import type { DType } from "@dl/backend";
import { constantText } from "../expression-code.ts";
import { lowest } from "../folds.ts";
import { indexRoutineNumber, type IndexRoutine } from "../index-faults.ts";
import { elementType, type KernelBuilder } from "../kernel-builder.ts";

/**
 * Declares `is_inside(index)`: whether an index lies on an axis of `size`; notes the first that does
 * not for the host.
 */
export function declareIsInside(kernel: KernelBuilder, routine: IndexRoutine, size: number): void {
  kernel.bind("indexFault");
  kernel.declare(`fn is_inside(index: i32) -> bool {
let size = ${kernel.fixed(size)};
if (bitcast<u32>(index) < size) { return true; }
if (atomicExchange(&index_fault[0], 1u) == 0u) {
atomicStore(&index_fault[1], ${indexRoutineNumber(routine)}u);
atomicStore(&index_fault[2], bitcast<u32>(index));
atomicStore(&index_fault[3], size);
}
return false;
}`);
}

/** What is read where there is no element: NaN, or the least number of a type without it. */
export function nothing(kernel: KernelBuilder, dtype: DType): string {
  return constantText(kernel, dtype === "float32" ? NaN : lowest(dtype), elementType(dtype));
}
