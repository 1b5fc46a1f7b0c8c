import { describe, expect, test } from "vitest";
import type { FunctionBuilder, Local, ValueType } from "./function-builder.ts";
import { memoryLaneOperations, memoryOperations } from "./memory-operations.ts";
import { ModuleBuilder } from "./module-builder.ts";
import { hasRelaxedSimd } from "./relaxed-simd.ts";
import { scalarOperations } from "./scalar-operations.ts";
import { laneOperations, relaxedSimdOperations, simdOperations } from "./simd-operations.ts";

const TYPES: Record<string, ValueType> = { i: "i32", l: "i64", f: "f32", d: "f64", v: "v128" };
const options = { sharedMemory: false, fusedMultiplyAdd: false };

const typesOf = (letters: string): ValueType[] => letters.split("").map((letter) => TYPES[letter]!);

function moduleWith(
  signature: string,
  emit: (body: FunctionBuilder) => void,
): Uint8Array<ArrayBuffer> {
  const [operands, results] = signature.split(">") as [string, string];
  const module = new ModuleBuilder(options);
  module.exported("run", typesOf(operands), typesOf(results), emit);
  return module.finish();
}

/** "operands>results" by the instruction's name, with i = i32, l = i64, f = f32, d = f64, v = v128. */
function signatureOf(name: string): string {
  const [shape, operation] = name.split(".") as [string, string];
  const element = { i32: "i", i64: "l", f32: "f", f64: "d" }[shape.slice(0, 3)]!;
  const type = /x|v128/.test(shape) ? "v" : element;
  const source = /_([if]\d\d)(_[su])?$/.exec(operation)?.[1];
  if (/^(load|store)\d*_lane$/.test(operation)) return operation.startsWith("l") ? "iv>v" : "iv>";
  if (operation.startsWith("load")) return `i>${type}`;
  if (operation.startsWith("store")) return `i${type}>`;
  if (operation === "splat") return `${element}>v`;
  if (operation === "extract_lane") return `v>${element}`;
  if (operation === "replace_lane") return `v${element}>v`;
  if (operation === "any_true") return "v>i";
  if (/bitselect|madd/.test(operation)) return "vvv>v";
  if (type === "v" && /^sh[lr]/.test(operation)) return "vi>v";
  if (type !== "v" && source !== undefined) return `${signatureOf(`${source}.add`)[0]!}>${type}`;
  if (/^(abs|neg|sqrt|ceil|floor|trunc|nearest|clz|convert|demote|promote)/.test(operation))
    return `${type}>${type}`;
  if (operation === "eqz") return `${type}>i`;
  return `${type}${type}>${type !== "v" && comparison.test(operation) ? "i" : type}`;
}
const comparison = /^(eqz?|ne|[lg][te])(_[su])?$/;

type Table = Record<string, number | readonly [number, number]>;
const emitters: [Table, (body: FunctionBuilder, name: never, locals: readonly Local[]) => void][] =
  [
    [scalarOperations, (body, name, locals) => body.op(name, ...locals)],
    [simdOperations, (body, name, locals) => body.op(name, ...locals)],
    [laneOperations, (body, name, locals) => body.laneOp(name, 1, ...locals)],
    [
      memoryOperations,
      (body, name, [address, value]) =>
        value ? body.store(name, address, value, 4) : body.load(name, address, 4),
    ],
    [
      memoryLaneOperations,
      (body, name, [address, value]) => body.memoryLane(name, 1, address!, value!, 4),
    ],
  ];
if (hasRelaxedSimd())
  emitters.push([relaxedSimdOperations, (body, name, locals) => body.op(name, ...locals)]);

describe("every instruction has the signature its name says", () => {
  for (const [table, emit] of emitters)
    for (const name of Object.keys(table))
      test(name, () => {
        const bytes = moduleWith(signatureOf(name), (body) =>
          emit(body, name as never, body.parameters),
        );
        expect(WebAssembly.validate(bytes)).toBe(true);
      });
});

// What a name means, in exact or double arithmetic; the element type rounds the result.
type Meaning = (...operands: number[]) => number;
const nearest = (x: number): number => {
  const rounded = Math.round(x);
  return rounded - x === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
};
const floatMeaning: Record<string, Meaning> = {
  abs: Math.abs,
  neg: (x) => -x,
  ceil: Math.ceil,
  floor: Math.floor,
  trunc: Math.trunc,
  nearest,
  sqrt: Math.sqrt,
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  min: Math.min,
  max: Math.max,
  pmin: (x, y) => (y < x ? y : x),
  pmax: (x, y) => (x < y ? y : x),
  copysign: (x, y) => (y < 0 || Object.is(y, -0) ? -Math.abs(x) : Math.abs(x)),
  eq: (x, y) => +(x === y),
  ne: (x, y) => +(x !== y),
  lt: (x, y) => +(x < y),
  gt: (x, y) => +(x > y),
  le: (x, y) => +(x <= y),
  ge: (x, y) => +(x >= y),
};
type IntegerMeaning = (bits: number, ...operands: bigint[]) => bigint;
const unsigned = (bits: number, x: bigint): bigint => BigInt.asUintN(bits, x);
const clamp = (x: bigint, low: bigint, high: bigint): bigint =>
  x < low ? low : x > high ? high : x;
const saturate = (bits: number, x: bigint): bigint =>
  clamp(x, -(1n << BigInt(bits - 1)), (1n << BigInt(bits - 1)) - 1n);
const saturateUnsigned = (bits: number, x: bigint): bigint =>
  clamp(x, 0n, (1n << BigInt(bits)) - 1n);
const amount = (bits: number, x: bigint): bigint => unsigned(bits, x) % BigInt(bits);
const truth = (value: boolean): bigint => (value ? 1n : 0n);
const binary = (bits: number, x: bigint): string =>
  unsigned(bits, x).toString(2).padStart(bits, "0");
const integerMeaning: Record<string, IntegerMeaning> = {
  eqz: (_, x) => truth(x === 0n),
  clz: (b, x) => BigInt(binary(b, x).indexOf("1") < 0 ? b : binary(b, x).indexOf("1")),
  ctz: (b, x) => BigInt(x === 0n ? b : b - 1 - binary(b, x).lastIndexOf("1")),
  popcnt: (b, x) => BigInt(binary(b, x).replaceAll("0", "").length),
  abs: (_, x) => (x < 0n ? -x : x),
  neg: (_, x) => -x,
  add: (_, x, y) => x + y,
  sub: (_, x, y) => x - y,
  mul: (_, x, y) => x * y,
  add_sat_s: (b, x, y) => saturate(b, x + y),
  sub_sat_s: (b, x, y) => saturate(b, x - y),
  add_sat_u: (b, x, y) => saturateUnsigned(b, unsigned(b, x) + unsigned(b, y)),
  sub_sat_u: (b, x, y) => saturateUnsigned(b, unsigned(b, x) - unsigned(b, y)),
  div_s: (_, x, y) => x / y,
  div_u: (b, x, y) => unsigned(b, x) / unsigned(b, y),
  rem_s: (_, x, y) => x % y,
  rem_u: (b, x, y) => unsigned(b, x) % unsigned(b, y),
  and: (_, x, y) => x & y,
  or: (_, x, y) => x | y,
  xor: (_, x, y) => x ^ y,
  shl: (b, x, y) => x << amount(b, y),
  shr_s: (b, x, y) => x >> amount(b, y),
  shr_u: (b, x, y) => unsigned(b, x) >> amount(b, y),
  rotl: (b, x, y) => (x << amount(b, y)) | (unsigned(b, x) >> (BigInt(b) - amount(b, y))),
  rotr: (b, x, y) => (unsigned(b, x) >> amount(b, y)) | (x << (BigInt(b) - amount(b, y))),
  eq: (_, x, y) => truth(x === y),
  ne: (_, x, y) => truth(x !== y),
  lt_s: (_, x, y) => truth(x < y),
  lt_u: (b, x, y) => truth(unsigned(b, x) < unsigned(b, y)),
  gt_s: (_, x, y) => truth(x > y),
  gt_u: (b, x, y) => truth(unsigned(b, x) > unsigned(b, y)),
  le_s: (_, x, y) => truth(x <= y),
  le_u: (b, x, y) => truth(unsigned(b, x) <= unsigned(b, y)),
  ge_s: (_, x, y) => truth(x >= y),
  ge_u: (b, x, y) => truth(unsigned(b, x) >= unsigned(b, y)),
  min_s: (_, x, y) => (x < y ? x : y),
  max_s: (_, x, y) => (x > y ? x : y),
  min_u: (b, x, y) => (unsigned(b, x) < unsigned(b, y) ? x : y),
  max_u: (b, x, y) => (unsigned(b, x) > unsigned(b, y) ? x : y),
  extend8_s: (_, x) => BigInt.asIntN(8, x),
  extend16_s: (_, x) => BigInt.asIntN(16, x),
};
const FLOATS = [
  -Infinity,
  -3e9,
  -7.5,
  -2.5,
  -1,
  -0,
  0,
  0.5,
  1.5,
  2.25,
  3.5,
  7,
  1e20,
  Infinity,
  NaN,
];
const integers = (bits: number): bigint[] =>
  [0n, 1n, 2n, 7n, -1n, -2n, -100n, 77n, 1n << BigInt(bits - 1), (1n << BigInt(bits - 1)) - 1n].map(
    (x) => BigInt.asIntN(bits, x),
  );

describe("scalar arithmetic means what its name says", () => {
  for (const name of Object.keys(scalarOperations)) {
    const signature = signatureOf(name);
    const [type, operation] = name.split(".") as [string, string];
    const isFloat = type.startsWith("f");
    if (!(operation in (isFloat ? floatMeaning : integerMeaning))) continue;
    test(name, () => {
      const bytes = moduleWith(signature, (body) => body.op(name as "i32.add", ...body.parameters));
      const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
      const run = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } })
        .exports["run"] as (...operands: unknown[]) => number | bigint;
      const unary = signature.indexOf(">") === 1;
      if (isFloat) {
        const round = type === "f32" ? Math.fround : (x: number) => x;
        for (const x of FLOATS)
          for (const y of unary ? [0] : FLOATS)
            expect(run(x, y), `${x} ${y}`).toBe(
              comparison.test(operation)
                ? floatMeaning[operation]!(round(x), round(y))
                : round(floatMeaning[operation]!(round(x), round(y))),
            );
        return;
      }
      const bits = Number(type.slice(1));
      for (const x of integers(bits))
        for (const y of unary ? [0n] : integers(bits)) {
          if (/div|rem/.test(operation) && (y === 0n || (y === -1n && x < -1n << BigInt(bits - 2))))
            continue;
          const pass = (value: bigint): number | bigint => (bits === 64 ? value : Number(value));
          expect(BigInt.asIntN(bits, BigInt(run(pass(x), pass(y)))), `${x} ${y}`).toBe(
            BigInt.asIntN(bits, integerMeaning[operation]!(bits, x, y)),
          );
        }
    });
  }
});

describe("vector arithmetic means what its name says", () => {
  for (const name of Object.keys(simdOperations)) {
    const signature = signatureOf(name);
    const match = /^([if])(\d+)x(\d+)\.(\w+)$/.exec(name);
    if (!match) continue;
    const [, kind, width, lanes, operation] = match as unknown as [
      string,
      string,
      string,
      string,
      string,
    ];
    const meanings = kind === "f" ? floatMeaning : integerMeaning;
    if (!(operation in meanings)) continue;
    test(name, () => {
      const shift = signature === "vi>v";
      const bytes = moduleWith("i>", (body) => {
        const [y] = body.parameters as [Local];
        body.get(32).load("v128.load", 0);
        if (shift) body.get(y);
        else if (signature === "vv>v") body.load("v128.load", 16);
        body.op(name as "f32x4.add").store("v128.store");
      });
      const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
      const run = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } })
        .exports["run"] as (y: number) => void;
      const bits = Number(width);
      if (kind === "f") {
        const view =
          bits === 32 ? new Float32Array(memory.buffer) : new Float64Array(memory.buffer);
        const masks =
          bits === 32 ? new Int32Array(memory.buffer) : new BigInt64Array(memory.buffer);
        const per = Number(lanes);
        const round = bits === 32 ? Math.fround : (x: number) => x;
        for (const x of FLOATS)
          for (const y of FLOATS) {
            view.fill(x, 0, per).fill(y, per, 2 * per);
            run(0);
            for (let lane = 2 * per; lane < 3 * per; lane++) {
              const meant = floatMeaning[operation]!(round(x), round(y));
              if (comparison.test(operation))
                expect(Number(masks[lane]), `${x} ${y}`).toBe(-meant || 0);
              else expect(view[lane], `${x} ${y}`).toBe(round(meant));
            }
          }
        return;
      }
      const views = { 8: Int8Array, 16: Int16Array, 32: Int32Array, 64: BigInt64Array };
      const view = new views[bits as 8](memory.buffer);
      const per = Number(lanes);
      const store = (value: bigint): number =>
        bits === 64 ? (value as unknown as number) : Number(value);
      for (const x of integers(bits))
        for (const y of shift ? [0n, 1n, 3n, 5n, 7n] : integers(bits)) {
          view.fill(store(x), 0, per).fill(store(y), per, 2 * per);
          run(Number(y));
          const meant = integerMeaning[operation]!(bits, x, y);
          for (let lane = 2 * per; lane < 3 * per; lane++)
            expect(BigInt(view[lane]!), `${x} ${y}`).toBe(
              BigInt.asIntN(bits, comparison.test(operation) ? -meant : meant),
            );
        }
    });
  }
});
