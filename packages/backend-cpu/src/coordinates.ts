import type { FunctionBuilder, Local } from "./wasm/function-builder.ts";

/**
 * Splits a row-major position into coordinates, the last axis first, and calls `emit` with each.
 * `linear` is used up.
 */
export function eachCoordinate(
  body: FunctionBuilder,
  linear: Local,
  sizes: readonly Local[],
  emit: (coordinate: Local, axis: number) => void,
): void {
  body.scope(() => {
    const coordinate = body.local("i32");
    for (let axis = sizes.length - 1; axis > 0; axis--) {
      body.op("i32.rem_u", linear, sizes[axis]!).set(coordinate);
      body.op("i32.div_u", linear, sizes[axis]!).set(linear);
      emit(coordinate, axis);
    }
    if (sizes.length > 0) emit(linear, 0);
  });
}
