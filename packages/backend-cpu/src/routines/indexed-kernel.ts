import { ArgumentReader } from "../argument-block.ts";
import type { CpuDevice, Kernel } from "../cpu-device.ts";
import type { FunctionBuilder, Local } from "../wasm/function-builder.ts";
import type { ModuleBuilder } from "../wasm/module-builder.ts";
import type { IndexedRows } from "./indexed-rows.ts";

/** `gather` reads the indexed elements; the others change them. */
export type IndexedOp = "gather" | "replace" | "addFloat" | "addInteger" | "either";

const ops: readonly IndexedOp[] = ["gather", "replace", "addFloat", "addInteger", "either"];

const linked = new WeakMap<CpuDevice, Readonly<Record<IndexedOp, Kernel>>>();

/** One module serves gather and scatter. */
function kernelsOf(device: CpuDevice): Readonly<Record<IndexedOp, Kernel>> {
  let kernels = linked.get(device);
  if (kernels === undefined) {
    kernels = device.link<Readonly<Record<IndexedOp, Kernel>>>((module) => {
      for (const op of ops) emitIndexed(module, op);
    });
    linked.set(device, kernels);
  }
  return kernels;
}

/**
 * Goes over all indices in row-major order. `elements` is what is indexed, `others` what lies beside
 * the indices; byte addresses. Indices have been checked.
 */
export function runIndexed(
  device: CpuDevice,
  op: IndexedOp,
  { starts, rowLength, axisStride, step }: IndexedRows,
  elements: number,
  indices: number,
  others: number,
): void {
  // Rows of a scatter along another axis than the last may change the same elements.
  const isIndependent = op === "gather" || step === 0;
  const work = isIndependent ? 4 * starts.length * rowLength : 0;
  device.withScratch(4 * starts.length, (table) => {
    const { i32 } = device.memory;
    i32.set(starts, table / 4);
    const words = [elements, indices, others, table, rowLength, axisStride, step];
    for (let i = 0; i < words.length; i++) i32[device.argumentsStart + i] = words[i]!;
    device.run(kernelsOf(device)[op], starts.length, work);
  });
}

/** Exports one kernel. A unit of work is one row of indices. */
function emitIndexed(module: ModuleBuilder, op: IndexedOp): void {
  module.exported(op, ["i32", "i32", "i32", "i32"], [], (body) => {
    const [args, , begin, end] = body.parameters as [Local, Local, Local, Local];
    const words = new ArgumentReader(body, args);
    const [elements, indices, others, table, rowLength, axisStride, step] = words.integers(7) as [
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
    ];
    const [start, column, place, at, beside] = Array.from({ length: 5 }, () =>
      body.local("i32"),
    ) as [Local, Local, Local, Local, Local];
    body.countUp(begin, end, 1, () => {
      body.op("i32.shl", begin, 2).op("i32.add", table).load("i32.load").set(start);
      body.op("i32.mul", begin, rowLength).op("i32.shl", 2).set(place);
      body.op("i32.add", place, indices).set(at);
      body.op("i32.add", place, others).set(beside);
      body.get(0).set(column);
      body.countUp(column, rowLength, 1, () => {
        body.load("i32.load", at).op("i32.mul", axisStride).op("i32.add", start);
        body.op("i32.shl", 2).op("i32.add", elements).set(place);
        emitElement(body, op, place, beside);
        body.op("i32.add", start, step).set(start);
        body.op("i32.add", at, 4).set(at);
        body.op("i32.add", beside, 4).set(beside);
      });
    });
  });
}

function emitElement(body: FunctionBuilder, op: IndexedOp, place: Local, beside: Local): void {
  switch (op) {
    case "gather":
      body.get(beside).load("i32.load", place).store("i32.store");
      return;
    case "replace":
      body.get(place).load("i32.load", beside).store("i32.store");
      return;
    case "addFloat":
      body.get(place).load("f32.load", place).load("f32.load", beside).op("f32.add");
      body.store("f32.store");
      return;
    case "addInteger":
      body.get(place).load("i32.load", place).load("i32.load", beside).op("i32.add");
      body.store("i32.store");
      return;
    case "either":
      body.get(place).load("i32.load", place).load("i32.load", beside).op("i32.or");
      body.store("i32.store");
  }
}
