import { indexOutOfRange, type RoutineName } from "@dl/backend";
import type { CpuDevice } from "../cpu-device.ts";
import type { Local } from "../wasm/function-builder.ts";
import type { ModuleBuilder } from "../wasm/module-builder.ts";

type FirstOutside = (indices: number, count: number, size: number) => number;

const linked = new WeakMap<CpuDevice, FirstOutside>();

/**
 * Refuses indices outside 0 to size - 1 before anything is written, so that no index ever reaches
 * another buffer; `indices` is a byte address.
 *
 * @throws {BackendError} naming the first.
 */
export function checkIndices(
  device: CpuDevice,
  routine: RoutineName,
  indices: number,
  count: number,
  size: number,
): void {
  let firstOutside = linked.get(device);
  if (firstOutside === undefined) {
    firstOutside = device.link<{ firstOutside: FirstOutside }>(emitFirstOutside).firstOutside;
    linked.set(device, firstOutside);
  }
  const position = firstOutside(indices, count, size);
  if (position === count) return;
  const index = device.memory.i32[indices / 4 + position]!;
  throw indexOutOfRange(routine, index, size);
}

/** Exports `firstOutside`: the position of the first index not below `size`, unsigned; else `count`. */
function emitFirstOutside(module: ModuleBuilder): void {
  module.exported("firstOutside", ["i32", "i32", "i32"], ["i32"], (body) => {
    const [indices, count, size] = body.parameters as [Local, Local, Local];
    const [at, vectorEnd, end] = [0, 1, 2].map(() => body.local("i32")) as [Local, Local, Local];
    const limit = body.local("v128");
    body.op("i32x4.splat", size).set(limit);
    body.get(indices).set(at);
    body.op("i32.shl", count, 2).op("i32.add", indices).set(end);
    body.op("i32.and", count, -4).op("i32.shl", 2).op("i32.add", indices).set(vectorEnd);
    body.block((found) => {
      body.block((near) => {
        body.countUp(at, vectorEnd, 16, () => {
          body.load("v128.load", at).op("i32x4.ge_u", limit).op("v128.any_true").branchIf(near);
        });
      });
      body.countUp(at, end, 4, () => {
        body.load("i32.load", at).op("i32.ge_u", size).branchIf(found);
      });
    });
    body.op("i32.sub", at, indices).op("i32.shr_u", 2);
  });
}
