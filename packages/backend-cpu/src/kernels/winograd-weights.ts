import type { Local } from "../wasm/function-builder.ts";
import type { ModuleBuilder } from "../wasm/module-builder.ts";
import { TILE_ROWS } from "./micro-kernel.ts";
import { gather4 } from "./pack.ts";
import { axisMaps, transform2d } from "./winograd-transforms.ts";
import {
  binsOf,
  integers,
  slotsOf,
  type Locals,
  type WinogradTransform,
} from "./winograd-tiles.ts";

/**
 * Exports `winogradWeights(weight, u, rows, depths, rowStride, depthStride, tapRowStride, tapStride)`, strides in
 * bytes: transformed weights, for each bin in panels of 4 rows, slot after slot, depth after depth.
 */
export function emitWinogradWeights(module: ModuleBuilder, transform: WinogradTransform): void {
  const { rows: vertical, columns: horizontal } = transform;
  module.exported("winogradWeights", Array<"i32">(8).fill("i32"), [], (body) => {
    const [weight, u, rows, depths, rowStride, depthStride, tapRow, tap] =
      body.parameters as unknown as Locals;
    const [row, depth, slotBytes, binBytes, last] = integers(body, 5);
    const lines = integers(body, TILE_ROWS).slice(0, TILE_ROWS);
    const lanes = integers(body, TILE_ROWS).slice(0, TILE_ROWS);
    const bins = binsOf(transform);
    const panels = bins.map(() => body.local("i32"));
    const add = (local: Local, step: Local): void => {
      body.op("i32.add", local, step).set(local);
    };
    body.op("i32.sub", rows, 1).set(last);
    body.op("i32.shl", depths, 4).set(slotBytes);
    body.op("i32.add", rows, TILE_ROWS - 1).op("i32.shr_u", 2);
    body.op("i32.mul", slotBytes).set(binBytes);
    bins.forEach(({ before }, i) => {
      body.op("i32.mul", binBytes, before).op("i32.add", u).set(panels[i]!);
    });
    // From the last tap of a row to the first of the next.
    body.get(tapRow).op("i32.mul", tap, horizontal.taps).op("i32.sub").set(tapRow);
    body.countUp(row, rows, TILE_ROWS, () => {
      lines.forEach((line, i) => {
        // Rows past the end repeat the last.
        body.op("i32.add", row, i).tee(line).get(last).op("i32.lt_u", line, last).select();
        body.op("i32.mul", rowStride).op("i32.add", weight).set(line);
      });
      body.get(0).set(depth);
      body.countUp(depth, depths, 1, () => {
        body.scope(() => {
          lanes.forEach((lane, i) => body.get(lines[i]!).set(lane));
          const loadTaps = (): Local[] => {
            const taps = Array.from({ length: horizontal.taps }, () => {
              const vector = body.local("v128");
              gather4(body, lanes, vector);
              for (const lane of lanes) add(lane, tap);
              return vector;
            });
            for (const lane of lanes) add(lane, tapRow);
            return taps;
          };
          const maps = [axisMaps.weight(vertical), axisMaps.weight(horizontal)] as const;
          const value = transform2d(body, vertical.taps, loadTaps, ...maps);
          slotsOf(transform).forEach(({ bin, y, x }, slot) => {
            const vector = value(y, x);
            body.op("i32.mul", slotBytes, slot - bins[bin]!.before).op("i32.add", panels[bin]!);
            body.get(vector).store("v128.store");
          });
          for (const line of lines) add(line, depthStride);
          for (const panel of panels) body.op("i32.add", panel, 4 * TILE_ROWS).set(panel);
        });
      });
      // A panel's first slot is behind; the others follow.
      bins.forEach(({ slots }, i) => {
        body
          .op("i32.mul", slotBytes, slots - 1)
          .op("i32.add", panels[i]!)
          .set(panels[i]!);
      });
    });
  });
}

/**
 * Exports `winogradWeightGradient(sums, dweight, rows, depths)`: from sums of products, for each bin
 * [rows, slot, depth], to the gradient [rows, depths, taps]. May read 12 bytes past the sums.
 */
export function emitWinogradWeightGradient(
  module: ModuleBuilder,
  transform: WinogradTransform,
): void {
  const { rows: vertical, columns: horizontal } = transform;
  const taps = vertical.taps * horizontal.taps;
  module.exported("winogradWeightGradient", Array<"i32">(4).fill("i32"), [], (body) => {
    const [sums, dweight, rows, depths] = body.parameters as unknown as Locals;
    const [row, depth, depthBytes, at, position] = integers(body, 5);
    const [bins, order] = [binsOf(transform), slotsOf(transform)];
    const lines = bins.map(() => body.local("i32"));
    body.op("i32.shl", depths, 2).set(depthBytes);
    bins.forEach(({ before }, i) => {
      body.op("i32.mul", depthBytes, before).op("i32.mul", rows).op("i32.add", sums);
      body.set(lines[i]!);
    });
    body.countUp(row, rows, 1, () => {
      body.get(0).set(depth);
      body.countUp(depth, depths, 4, () => {
        body.scope(() => {
          const loadSums = (y: number): Local[] =>
            horizontal.slots.map((_, x) => {
              const slot = order.findIndex((other) => other.y === y && other.x === x);
              const { bin } = order[slot]!;
              const vector = body.local("v128");
              body.op("i32.mul", depthBytes, slot - bins[bin]!.before).op("i32.add", lines[bin]!);
              body.op("i32.shl", depth, 2).op("i32.add").load("v128.load").set(vector);
              return vector;
            });
          const maps = [vertical, horizontal].map(axisMaps.weightGradient);
          const value = transform2d(body, vertical.slots.length, loadSums, maps[0]!, maps[1]!);
          const gradients = Array.from({ length: taps }, (_, tap) =>
            value(Math.floor(tap / horizontal.taps), tap % horizontal.taps),
          );
          body.op("i32.mul", row, depths).op("i32.add", depth).set(position);
          body
            .op("i32.mul", position, 4 * taps)
            .op("i32.add", dweight)
            .set(at);
          for (let lane = 0; lane < 4; lane++)
            body
              .op("i32.add", depth, lane)
              .op("i32.lt_u", depths)
              .if(() => {
                gradients.forEach((gradient, tap) =>
                  body.memoryLane("v128.store32_lane", lane, at, gradient, 4 * (lane * taps + tap)),
                );
              });
        });
      });
      bins.forEach(({ slots }, i) => {
        body.op("i32.mul", depthBytes, slots).op("i32.add", lines[i]!).set(lines[i]!);
      });
    });
  });
}
