import { ModuleBuilder } from "../wasm/module-builder.ts";
import type { VectorFunction } from "./vector-math.ts";

// Test support: measures vector functions against float64.

/** Applies a vector function to arrays. */
export type ArrayFunction = (...operands: Float32Array[]) => Float32Array;

const CHUNK = 4096;

export function arrayFunction(
  emit: VectorFunction,
  arity: 1 | 2,
  fusedMultiplyAdd: boolean,
): ArrayFunction {
  const module = new ModuleBuilder({ sharedMemory: false, fusedMultiplyAdd });
  module.exported("run", ["i32"], [], (body) => {
    const [end] = body.parameters;
    const at = body.local("i32");
    const x = body.local("v128");
    const y = body.local("v128");
    body.countUp(at, end!, 16, () => {
      body.load("v128.load", at).set(x);
      if (arity === 2) body.load("v128.load", at, CHUNK * 4).set(y);
      body.get(at);
      emit(body, ...[x, y].slice(0, arity));
      body.store("v128.store", undefined, undefined, CHUNK * 8);
    });
  });
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.finish()), {
    env: { memory },
  });
  const run = instance.exports["run"] as (end: number) => void;
  const floats = new Float32Array(memory.buffer);
  return (...operands) => {
    const length = operands[0]!.length;
    const result = new Float32Array(length);
    for (let start = 0; start < length; start += CHUNK) {
      const end = Math.min(length, start + CHUNK);
      operands.forEach((operand, i) => floats.set(operand.subarray(start, end), i * CHUNK));
      run(Math.ceil((end - start) / 4) * 16);
      result.set(floats.subarray(2 * CHUNK, 2 * CHUNK + end - start), start);
    }
    return result;
  };
}

/** Error of a float32 result in units in the last place of the exact value. */
function ulpError(result: number, exact: number): number {
  if (Number.isNaN(exact)) return Number.isNaN(result) ? 0 : Infinity;
  const rounded = Math.fround(exact);
  if (Object.is(result, rounded) || result === rounded)
    return Math.abs(result) === Infinity ? 0 : distance(result, exact);
  // The largest float's neighbour counts as 2¹²⁸.
  const finite = Math.abs(result) === Infinity ? Math.sign(result) * 2 ** 128 : result;
  const bounded = Math.abs(exact) === Infinity ? Math.sign(exact) * 2 ** 128 : exact;
  return Number.isNaN(finite) ? Infinity : distance(finite, bounded);
}

function distance(result: number, exact: number): number {
  const exponent = Math.max(-126, Math.min(127, Math.floor(Math.log2(Math.abs(exact)))));
  return Math.abs(result - exact) / 2 ** (exponent - 23);
}

export interface Accuracy {
  readonly maximum: number;
  /** Operands of the worst result. */
  readonly at: readonly number[];
  readonly samples: number;
}

/** The worst of `run` against `exact`. */
export function measureAccuracy(
  run: ArrayFunction,
  exact: (...operands: number[]) => number,
  operands: readonly Float32Array[],
): Accuracy {
  const results = run(...operands);
  let maximum = 0;
  let worst = 0;
  for (let i = 0; i < results.length; i++) {
    const error = ulpError(results[i]!, exact(...operands.map((operand) => operand[i]!)));
    if (error > maximum) {
      maximum = error;
      worst = i;
    }
  }
  return { maximum, at: operands.map((operand) => operand[worst]!), samples: results.length };
}

/** Every `step`-th float32 bit pattern whose value lies between `low` and `high`. */
export function sampleFloats(step: number, low: number, high: number): Float32Array {
  const words = new Uint32Array(1);
  const word = new Float32Array(words.buffer);
  const values: number[] = [];
  for (let bits = 0; bits < 2 ** 32; bits += step) {
    words[0] = bits;
    if (word[0]! >= low && word[0]! <= high) values.push(word[0]!);
  }
  return Float32Array.from(values);
}

/** 2/√π·exp(−x²)·Σ 2ⁿx²ⁿ⁺¹ / (2n + 1)!!: no cancellation (Abramowitz & Stegun 7.1.6). */
export function erf(x: number): number {
  if (!(Math.abs(x) < 6)) return Number.isNaN(x) ? NaN : Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}
