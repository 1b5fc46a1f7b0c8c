import { dtypes, type DType, type ReduceOp } from "@dl/backend";
import { vectorLocals, type Accumulator, type AccumulatorMaker } from "./accumulator.ts";
import { FloatSum } from "./float-sum.ts";
import { missingPart } from "./missing-part.ts";
import type { FunctionBuilder, Local, PlainName } from "./wasm/function-builder.ts";

/** @throws {UnsupportedError} for lengths on a backend made without them. */
export function accumulator(
  body: FunctionBuilder,
  op: ReduceOp,
  dtype: DType,
  vectors: number,
  hypot: AccumulatorMaker | undefined,
): Accumulator {
  if (op === "argmax" || op === "argmin") return new ArgAccumulator(body, op, dtype, vectors);
  if (op === "hypot") {
    if (hypot === undefined) throw missingPart("lengths (norm, std)", "functionKernels");
    return hypot(body, vectors);
  }
  if (op === "sum" && dtype === "float32") return new FloatSum(body, vectors);
  return new PlainAccumulator(body, op, dtype, vectors);
}

const family = (dtype: DType): "float" | "signed" | "unsigned" =>
  dtypes[dtype].isFloat ? "float" : dtype === "int32" ? "signed" : "unsigned";

const operations = {
  sum: { float: "f32x4.add", signed: "i32x4.add", unsigned: "i32x4.add" },
  prod: { float: "f32x4.mul", signed: "i32x4.mul", unsigned: "i32x4.mul" },
  max: { float: "f32x4.max", signed: "i32x4.max_s", unsigned: "i32x4.max_u" },
  min: { float: "f32x4.min", signed: "i32x4.min_s", unsigned: "i32x4.min_u" },
} as const;

const neutrals = {
  sum: { float: 0, signed: 0, unsigned: 0 },
  prod: { float: 1, signed: 1, unsigned: 1 },
  max: { float: -Infinity, signed: -(2 ** 31), unsigned: 0 },
  min: { float: Infinity, signed: 2 ** 31 - 1, unsigned: -1 },
} as const;

function neutralOf(body: FunctionBuilder, op: keyof typeof neutrals, dtype: DType): Local {
  const kind = family(dtype);
  if (op === "min" && dtype === "bool") return body.constant("i32x4", 1);
  return body.constant(kind === "float" ? "f32x4" : "i32x4", neutrals[op][kind]);
}

/** One instruction folds and joins. */
class PlainAccumulator implements Accumulator {
  readonly neutral: Local;
  readonly blockLength: undefined;
  readonly #body: FunctionBuilder;
  readonly #op: PlainName;
  readonly #states: readonly Local[];

  constructor(body: FunctionBuilder, op: keyof typeof neutrals, dtype: DType, vectors: number) {
    this.#body = body;
    // Of bools, the sum is "any" and the product "all".
    const effective = dtype !== "bool" ? op : op === "sum" ? "max" : op === "prod" ? "min" : op;
    this.#op = operations[effective][family(dtype)];
    this.neutral = neutralOf(body, effective, dtype);
    this.#states = vectorLocals(body, vectors);
  }

  reset(): void {
    for (const state of this.#states) this.#body.get(this.neutral).set(state);
  }

  fold(vector: number, x: Local): void {
    this.#body.op(this.#op, this.#states[vector]!, x).set(this.#states[vector]!);
  }

  flush(): void {}

  pushLanes(vector: number): void {
    this.#body.get(this.#states[vector]!);
  }

  pushJoined(): void {
    const body = this.#body;
    const joined = this.#states[0]!;
    for (const state of this.#states.slice(1)) body.op(this.#op, joined, state).set(joined);
    for (const lanes of laneSwaps)
      body.get(joined).shuffle32(lanes, joined, joined).op(this.#op).set(joined);
    body.get(joined);
  }
}

const laneSwaps = [
  [2, 3, 0, 1],
  [1, 0, 3, 2],
] as const;

/** Best element so far and where it stood; the first of equals, and the first NaN before all. */
class ArgAccumulator implements Accumulator {
  readonly neutral: Local;
  readonly blockLength: undefined;
  readonly #body: FunctionBuilder;
  readonly #isFloat: boolean;
  readonly #beats: PlainName;
  readonly #best: readonly Local[];
  readonly #where: readonly Local[];

  constructor(body: FunctionBuilder, op: "argmax" | "argmin", dtype: DType, vectors: number) {
    this.#body = body;
    this.#isFloat = dtypes[dtype].isFloat;
    const kind = family(dtype);
    this.#beats = (
      op === "argmax"
        ? { float: "f32x4.gt", signed: "i32x4.gt_s", unsigned: "i32x4.gt_u" }
        : { float: "f32x4.lt", signed: "i32x4.lt_s", unsigned: "i32x4.lt_u" }
    )[kind] as PlainName;
    // What nothing beats is a row of neutral elements, and the first of those is at 0.
    this.neutral = neutralOf(body, op === "argmax" ? "max" : "min", dtype);
    this.#best = vectorLocals(body, vectors);
    this.#where = vectorLocals(body, vectors);
  }

  reset(): void {
    this.#best.forEach((best, i) => {
      this.#body.get(this.neutral).set(best);
      this.#body.get(this.#body.constant("i32x4", 0)).set(this.#where[i]!);
    });
  }

  fold(vector: number, x: Local, positions: () => Local): void {
    const body = this.#body;
    const [best, where] = [this.#best[vector]!, this.#where[vector]!];
    const at = positions();
    body.scope(() => {
      const wins = body.local("v128");
      this.#pushBeats(x, best);
      body.set(wins);
      body.op("v128.bitselect", x, best, wins).set(best);
      body.op("v128.bitselect", at, where, wins).set(where);
    });
  }

  flush(): void {}

  pushLanes(vector: number): void {
    this.#body.get(this.#where[vector]!);
  }

  pushJoined(): void {
    const body = this.#body;
    const [best, where] = [this.#best[0]!, this.#where[0]!];
    for (let i = 1; i < this.#best.length; i++)
      this.#join(best, where, this.#best[i]!, this.#where[i]!);
    for (const lanes of laneSwaps)
      body.scope(() => {
        const [otherBest, otherWhere] = [body.local("v128"), body.local("v128")];
        body.shuffle32(lanes, best, best).set(otherBest);
        body.shuffle32(lanes, where, where).set(otherWhere);
        this.#join(best, where, otherBest, otherWhere);
      });
    body.get(where);
  }

  /** Of two states keeps the better, and of equals the earlier. */
  #join(best: Local, where: Local, otherBest: Local, otherWhere: Local): void {
    const body = this.#body;
    body.scope(() => {
      const wins = body.local("v128");
      body.op("i32x4.lt_u", otherWhere, where);
      this.#pushBeats(best, otherBest);
      body.op("v128.andnot");
      this.#pushBeats(otherBest, best);
      body.op("v128.or").set(wins);
      body.op("v128.bitselect", otherBest, best, wins).set(best);
      body.op("v128.bitselect", otherWhere, where, wins).set(where);
    });
  }

  /** Pushes where `x` comes before `y`. */
  #pushBeats(x: Local, y: Local): void {
    const body = this.#body;
    body.op(this.#beats, x, y);
    if (!this.#isFloat) return;
    body.op("f32x4.ne", x, x).op("f32x4.eq", y, y).op("v128.and").op("v128.or");
  }
}
