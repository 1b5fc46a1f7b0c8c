import { ArgumentReader } from "../argument-block.ts";
import { copyLanes } from "../map-kernel.ts";
import type { FunctionBuilder, Local } from "../wasm/function-builder.ts";
import type { ModuleBuilder } from "../wasm/module-builder.ts";
import { partOperations as ops } from "../wasm/part-operations.ts";

/** What a pooling kernel is told, in this order. */
export const poolWords = [
  "x",
  "values",
  "positions", // of maxima
  "columnTable", // a word for each column of windows; see emitPool
  "rowTable",
  "padded", // room for one padded plane, or 0 where nothing is padded
  "height",
  "width",
  "paddedWidth",
  "interior", // bytes from the padded plane's start to the first input cell in it
  "outHeight",
  "outWidth",
  "kernelHeight",
  "kernelWidth",
  "rowStride",
  "columnStride",
  "rowDilation",
  "columnDilation",
  "origin", // position of the first window's first cell in the unpadded plane; may be negative
] as const;

export type PoolArguments = { readonly [Word in (typeof poolWords)[number]]: number };

/**
 * Exports `run`, lanes along the columns of windows. A unit of work is one plane.
 *
 * The tables give row · width and column of each window's first cell inside; padding holds -Infinity,
 * which beats nothing.
 */
export function emitPool(module: ModuleBuilder, isDense: boolean): void {
  module.exported("run", ["i32", "i32", "i32", "i32"], [], (body) => {
    const [args, scratch, begin, end] = body.parameters as [Local, Local, Local, Local];
    const reader = new ArgumentReader(body, args);
    const word = Object.fromEntries(poolWords.map((name) => [name, reader.integer()])) as Words;
    const place = namedLocals(body, placeNames, "i32");
    const lanes = namedLocals(body, laneNames, "v128");
    const frame: Frame = { body, isDense, scratch, word, place, lanes };
    const { source, row, column, lastColumn } = place;
    body.op("i32.shl", word.columnStride, 2).set(place.laneStep);
    body.get(word.width).set(place.sourceWidth);
    body.get(word.padded).if(() => body.get(word.paddedWidth).set(place.sourceWidth));
    // Rows of at least four windows end with a full vector, moved back.
    body.op("i32.sub", word.outWidth, 4).set(lastColumn);
    body.get(lastColumn, 0).op(ops["i32.gt_s"], lastColumn, 0).select().set(lastColumn);

    body.countUp(begin, end, 1, () => {
      body.op("i32.mul", word.height, word.width).op("i32.mul", begin).op("i32.shl", 2);
      body.op("i32.add", word.x).set(source);
      body.get(word.padded).if(() => {
        copyPlane(body, source, word);
        body.get(word.padded).set(source);
      });
      body.get(0).set(row);
      body.countUp(row, word.outHeight, 1, () => {
        body.op("i32.shl", row, 2).op("i32.add", word.rowTable).load("v128.load32_splat");
        body.set(lanes.rowTerm);
        body.get(0).set(column);
        body.countUp(column, word.outWidth, 4, () => {
          body.get(lastColumn, column).op("i32.gt_u", column, lastColumn).select().set(column);
          startWindows(frame);
          foldTaps(frame);
          finishWindows(frame, begin);
        });
      });
    });
  });
}

const placeNames = [
  "source", // the plane being read
  "sourceWidth",
  "row",
  "column",
  "lastColumn",
  "laneStep", // bytes between neighbouring windows
  "tapRow",
  "tap",
  "rowAddress",
  "address",
  "at", // position of lane 0's cell in the unpadded plane
  "target",
  "count",
] as const;
const laneNames = ["state", "where", "x", "position", "rowTerm"] as const;

type Words = { readonly [Word in (typeof poolWords)[number]]: Local };

interface Frame {
  readonly body: FunctionBuilder;
  readonly isDense: boolean;
  readonly scratch: Local;
  readonly word: Words;
  readonly place: { readonly [Name in (typeof placeNames)[number]]: Local };
  readonly lanes: { readonly [Name in (typeof laneNames)[number]]: Local };
}

function namedLocals<Name extends string>(
  body: FunctionBuilder,
  names: readonly Name[],
  type: "i32" | "v128",
): { readonly [Key in Name]: Local } {
  return Object.fromEntries(names.map((name) => [name, body.local(type)])) as {
    readonly [Key in Name]: Local;
  };
}

/** Four windows' first cells, and the state they begin with. */
function startWindows({ body, word, place, lanes }: Frame): void {
  const { row, column } = place;
  body.op("i32.mul", row, word.rowStride).op("i32.mul", place.sourceWidth);
  body.op("i32.mul", column, word.columnStride).op("i32.add").op("i32.shl", 2);
  body.op("i32.add", place.source).set(place.rowAddress);
  body.get(body.constant("f32x4", -Infinity)).set(lanes.state);
  body.op("i32.shl", column, 2).op("i32.add", word.columnTable).load("v128.load");
  body.op("i32x4.add", lanes.rowTerm).set(lanes.where);
  body.op("i32.mul", row, word.rowStride).op("i32.mul", word.width);
  body.op("i32.mul", column, word.columnStride).op("i32.add");
  body.op("i32.add", word.origin).set(place.at);
}

function foldTaps({ body, isDense, word, place, lanes }: Frame): void {
  const { tapRow, tap, rowAddress, address, at } = place;
  const { state, x, position } = lanes;
  body.get(0).set(tapRow);
  body.countUp(tapRow, word.kernelHeight, 1, () => {
    body.get(rowAddress).set(address);
    lanePositions(body, at, word.columnStride, position);
    body.get(0).set(tap);
    body.countUp(tap, word.kernelWidth, 1, () => {
      if (isDense) body.load("v128.load", address).set(x);
      else loadSpread(body, address, place.laneStep, x);
      keepBetter(body, x, position, state, lanes.where);
      body.get(position).op("i32x4.splat", word.columnDilation).op("i32x4.add").set(position);
      body.get(address).op("i32.shl", word.columnDilation, 2).op("i32.add").set(address);
    });
    body.get(rowAddress).op("i32.mul", place.sourceWidth, word.rowDilation).op("i32.shl", 2);
    body.op("i32.add").set(rowAddress);
    body.get(at).op("i32.mul", word.width, word.rowDilation).op("i32.add").set(at);
  });
}

function finishWindows({ body, scratch, word, place, lanes }: Frame, plane: Local): void {
  const { row, column, target, count } = place;
  body.op("i32.mul", plane, word.outHeight).op("i32.add", row).op("i32.mul", word.outWidth);
  body.op("i32.add", column).op("i32.shl", 2).set(target);
  body.op("i32.sub", word.outWidth, column).set(count);
  storeLanes(body, scratch, target, word.values, lanes.state, count);
  storeLanes(body, scratch, target, word.positions, lanes.where, count);
}

/** The four windows' cells under one tap, `step` bytes apart. */
function loadSpread(body: FunctionBuilder, address: Local, step: Local, x: Local): void {
  body.scope(() => {
    const lane = body.local("i32");
    body.load("v128.load32_zero", address).set(x);
    body.get(address).set(lane);
    for (let i = 1; i < 4; i++) {
      body.op("i32.add", lane, step).set(lane);
      body.memoryLane("v128.load32_lane", i, lane, x).set(x);
    }
  });
}

/** position = at + [0, 1, 2, 3] · stride. */
function lanePositions(body: FunctionBuilder, at: Local, stride: Local, position: Local): void {
  body.get(at).op("i32x4.splat").set(position);
  for (let lane = 1; lane < 4; lane++)
    body
      .get(position)
      .op("i32.mul", stride, lane)
      .op("i32.add", at)
      .laneOp("i32x4.replace_lane", lane)
      .set(position);
}

/** NaN beats every number, and nothing beats NaN. */
export function keepBetter(
  body: FunctionBuilder,
  x: Local,
  position: Local,
  best: Local,
  where: Local,
): void {
  body.scope(() => {
    const wins = body.local("v128");
    body.op("f32x4.gt", x, best);
    body.op("f32x4.ne", x, x).op("f32x4.eq", best, best).op("v128.and").op("v128.or").set(wins);
    body.op("v128.bitselect", x, best, wins).set(best);
    body.op("v128.bitselect", position, where, wins).set(where);
  });
}

/** Stores the first `count` lanes at base + target. */
function storeLanes(
  body: FunctionBuilder,
  scratch: Local,
  target: Local,
  base: Local,
  vector: Local,
  count: Local,
): void {
  body.scope(() => {
    const address = body.local("i32");
    body.op("i32.add", target, base).set(address);
    body.op("i32.ge_u", count, 4).if(
      () => body.store("v128.store", address, vector),
      () => {
        body.store("v128.store", scratch, vector);
        copyLanes(body, scratch, 0, address, count);
      },
    );
  });
}

/** Copies a plane into the middle of the padded one, whose border stays. */
function copyPlane(body: FunctionBuilder, source: Local, word: Words): void {
  body.scope(() => {
    const [row, column, vectorEnd, from, to] = Array.from({ length: 5 }, () =>
      body.local("i32"),
    ) as [Local, Local, Local, Local, Local];
    const next = (bytes: number): void => {
      body.op("i32.add", from, bytes).set(from);
      body.op("i32.add", to, bytes).set(to);
    };
    body.get(source).set(from);
    body.op("i32.and", word.width, -4).set(vectorEnd);
    body.get(0).set(row);
    body.countUp(row, word.height, 1, () => {
      body.op("i32.mul", row, word.paddedWidth).op("i32.shl", 2).op("i32.add", word.padded);
      body.op("i32.add", word.interior).set(to);
      body.get(0).set(column);
      body.countUp(column, vectorEnd, 4, () => {
        body.get(to).load("v128.load", from).store("v128.store");
        next(16);
      });
      body.countUp(column, word.width, 1, () => {
        body.get(to).load("i32.load", from).store("i32.store");
        next(4);
      });
    });
  });
}
