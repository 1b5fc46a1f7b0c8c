import type { FunctionBuilder, Local } from "../wasm/function-builder.ts";
import type { ModuleBuilder } from "../wasm/module-builder.ts";
import { emitPlanes } from "./planes.ts";
import { eachStrip, locals, sumTaps, type Locals } from "./tap-sums.ts";

type Kernel = (...parameters: number[]) => void;
export type PlaneFilterExports = Readonly<
  Record<"filterPlanes" | "joinColumns" | "fillZero" | "addTo" | "copyPlanes" | TapSums, Kernel>
>;

/** As many sums as fit into registers, besides what is read. */
export const MOST_TAPS_AT_ONCE = 9;
const counts = [1, 2, 3, 4, 5, 6, 7, 8, 9] as const;
type TapSums = `sumTaps${(typeof counts)[number]}`;

/**
 * Exports those of `emitPlanes` and, all steps in bytes:
 * - `filterPlanes(source, row, plane, taps, end, weights, weightPlane, target, targetRow, targetPlane, planes, rows,
 *   columns)`: target[y][x] = Σ weight · source[y][x + offset], the taps pairs of byte offsets in a plane and in weights;
 * - `sumTapsN(source, row, plane, offsets, change, changeRow, changePlane, sums, sumPlane, planes, rows, columns)`:
 *   sums[t] += Σ change[y][x] · source[y][x + offsets[t]], for N offsets;
 * - `joinColumns(even, odd, row, plane, target, targetRow, targetPlane, planes, rows, columns)`: target[y][2 x] =
 *   even[y][x], target[y][2 x + 1] = odd[y][x], for so many x in all; rows of odd are not longer than those of even.
 */
export function emitPlaneFilters(module: ModuleBuilder): void {
  emitPlanes(module);
  module.exported("filterPlanes", Array<"i32">(13).fill("i32"), [], emitFilterPlanes);
  module.exported("joinColumns", Array<"i32">(10).fill("i32"), [], emitJoinColumns);
  for (const count of counts)
    module.exported(`sumTaps${count}`, Array<"i32">(12).fill("i32"), [], (body) =>
      emitSumTaps(body, count),
    );
}

const add = (body: FunctionBuilder, to: Local, step: Local | number): void => {
  body.op("i32.add", to, step).set(to);
};

function emitFilterPlanes(body: FunctionBuilder): void {
  const [source, row, plane, taps, end, weights, weightPlane, target, targetRow] =
    body.parameters as unknown as Locals<13>;
  const [targetPlane, planes, rows, columns] = body.parameters.slice(9) as Locals<4>;
  const [p, y, from, to, rowBytes, column, base, at] = locals(body, "i32", 8);
  const sums = locals(body, "v128", 8);
  const strip = (vectors: number): void => {
    body.op("i32.add", from, column).set(base);
    sumTaps(body, taps, end, base, sums.slice(0, vectors), "v128.load", weights);
    body.op("i32.add", to, column).set(at);
    for (let j = 0; j < vectors; j++) body.store("v128.store", at, sums[j], 16 * j);
  };
  body.op("i32.shl", columns, 2).set(rowBytes);
  body.countUp(p, planes, 1, () => {
    body.get(source).set(from);
    body.get(target).set(to);
    body.get(0).set(y);
    body.countUp(y, rows, 1, () => {
      eachStrip(body, rowBytes, column, [8, 4, 2, 1], strip, () => {
        body.op("i32.add", from, column).set(base);
        sumTaps(body, taps, end, base, sums.slice(0, 1), "v128.load32_zero", weights);
        body.op("i32.add", to, column).set(at);
        body.memoryLane("v128.store32_lane", 0, at, sums[0]);
      });
      add(body, from, row);
      add(body, to, targetRow);
    });
    add(body, source, plane);
    add(body, target, targetPlane);
    add(body, weights, weightPlane);
  });
}

function emitJoinColumns(body: FunctionBuilder): void {
  const [even, odd, row, plane, target, targetRow, targetPlane, planes, rows, columns] =
    body.parameters as unknown as Locals<10>;
  const [p, y, x, whole, from, to, at, other] = locals(body, "i32", 8);
  const [low, high, joined] = locals(body, "v128", 3);
  body.op("i32.sub", odd, even).set(odd);
  body.op("i32.and", columns, -8).set(whole);
  body.countUp(p, planes, 1, () => {
    body.get(even).set(from);
    body.get(target).set(to);
    body.get(0).set(y);
    body.countUp(y, rows, 1, () => {
      body.get(from).set(at);
      body.get(to).set(other);
      body.get(0).set(x);
      body.countUp(x, whole, 8, () => {
        body.load("v128.load", at).set(low);
        body.op("i32.add", at, odd).load("v128.load").set(high);
        body.shuffle32([0, 4, 1, 5], low, high).set(joined);
        body.store("v128.store", other, joined);
        body.shuffle32([2, 6, 3, 7], low, high).set(joined);
        body.store("v128.store", other, joined, 16);
        add(body, at, 16);
        add(body, other, 32);
      });
      body.countUp(x, columns, 1, () => {
        body.get(other).load("i32.load", at);
        body.op("i32.add", at, odd).load("i32.load").op("i32.and", x, 1).op("i32.eqz").select();
        body.store("i32.store");
        body.op("i32.and", x, 1).op("i32.shl", 2).op("i32.add", at).set(at);
        add(body, other, 4);
      });
      add(body, from, row);
      add(body, to, targetRow);
    });
    add(body, even, plane);
    add(body, target, targetPlane);
  });
}

function emitSumTaps(body: FunctionBuilder, count: number): void {
  const [source, row, plane, offsets, change, changeRow, changePlane, sums, sumPlane] =
    body.parameters as unknown as Locals<12>;
  const [planes, rows, columns] = body.parameters.slice(9) as Locals<3>;
  const [p, y, from, by, at, whole, end, line] = locals(body, "i32", 8);
  const steps = Array.from({ length: count }, () => body.local("i32"));
  const totals = steps.map(() => body.local("v128"));
  const factor = body.local("v128");
  const zero = body.constant("f32x4", 0);
  const addProducts = (load: "v128.load" | "v128.load32_zero", bytes: number): void => {
    body.load(load, by).set(factor);
    steps.forEach((step, t) => {
      body.op("i32.add", at, step).load(load).multiplyAdd(factor, totals[t]!).set(totals[t]!);
    });
    add(body, at, bytes);
  };
  steps.forEach((step, t) => body.load("i32.load", offsets, 4 * t).set(step));
  body.countUp(p, planes, 1, () => {
    for (const total of totals) body.get(zero).set(total);
    body.get(source).set(from);
    body.get(change).set(line);
    body.get(0).set(y);
    body.countUp(y, rows, 1, () => {
      body.get(from).set(at);
      body.get(line).set(by);
      body.op("i32.shl", columns, 2).op("i32.add", line).set(end);
      body.op("i32.and", columns, -4).op("i32.shl", 2).op("i32.add", line).set(whole);
      body.countUp(by, whole, 16, () => addProducts("v128.load", 16));
      body.countUp(by, end, 4, () => addProducts("v128.load32_zero", 4));
      add(body, from, row);
      add(body, line, changeRow);
    });
    totals.forEach((total, t) => {
      body.shuffle32([2, 3, 0, 1], total, total).op("f32x4.add", total).set(total);
      body.shuffle32([1, 0, 3, 2], total, total).op("f32x4.add", total).set(total);
      body
        .load("v128.load32_zero", sums, 4 * t)
        .op("f32x4.add", total)
        .set(total);
      body.memoryLane("v128.store32_lane", 0, sums, total, 4 * t);
    });
    add(body, source, plane);
    add(body, change, changePlane);
    add(body, sums, sumPlane);
  });
}
