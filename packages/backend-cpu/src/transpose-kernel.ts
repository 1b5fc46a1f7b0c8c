import { ArgumentReader } from "./argument-block.ts";
import { eachCoordinate } from "./coordinates.ts";
import { transpose4 } from "./kernels/pack.ts";
import type { FunctionBuilder, Local } from "./wasm/function-builder.ts";
import type { ModuleBuilder } from "./wasm/module-builder.ts";

/** Columns of a unit: whole cache lines of the output, and few enough lines of the input to stay in L2. */
export const TRANSPOSE_COLUMNS = 32;

/**
 * Exports `run`: out[.., r, .., c] = in[.., r, .., c] where rows r are neighbours in the input and
 * columns c in the output, four by four. A unit of work is one block of columns, all rows.
 *
 * Geometry words: rows, columns, blocks of columns, then in bytes the input's column stride and
 * the output's row stride; sizes, input strides and output strides of the other axes.
 */
export function emitTranspose(module: ModuleBuilder, otherAxes: number): void {
  module.exported("run", ["i32", "i32", "i32", "i32"], [], (body) => {
    const [args, , begin, end] = body.parameters as [Local, Local, Local, Local];
    const words = new ArgumentReader(body, args);
    const [input, output, rows, columns, blocks, columnStride, rowStride] = words.integers(7) as [
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
    ];
    const sizes = words.integers(otherAxes);
    const inputStrides = words.integers(otherAxes);
    const outputStrides = words.integers(otherAxes);
    const [linear, from, to, row, rowEnd, width, fourRows] = Array.from({ length: 7 }, () =>
      body.local("i32"),
    ) as [Local, Local, Local, Local, Local, Local, Local];
    body.op("i32.and", rows, -4).set(rowEnd);
    body.op("i32.shl", rowStride, 2).set(fourRows);

    body.countUp(begin, end, 1, () => {
      body.op("i32.div_u", begin, blocks).set(linear);
      body.get(begin).op("i32.mul", linear, blocks).op("i32.sub");
      body.op("i32.mul", TRANSPOSE_COLUMNS).set(row); // the first column, for now
      body.op("i32.sub", columns, row).tee(width).get(TRANSPOSE_COLUMNS);
      body.op("i32.lt_u", width, TRANSPOSE_COLUMNS).select().set(width);
      body.op("i32.mul", row, columnStride).op("i32.add", input).set(from);
      body.op("i32.shl", row, 2).op("i32.add", output).set(to);
      eachCoordinate(body, linear, sizes, (coordinate, axis) => {
        body.get(from).op("i32.mul", coordinate, inputStrides[axis]!).op("i32.add").set(from);
        body.get(to).op("i32.mul", coordinate, outputStrides[axis]!).op("i32.add").set(to);
      });
      body.get(0).set(row);
      body.countUp(row, rowEnd, 4, () => {
        copyFourRows(body, from, to, width, columnStride, rowStride);
        body.op("i32.add", from, 16).set(from);
        body.op("i32.add", to, fourRows).set(to);
      });
      body.countUp(row, rows, 1, () => {
        copyRow(body, from, to, width, columnStride);
        body.op("i32.add", from, 4).set(from);
        body.op("i32.add", to, rowStride).set(to);
      });
    });
  });
}

function copyFourRows(
  body: FunctionBuilder,
  from: Local,
  to: Local,
  width: Local,
  columnStride: Local,
  rowStride: Local,
): void {
  body.scope(() => {
    const [column, wholeEnd, source, target] = Array.from({ length: 4 }, () =>
      body.local("i32"),
    ) as [Local, Local, Local, Local];
    const lines = [target, ...Array.from({ length: 3 }, () => body.local("i32"))];
    const tile = Array.from({ length: 4 }, () => body.local("v128"));
    body.get(from).set(source);
    body.get(to).set(target);
    for (let i = 1; i < 4; i++) body.op("i32.add", lines[i - 1]!, rowStride).set(lines[i]!);
    const nextColumn = (vector: Local): void => {
      body.load("v128.load", source).set(vector);
      body.op("i32.add", source, columnStride).set(source);
    };
    body.op("i32.and", width, -4).set(wholeEnd);
    body.get(0).set(column);
    body.countUp(column, wholeEnd, 4, () => {
      for (const vector of tile) nextColumn(vector);
      transpose4(body, tile);
      lines.forEach((line, i) => {
        body.store("v128.store", line, tile[i]);
        body.op("i32.add", line, 16).set(line);
      });
    });
    body.countUp(column, width, 1, () => {
      nextColumn(tile[0]!);
      lines.forEach((line, lane) => {
        body.memoryLane("v128.store32_lane", lane, line, tile[0]!);
        body.op("i32.add", line, 4).set(line);
      });
    });
  });
}

function copyRow(
  body: FunctionBuilder,
  from: Local,
  to: Local,
  width: Local,
  columnStride: Local,
): void {
  body.scope(() => {
    const [column, source, target] = Array.from({ length: 3 }, () => body.local("i32")) as [
      Local,
      Local,
      Local,
    ];
    body.get(from).set(source);
    body.get(to).set(target);
    body.get(0).set(column);
    body.countUp(column, width, 1, () => {
      body.get(target).load("i32.load", source).store("i32.store");
      body.op("i32.add", source, columnStride).set(source);
      body.op("i32.add", target, 4).set(target);
    });
  });
}
