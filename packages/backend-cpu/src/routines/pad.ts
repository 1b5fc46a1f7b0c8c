import { contiguousStrides, elementCount } from "@dl/backend";
import { copyWords } from "./copy-words.ts";
import type { RoutineImplementation } from "./routine.ts";

/** Cells of one axis that survive a crop, and where they go. */
interface AxisCells {
  readonly first: number;
  readonly end: number;
  place(cell: number): number;
}

export const pad: RoutineImplementation<"pad"> = (device) => (program) => {
  const { before, interior, value } = program.settings;
  const from = program.inputs[0]!.layout.shape;
  const { shape: to, dtype } = program.result;
  const outputCount = elementCount(to);
  const axes = from.map((size, axis) =>
    survivingCells(size, to[axis]!, before[axis]!, interior[axis]! + 1),
  );
  const last = axes.pop() ?? survivingCells(1, 1, 0, 1);
  const [fromStrides, toStrides] = [contiguousStrides(from), contiguousStrides(to)];
  let rows: { from: number; to: number }[] = [{ from: 0, to: 0 }];
  axes.forEach(({ first, end, place }, axis) => {
    rows = rows.flatMap((row) =>
      Array.from({ length: end - first }, (_, i) => ({
        from: row.from + (first + i) * fromStrides[axis]!,
        to: row.to + place(first + i) * toStrides[axis]!,
      })),
    );
  });
  const count = last.end - last.first;
  const step = (interior.at(-1) ?? 0) + 1;
  const places = rows.map((row) => row.to + last.place(last.first));
  const sources = rows.map((row) => row.from + last.first);
  return (inputs, outputs) => {
    const { i32, f32 } = device.memory;
    const source = device.bindingAddress(inputs[0]!) / 4;
    const target = device.address(outputs[0]!) / 4;
    if (dtype === "float32") f32.fill(value, target, target + outputCount);
    else i32.fill(dtype === "bool" ? Number(value !== 0) : value, target, target + outputCount);
    for (let row = 0; row < places.length; row++) {
      const [at, start] = [source + sources[row]!, target + places[row]!];
      if (step === 1) copyWords(i32, at, start, count);
      else for (let i = 0; i < count; i++) i32[start + i * step] = i32[at + i]!;
    }
  };
};

/** A negative border crops: cells placed before 0 or past the end go. */
function survivingCells(size: number, newSize: number, before: number, step: number): AxisCells {
  const first = Math.max(0, Math.ceil(-before / step));
  const end = Math.min(size, Math.floor((newSize - 1 - before) / step) + 1);
  return { first, end: Math.max(first, end), place: (cell) => before + cell * step };
}
