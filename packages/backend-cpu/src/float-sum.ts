import { vectorLocals, type Accumulator } from "./accumulator.ts";
import type { FunctionBuilder, Local } from "./wasm/function-builder.ts";

/**
 * Float sums: blocks of at most 32 vectors in float32, the blocks' sums in float64.
 *
 * The order is fixed by the shape, and the error stays near that of one block whatever the length.
 */
export class FloatSum implements Accumulator {
  readonly neutral: Local;
  readonly blockLength = 32;
  readonly #body: FunctionBuilder;
  readonly #blocks: readonly Local[];
  /** Lanes 0 and 1, then lanes 2 and 3, of each state. */
  readonly #totals: readonly (readonly [Local, Local])[];

  constructor(body: FunctionBuilder, vectors: number) {
    this.#body = body;
    this.neutral = body.constant("f32x4", 0);
    this.#blocks = vectorLocals(body, vectors);
    this.#totals = this.#blocks.map(() => [body.local("v128"), body.local("v128")]);
  }

  reset(): void {
    for (const state of [...this.#blocks, ...this.#totals.flat()])
      this.#body.get(this.neutral).set(state);
  }

  fold(vector: number, x: Local): void {
    this.#body.op("f32x4.add", this.#blocks[vector]!, x).set(this.#blocks[vector]!);
  }

  flush(): void {
    const body = this.#body;
    this.#blocks.forEach((block, i) => {
      const [low, high] = this.#totals[i]!;
      body.op("f64x2.promote_low_f32x4", block).op("f64x2.add", low).set(low);
      body.shuffle32([2, 3, 0, 1], block, block).op("f64x2.promote_low_f32x4");
      body.op("f64x2.add", high).set(high);
      body.get(this.neutral).set(block);
    });
  }

  pushLanes(vector: number): void {
    const body = this.#body;
    const [low, high] = this.#totals[vector]!;
    body.op("f32x4.demote_f64x2_zero", low).set(low);
    body.op("f32x4.demote_f64x2_zero", high).set(high);
    body.shuffle32([0, 1, 4, 5], low, high);
  }

  pushJoined(): void {
    const body = this.#body;
    const [joined] = this.#totals[0]!;
    this.#totals
      .flat()
      .slice(1)
      .forEach((total) => body.op("f64x2.add", joined, total).set(joined));
    body.get(joined).shuffle32([2, 3, 0, 1], joined, joined).op("f64x2.add");
    body.op("f32x4.demote_f64x2_zero");
  }
}
