import { ArgumentReader } from "../argument-block.ts";
import { emitIota } from "../expression-code.ts";
import type { FunctionBuilder, Local } from "../wasm/function-builder.ts";
import type { ModuleBuilder } from "../wasm/module-builder.ts";
import { keepBetter } from "./pool-kernel.ts";

/**
 * Exports `run` for 2 x 2 windows at stride 2 without padding, four windows at a time. A unit of
 * work is one row of windows; rows hold at least four.
 *
 * Words: x, values, positions, height, width, rows and columns of windows.
 */
export function emitMaxPool2x2(module: ModuleBuilder): void {
  module.exported("run", ["i32", "i32", "i32", "i32"], [], (body) => {
    const [args, , begin, end] = body.parameters as [Local, Local, Local, Local];
    const words = new ArgumentReader(body, args);
    const [x, values, positions, height, width, outHeight, outWidth] = words.integers(7) as [
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
    ];
    const iota = emitIota(body);
    const doubled = body.local("v128");
    body.op("i32x4.shl", iota, 1).set(doubled);
    const [plane, row, column, lastColumn, source, target, rowBytes] = Array.from(
      { length: 7 },
      () => body.local("i32"),
    ) as [Local, Local, Local, Local, Local, Local, Local];
    const [best, where, at] = [0, 1, 2].map(() => body.local("v128")) as [Local, Local, Local];
    body.op("i32.shl", width, 2).set(rowBytes);
    body.op("i32.sub", outWidth, 4).set(lastColumn);
    body.countUp(begin, end, 1, () => {
      body.op("i32.div_u", begin, outHeight).set(plane);
      body.get(begin).op("i32.mul", plane, outHeight).op("i32.sub").op("i32.shl", 1).set(row);
      body.get(0).set(column);
      body.countUp(column, outWidth, 4, () => {
        // The last vector moves back to end with the row; what it computes again is the same.
        body.get(lastColumn, column);
        body.op("i32.gt_u", column, lastColumn).select().set(column);
        body.op("i32.mul", plane, height).op("i32.add", row).op("i32.mul", width);
        body.op("i32.shl", column, 1).op("i32.add").op("i32.shl", 2).op("i32.add", x).set(source);
        body.op("i32.mul", row, width).op("i32.shl", column, 1).op("i32.add");
        body.op("i32x4.splat").op("i32x4.add", doubled).set(at);
        emitRow(body, source, at, best, where, true);
        body.op("i32.add", source, rowBytes).set(source);
        body.get(at).op("i32x4.splat", width).op("i32x4.add").set(at);
        emitRow(body, source, at, best, where, false);
        body.op("i32.mul", begin, outWidth).op("i32.add", column).op("i32.shl", 2).set(target);
        body.op("i32.add", target, values).get(best).store("v128.store");
        body.op("i32.add", target, positions).get(where).store("v128.store");
      });
    });
  });
}

/** Folds eight neighbours into four windows: the even ones, then the odd ones. */
function emitRow(
  body: FunctionBuilder,
  source: Local,
  at: Local,
  best: Local,
  where: Local,
  isFirst: boolean,
): void {
  body.scope(() => {
    const [left, right, x, position] = [0, 1, 2, 3].map(() => body.local("v128")) as [
      Local,
      Local,
      Local,
      Local,
    ];
    body.load("v128.load", source).set(left);
    body.load("v128.load", source, 16).set(right);
    body.shuffle32([0, 2, 4, 6], left, right).set(x);
    if (isFirst) {
      body.get(x).set(best);
      body.get(at).set(where);
    } else keepBetter(body, x, at, best, where);
    body.shuffle32([1, 3, 5, 7], left, right).set(x);
    body.op("i32x4.add", at, body.constant("i32x4", 1)).set(position);
    keepBetter(body, x, position, best, where);
  });
}
