import { vectorLocals, type Accumulator, type AccumulatorMaker } from "./accumulator.ts";
import { FloatSum } from "./float-sum.ts";
import type { FunctionBuilder, Local } from "./wasm/function-builder.ts";

/**
 * The root of a {@link FloatSum} of squares. Where that is 0, nearly so or infinite, squares may have
 * left the type's range: the walk is made once more with the elements scaled.
 */
class Hypot implements Accumulator {
  readonly neutral: Local;
  readonly blockLength: number;
  readonly walks = { begin: (): void => this.#begin(), pushAgain: (): void => this.#pushAgain() };
  readonly #body: FunctionBuilder;
  readonly #sum: FloatSum;
  readonly #scales: readonly Local[];
  readonly #sums: readonly Local[];
  readonly #one: Local;

  constructor(body: FunctionBuilder, vectors: number) {
    this.#body = body;
    this.#sum = new FloatSum(body, vectors);
    this.neutral = this.#sum.neutral;
    this.blockLength = this.#sum.blockLength;
    this.#scales = vectorLocals(body, vectors);
    this.#sums = vectorLocals(body, vectors);
    this.#one = body.constant("f32x4", 1);
  }

  reset(): void {
    this.#sum.reset();
  }

  fold(vector: number, x: Local): void {
    const body = this.#body;
    body.op("f32x4.mul", x, this.#scales[vector]!).set(x);
    body.op("f32x4.mul", x, x).set(x);
    this.#sum.fold(vector, x);
  }

  flush(): void {
    this.#sum.flush();
  }

  pushLanes(vector: number): void {
    this.#sum.pushLanes(vector);
    this.#pushRoot(vector);
  }

  pushJoined(): void {
    const [sum] = this.#sums as readonly [Local];
    this.#sum.pushJoined();
    this.#body.set(sum);
    // All lanes and vectors are one sum, and are scaled alike.
    for (const same of this.#sums) this.#body.shuffle32([0, 0, 0, 0], sum, sum).set(same);
    this.#body.get(sum);
    this.#pushRoot(0);
  }

  #begin(): void {
    for (const scale of this.#scales) this.#body.get(this.#one).set(scale);
  }

  /** Of the sum on the stack. Powers of two have exact reciprocals. */
  #pushRoot(vector: number): void {
    const body = this.#body;
    body.tee(this.#sums[vector]!).op("f32x4.sqrt");
    body.op("f32x4.div", this.#scales[vector]!);
  }

  #pushAgain(): void {
    const body = this.#body;
    const constant = (value: number): Local => body.constant("f32x4", value);
    // A sum of squares below this may have lost some.
    const least = constant(2 ** -100);
    // What brings every float's square into the type's range, of the small and of the large ones.
    const [grow, shrink] = [constant(2 ** 100), constant(2 ** -70)];
    body.get(0);
    this.#sums.forEach((sum, i) =>
      body.scope(() => {
        const [isOut, scale] = [body.local("v128"), this.#scales[i]!];
        body.op("f32x4.lt", sum, least);
        body.op("f32x4.eq", sum, constant(Infinity)).op("v128.or");
        body.op("f32x4.eq", scale, this.#one).op("v128.and").set(isOut);
        body.get(grow, shrink).op("f32x4.lt", sum, least);
        body.op("v128.bitselect").get(scale, isOut).op("v128.bitselect").set(scale);
        body.op("v128.any_true", isOut).op("i32.or");
      }),
    );
  }
}

export const hypot: AccumulatorMaker = (body, vectors) => new Hypot(body, vectors);
