import { splitAtAxis } from "./axis-split.ts";
import type { RoutineImplementation } from "./routine.ts";

/** Floats are summed in float64 and rounded as they are written. */
export const scan: RoutineImplementation<"scan"> = (device) => (program) => {
  const { op, axis, exclusive, reverse } = program.settings;
  const { outer, size, inner } = splitAtAxis(program.result.shape, axis);
  const { dtype } = program.result;
  const combine = combination(op, dtype === "float32", dtype === "bool");
  const start = op === "sum" ? 0 : 1;
  const [first, step] = reverse ? [(size - 1) * inner, -inner] : [0, inner];
  return (inputs, outputs) => {
    const elements = dtype === "float32" ? device.memory.f32 : device.memory.i32;
    const from = device.bindingAddress(inputs[0]!) / 4;
    const to = device.address(outputs[0]!) / 4;
    const running = new Float64Array(inner);
    for (let o = 0; o < outer; o++) {
      running.fill(start);
      for (let i = 0, row = o * size * inner + first; i < size; i++, row += step)
        for (let j = 0; j < inner; j++) {
          const before = running[j]!;
          const after = combine(before, elements[from + row + j]!);
          running[j] = after;
          elements[to + row + j] = exclusive ? before : after;
        }
    }
  };
};

/** Of bools the sum is "any" and the product "all". */
function combination(
  op: "sum" | "prod",
  isFloat: boolean,
  isBool: boolean,
): (a: number, b: number) => number {
  if (isFloat) return op === "sum" ? (a, b) => a + b : (a, b) => a * b;
  if (isBool) return op === "sum" ? (a, b) => a | b : (a, b) => a & b;
  return op === "sum" ? (a, b) => (a + b) | 0 : (a, b) => Math.imul(a, b);
}
