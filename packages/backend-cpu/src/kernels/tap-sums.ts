import type { FunctionBuilder, Local } from "../wasm/function-builder.ts";

/** So many locals. */
export type Locals<N extends number, T extends Local[] = []> = T["length"] extends N
  ? T
  : Locals<N, [...T, Local]>;

export function locals<N extends number>(
  body: FunctionBuilder,
  type: "i32" | "v128",
  count: N,
): Locals<N> {
  return Array.from({ length: count }, () => body.local(type)) as Locals<N>;
}

/**
 * sums[j] = Σ weight · the vector at base + offset + 16 j, over the taps from `first` to `end`: pairs of a byte offset
 * and a weight or, with `weights`, a weight's byte offset from there.
 */
export function sumTaps(
  body: FunctionBuilder,
  first: Local,
  end: Local,
  base: Local,
  sums: readonly Local[],
  load: "v128.load" | "v128.load32_zero" = "v128.load",
  weights?: Local,
): void {
  body.scope(() => {
    const [tap, at] = locals(body, "i32", 2);
    const weight = body.local("v128");
    const zero = body.constant("f32x4", 0);
    const readTap = (): void => {
      body.load("i32.load", tap).op("i32.add", base).set(at);
      if (weights === undefined) body.load("v128.load32_splat", tap, 4);
      else body.load("i32.load", tap, 4).op("i32.add", weights).load("v128.load32_splat");
      body.set(weight);
    };
    body.get(first).set(tap);
    body.op("i32.eq", tap, end).if(
      () => sums.forEach((sum) => body.get(zero).set(sum)),
      () => {
        // Not from 0, which would make 0 of −0.
        readTap();
        sums.forEach((sum, j) =>
          body
            .load(load, at, 16 * j)
            .op("f32x4.mul", weight)
            .set(sum),
        );
        body.op("i32.add", tap, 8).set(tap);
        body.countUp(tap, end, 8, () => {
          readTap();
          sums.forEach((sum, j) =>
            body
              .load(load, at, 16 * j)
              .multiplyAdd(weight, sum)
              .set(sum),
          );
        });
      },
    );
  });
}

/**
 * `strip` for as many vectors as are left of a row of `rowBytes`, `column` counting bytes: the widest strips first. What is
 * left of at least one vector is the last one, moved back; of less it is `single`, element by element.
 */
export function eachStrip(
  body: FunctionBuilder,
  rowBytes: Local,
  column: Local,
  widths: readonly number[],
  strip: (vectors: number) => void,
  single: () => void,
): void {
  body.scope(() => {
    const limit = body.local("i32");
    body.get(0).set(column);
    for (const vectors of widths) {
      body.op("i32.and", rowBytes, -16 * vectors).set(limit);
      body.countUp(column, limit, 16 * vectors, () => strip(vectors));
    }
    body.op("i32.lt_u", column, rowBytes).op("i32.ge_u", rowBytes, 16).op("i32.and");
    body.if(() => {
      body.op("i32.sub", rowBytes, 16).set(column);
      strip(1);
      body.get(rowBytes).set(column);
    });
    body.countUp(column, rowBytes, 4, single);
  });
}
