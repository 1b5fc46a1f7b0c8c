import type { Local } from "../wasm/function-builder.ts";
import type { ModuleBuilder } from "../wasm/module-builder.ts";

/**
 * Exports `matrixDot(matrix, rowStride, vector, out, outStride, rows, k, accumulate)`:
 * out[i·outStride] = or += Σ matrix[i·rowStride + j]·vector[j], addresses in bytes, strides in floats.
 *
 * Four partial sums by j mod 4, added as (0 + 2) + (1 + 3).
 */
export function emitMatrixDot(module: ModuleBuilder): void {
  module.exported("matrixDot", Array<"i32">(8).fill("i32"), [], (body) => {
    const [matrix, rowStride, vector, out, outStride, rows, k, accumulate] = body.parameters as [
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
    ];
    const i32 = (): Local => body.local("i32");
    const [row, j, wholeEnd, end] = [i32(), i32(), i32(), i32()] as [Local, Local, Local, Local];
    const lines = [i32(), i32(), i32(), i32()];
    const sums = lines.map(() => body.local("v128"));
    const factor = body.local("v128");
    const rowVector = body.local("v128");
    const result = body.local("f32");
    const zero = body.constant("f32x4", 0);

    const steps = (load: "v128.load" | "v128.load32_zero", bytes: number, limit: Local): void => {
      body.countUp(j, limit, bytes, () => {
        body.op("i32.add", vector, j).load(load).set(factor);
        lines.forEach((line, i) => {
          body.op("i32.add", line, j).load(load).set(rowVector);
          body.get(rowVector).multiplyAdd(factor, sums[i]!).set(sums[i]!);
        });
      });
    };

    body.op("i32.shl", rowStride, 2).set(rowStride);
    body.op("i32.shl", outStride, 2).set(outStride);
    body.op("i32.shl", k, 2).set(end);
    body.op("i32.and", end, -16).set(wholeEnd);
    body.countUp(row, rows, 4, () => {
      body.get(matrix).set(lines[0]!);
      for (let i = 1; i < 4; i++) {
        // Past the last row: the row before again; its sum is not stored.
        body.op("i32.add", lines[i - 1]!, rowStride).get(lines[i - 1]!);
        body.op("i32.add", row, i).op("i32.lt_u", rows).select().set(lines[i]!);
      }
      for (const sum of sums) body.get(zero).set(sum);
      body.get(0).set(j);
      steps("v128.load", 16, wholeEnd);
      steps("v128.load32_zero", 4, end);
      sums.forEach((sum, i) => {
        body
          .op("i32.add", row, i)
          .op("i32.lt_u", rows)
          .if(() => {
            body.shuffle32([2, 3, 2, 3], sum, sum).op("f32x4.add", sum).set(sum);
            body.laneOp("f32x4.extract_lane", 0, sum).laneOp("f32x4.extract_lane", 1, sum);
            body.op("f32.add").set(result);
            body.get(accumulate).if(() => {
              body.load("f32.load", out).op("f32.add", result).set(result);
            });
            body.store("f32.store", out, result);
            body.op("i32.add", out, outStride).set(out);
          });
      });
      body.get(matrix).op("i32.shl", rowStride, 2).op("i32.add").set(matrix);
    });
  });
}

/**
 * Exports `rowsTimesMatrix(a, b, c, m, n, k, aRowStride, aDepthStride, bDepthStride, cRowStride, accumulate)`:
 * the product without packing, for few rows and a B whose columns lie side by side. Each element is one sum in order of k.
 */
export function emitRowsTimesMatrix(module: ModuleBuilder): void {
  module.exported("rowsTimesMatrix", Array<"i32">(11).fill("i32"), [], (body) => {
    const [a, b, c, m, n, k, aRow, aDepth, bDepth, cRow, accumulate] = body.parameters as [
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
    ];
    const i32 = (): Local => body.local("i32");
    const [row, column, depth, factorAt, line, out, limit] = [
      i32(),
      i32(),
      i32(),
      i32(),
      i32(),
      i32(),
      i32(),
    ] as [Local, Local, Local, Local, Local, Local, Local];
    const sums = Array.from({ length: 4 }, () => body.local("v128"));
    const factor = body.local("v128");
    const zero = body.constant("f32x4", 0);
    for (const stride of [aRow, aDepth, bDepth, cRow]) body.op("i32.shl", stride, 2).set(stride);

    /** Columns column..limit in steps of `width`. */
    const strip = (width: 1 | 4 | 16): void => {
      const used = sums.slice(0, Math.max(1, width / 4));
      const load = width === 1 ? "v128.load32_zero" : "v128.load";
      body.op("i32.and", n, -width).set(limit);
      body.countUp(column, limit, width, () => {
        for (const sum of used) body.get(zero).set(sum);
        body.get(a).set(factorAt);
        body.op("i32.shl", column, 2).op("i32.add", b).set(line);
        body.op("i32.shl", column, 2).op("i32.add", c).set(out);
        body.get(0).set(depth);
        body.countUp(depth, k, 1, () => {
          body.load("v128.load32_splat", factorAt).set(factor);
          used.forEach((sum, v) => {
            body
              .load(load, line, v * 16)
              .multiplyAdd(factor, sum)
              .set(sum);
          });
          body.op("i32.add", factorAt, aDepth).set(factorAt);
          body.op("i32.add", line, bDepth).set(line);
        });
        used.forEach((sum, v) => {
          body.get(accumulate).if(() => {
            body
              .load(load, out, v * 16)
              .op("f32x4.add", sum)
              .set(sum);
          });
          if (width === 1) body.memoryLane("v128.store32_lane", 0, out, sum);
          else body.store("v128.store", out, sum, v * 16);
        });
      });
    };

    body.countUp(row, m, 1, () => {
      body.get(0).set(column);
      strip(16);
      strip(4);
      strip(1);
      body.op("i32.add", a, aRow).set(a);
      body.op("i32.add", c, cRow).set(c);
    });
  });
}
