import type {
  FunctionBuilder,
  FunctionHandle,
  FunctionHost,
  Local,
} from "../wasm/function-builder.ts";
import { transpose4 } from "./pack.ts";
import { locals, type Locals } from "./tap-sums.ts";

const ROWS = 2;
const COLUMNS = 4;

/**
 * C [rows, columns] += A · Bᵀ where the depth of both lies side by side, so that nothing is packed: dearer than packed
 * products where each element meets many others.
 *
 * (a, b, c, rows, columns, depthBytes, laneBytes): a and b are lanes `laneBytes` apart, the depth is whole vectors.
 */
export function laneProducts(host: FunctionHost): FunctionHandle {
  return host.helper("laneProducts", Array<"i32">(7).fill("i32"), [], (body) => {
    const [a, b, c, rows, columns, depth, laneBytes] = body.parameters as unknown as Locals<7>;
    const [row, column, at, line] = locals(body, "i32", 4);
    const left = Array.from({ length: ROWS }, () => body.local("i32"));
    const right = Array.from({ length: COLUMNS }, () => body.local("i32"));
    const sums = left.map(() => locals(body, "v128", 4));
    const zero = body.constant("f32x4", 0);
    body.countUp(column, columns, COLUMNS, () => {
      right.forEach((lane, j) => lanePlace(body, b, column, j, columns, laneBytes, lane));
      body.get(0).set(row);
      body.countUp(row, rows, ROWS, () => {
        left.forEach((lane, i) => lanePlace(body, a, row, i, rows, laneBytes, lane));
        for (const sum of sums.flat()) body.get(zero).set(sum);
        body.get(0).set(at);
        body.countUp(at, depth, 16, () => {
          body.scope(() => {
            const factors = right.map((lane) => loadAt(body, lane, at));
            left.forEach((lane, i) => {
              const factor = loadAt(body, lane, at);
              factors.forEach((other, j) => {
                const sum = sums[i]![j]!;
                body.get(factor).multiplyAdd(other, sum).set(sum);
              });
            });
          });
        });
        sums.forEach((lanes, i) => {
          transpose4(body, lanes);
          const [first, second, third, fourth] = lanes;
          body.op("f32x4.add", first, second).op("f32x4.add", third, fourth).op("f32x4.add");
          body.set(first);
          body.op("i32.add", row, i).op("i32.mul", columns).op("i32.add", column);
          body.op("i32.shl", 2).op("i32.add", c).set(line);
          body.op("i32.add", row, i).op("i32.lt_u", rows);
          body.if(() => addToRow(body, line, first, column, columns));
        });
      });
    });
  });
}

/** Where a lane begins; behind the last one it is the last. */
function lanePlace(
  body: FunctionBuilder,
  base: Local,
  first: Local,
  offset: number,
  count: Local,
  laneBytes: Local,
  result: Local,
): void {
  body.op("i32.add", first, offset).op("i32.sub", count, 1);
  body.op("i32.add", first, offset).op("i32.lt_u", count).select();
  body.op("i32.mul", laneBytes).op("i32.add", base).set(result);
}

function loadAt(body: FunctionBuilder, lane: Local, at: Local): Local {
  const vector = body.local("v128");
  body.op("i32.add", lane, at).load("v128.load").set(vector);
  return vector;
}

/** Adds the lanes that stand for columns. */
function addToRow(
  body: FunctionBuilder,
  line: Local,
  sums: Local,
  column: Local,
  columns: Local,
): void {
  body
    .op("i32.add", column, COLUMNS)
    .op("i32.gt_u", columns)
    .if(
      () => {
        for (let lane = 0; lane < COLUMNS; lane++)
          body
            .op("i32.add", column, lane)
            .op("i32.lt_u", columns)
            .if(() => {
              body.scope(() => {
                const value = body.local("v128");
                body
                  .load("v128.load32_splat", line, 4 * lane)
                  .op("f32x4.add", sums)
                  .set(value);
                body.memoryLane("v128.store32_lane", lane, line, value, 4 * lane);
              });
            });
      },
      () => {
        body.get(line).load("v128.load", line).op("f32x4.add", sums).store("v128.store");
      },
    );
}
