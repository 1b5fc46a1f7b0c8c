import type { Taps } from "@dl/backend";
import {
  emitResample,
  ROW_TAP_BYTES,
  ROWS_AT_ONCE,
  type ResampleExports,
} from "../kernels/resample.ts";
import { splitRange } from "../threads/split-range.ts";
import { splitAtAxis } from "./axis-split.ts";
import type { RoutineImplementation } from "./routine.ts";

/** Rows below this are not worth the transposes. */
const fewestRows = 4;

export const resample: RoutineImplementation<"resample"> = (device) => {
  let linked: ResampleExports | undefined;
  return (program) => {
    const { axis, positions, weights } = program.settings;
    const { outer, size, inner } = splitAtAxis(program.inputs[0]!.layout.shape, axis);
    const count = positions.length;
    const isAlongRows = inner === 1 && outer >= fewestRows;
    const table = tapWords({ positions, weights }, isAlongRows ? ROW_TAP_BYTES : 4 * inner);
    const terms = positions.reduce((sum, row) => sum + row.length, count);
    const work = (outer * inner * terms) / 2;
    const units = isAlongRows ? Math.ceil(outer / ROWS_AT_ONCE) : outer;
    const partBytes = isAlongRows ? ROW_TAP_BYTES * size : 0;
    return (inputs, outputs) => {
      linked ??= device.link<ResampleExports>(emitResample);
      const [x, y] = [device.bindingAddress(inputs[0]!), device.address(outputs[0]!)];
      const parts = device.parts(units, work);
      const tableBytes = Math.ceil(table.byteLength / 16) * 16;
      device.withScratch(tableBytes + parts * partBytes + 16, (taps) => {
        device.memory.i32.set(table, taps / 4);
        device.runParts(linked!, parts, work, ({ alongRows, acrossRows }, part) => {
          const [begin, end] = splitRange(units, parts, part);
          if (isAlongRows)
            alongRows(
              x,
              y,
              taps,
              begin,
              end,
              outer,
              size,
              count,
              taps + tableBytes + part * partBytes,
            );
          else acrossRows(x, y, taps, begin, end, size, count, inner);
        });
      });
    };
  };
};

/** For each result how many taps it has, then where each begins in bytes, and its weight. */
function tapWords({ positions, weights }: Taps, bytes: number): Int32Array {
  const words: number[] = [];
  const bits = new Int32Array(1);
  const float = new Float32Array(bits.buffer);
  positions.forEach((row, i) => {
    words.push(row.length);
    row.forEach((position, tap) => {
      float[0] = weights[i]![tap]!;
      words.push(position * bytes, bits[0]!);
    });
  });
  return Int32Array.from(words);
}
