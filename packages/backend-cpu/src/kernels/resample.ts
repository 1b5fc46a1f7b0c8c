import type { FunctionBuilder, Local } from "../wasm/function-builder.ts";
import type { ModuleBuilder } from "../wasm/module-builder.ts";
import { gather4, transpose4 } from "./pack.ts";
import { eachStrip, locals, sumTaps, type Locals } from "./tap-sums.ts";

type Kernel = (...parameters: number[]) => void;
export type ResampleExports = Readonly<Record<"acrossRows" | "alongRows", Kernel>>;

/** Rows whose elements lie side by side in the scratch of `alongRows`. */
export const ROWS_AT_ONCE = 8;
/** Bytes of one position there. */
export const ROW_TAP_BYTES: number = 4 * ROWS_AT_ONCE;
const GROUPS = ROWS_AT_ONCE / 4;

/**
 * Exports weighted sums of positions along an axis. `taps` has a count for each result, then as many
 * pairs of a byte offset and a weight:
 * - `acrossRows(x, y, taps, begin, end, size, count, inner)`: [.., size, inner] → [.., count, inner],
 *   lanes along `inner`, offsets from the outer unit's first element;
 * - `alongRows(x, y, taps, begin, end, rows, size, count, scratch)`: [rows, size] → [rows, count], lanes
 *   across rows, a unit is {@link ROWS_AT_ONCE} of them, offsets from `scratch`, which has room for
 *   {@link ROW_TAP_BYTES} for each position.
 */
export function emitResample(module: ModuleBuilder): void {
  module.exported("acrossRows", Array<"i32">(8).fill("i32"), [], emitAcrossRows);
  module.exported("alongRows", Array<"i32">(9).fill("i32"), [], emitAlongRows);
}

/** Moves `taps` behind a result's taps: `first` is where those begin. */
function nextResult(body: FunctionBuilder, taps: Local, first: Local): void {
  body.op("i32.add", taps, 4).set(first);
  body.load("i32.load", taps).op("i32.shl", 3).op("i32.add", first).set(taps);
}

function emitAcrossRows(body: FunctionBuilder): void {
  const [x, y, taps, begin, end, size, count, inner] = body.parameters as unknown as Locals<8>;
  const [source, target, rowBytes, first, next, result, column, base, at] = locals(body, "i32", 9);
  const sums = locals(body, "v128", 4);
  const strip = (vectors: number): void => {
    body.op("i32.add", source, column).set(base);
    sumTaps(body, first, next, base, sums.slice(0, vectors));
    body.op("i32.add", target, column).set(at);
    for (let j = 0; j < vectors; j++) body.store("v128.store", at, sums[j], 16 * j);
  };
  body.op("i32.shl", inner, 2).set(rowBytes);
  body.op("i32.mul", rowBytes, begin).op("i32.mul", size).op("i32.add", x).set(source);
  body.op("i32.mul", rowBytes, begin).op("i32.mul", count).op("i32.add", y).set(target);
  body.countUp(begin, end, 1, () => {
    body.get(taps).set(next);
    body.get(0).set(result);
    body.countUp(result, count, 1, () => {
      nextResult(body, next, first);
      eachStrip(body, rowBytes, column, [4, 1], strip, () => {
        body.op("i32.add", source, column).set(base);
        sumTaps(body, first, next, base, sums.slice(0, 1), "v128.load32_zero");
        body.op("i32.add", target, column).set(at);
        body.memoryLane("v128.store32_lane", 0, at, sums[0]);
      });
      body.op("i32.add", target, rowBytes).set(target);
    });
    body.op("i32.mul", rowBytes, size).op("i32.add", source).set(source);
  });
}

function emitAlongRows(body: FunctionBuilder): void {
  const [x, y, taps, begin, end, rows, size, count, scratch] =
    body.parameters as unknown as Locals<9>;
  const [row, last, first, next, at, k, whole] = locals(body, "i32", 7);
  const from = Array.from({ length: ROWS_AT_ONCE }, () => body.local("i32"));
  const to = from.map(() => body.local("i32"));
  const vectors = Array.from({ length: GROUPS }, () => locals(body, "v128", 4));
  const advance = (lines: readonly Local[], bytes: number): void => {
    for (const line of lines) body.op("i32.add", line, bytes).set(line);
  };
  const ofGroup = (lines: readonly Local[], group: number): Local[] =>
    lines.slice(4 * group, 4 * group + 4);

  body.op("i32.sub", rows, 1).set(last);
  body.countUp(begin, end, 1, () => {
    // Rows that are missing at the end are the last one again.
    from.forEach((line, i) => {
      body.op("i32.shl", begin, 3).op("i32.add", i).set(row);
      body.get(row, last).op("i32.lt_u", row, last).select().set(row);
      body.op("i32.mul", row, size).op("i32.shl", 2).op("i32.add", x).set(line);
      body.op("i32.mul", row, count).op("i32.shl", 2).op("i32.add", y).set(to[i]!);
    });

    body.get(scratch).set(at);
    body.op("i32.and", size, -4).set(whole);
    body.get(0).set(k);
    body.countUp(k, whole, 4, () => {
      vectors.forEach((group, g) => {
        ofGroup(from, g).forEach((line, i) => body.load("v128.load", line).set(group[i]!));
        transpose4(body, group);
        group.forEach((vector, i) =>
          body.store("v128.store", at, vector, ROW_TAP_BYTES * i + 16 * g),
        );
      });
      advance(from, 16);
      body.op("i32.add", at, 4 * ROW_TAP_BYTES).set(at);
    });
    body.countUp(k, size, 1, () => {
      vectors.forEach(([vector], g) => {
        gather4(body, ofGroup(from, g), vector);
        body.store("v128.store", at, vector, 16 * g);
      });
      advance(from, 4);
      body.op("i32.add", at, ROW_TAP_BYTES).set(at);
    });

    body.get(taps).set(next);
    body.op("i32.and", count, -4).set(whole);
    body.get(0).set(k);
    body.countUp(k, whole, 4, () => {
      for (let i = 0; i < 4; i++) {
        nextResult(body, next, first);
        sumTaps(
          body,
          first,
          next,
          scratch,
          vectors.map((group) => group[i]!),
        );
      }
      vectors.forEach((group, g) => {
        transpose4(body, group);
        ofGroup(to, g).forEach((line, i) => body.store("v128.store", line, group[i]));
      });
      advance(to, 16);
    });
    body.countUp(k, count, 1, () => {
      nextResult(body, next, first);
      sumTaps(
        body,
        first,
        next,
        scratch,
        vectors.map(([vector]) => vector),
      );
      vectors.forEach(([vector], g) =>
        ofGroup(to, g).forEach((line, i) => body.memoryLane("v128.store32_lane", i, line, vector)),
      );
      advance(to, 4);
    });
  });
}
