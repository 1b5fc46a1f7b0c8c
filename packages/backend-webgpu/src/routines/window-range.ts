import type { KernelBuilder } from "../kernel-builder.ts";

/**
 * Declares `inside(count, step, start, size)`: how many of the taps start, start + step, ... fall
 * inside an axis.
 */
export function declareInside(kernel: KernelBuilder): void {
  kernel.declare(`fn inside(count: i32, step: i32, start: i32, size: i32) -> i32 {
if (start >= size) { return 0; }
let first = (max(-start, 0) + step - 1) / step;
let end = min(count, (size - 1 - start) / step + 1);
return max(end - first, 0);
}`);
}
