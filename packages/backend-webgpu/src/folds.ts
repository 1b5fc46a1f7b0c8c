import type { DType, ReduceOp } from "@dl/backend";
import { constantText } from "./expression-code.ts";
import { elementType, type KernelBuilder } from "./kernel-builder.ts";

/** How a reduction starts, takes in values and joins partial results, in WGSL. */
export interface Fold {
  /** Type of what is carried along. */
  readonly type: string;
  readonly start: string;
  /** Declares `join(a, b)`: the result of both, the first operand's elements coming first. */
  declare(): void;
  /** A value at a position along the reduced axis, as what is carried. */
  lift(value: string, position: string): string;
  /** The result. */
  result(carried: string): string;
  /** Words of a partial result in memory, and back. */
  readonly words: number;
  store(carried: string): readonly string[];
  restore(words: readonly string[]): string;
}

export function foldOf(kernel: KernelBuilder, op: ReduceOp, dtype: DType): Fold {
  if (op === "hypot") return hypotFold(kernel);
  return op === "argmax" || op === "argmin"
    ? positionFold(kernel, op === "argmax", dtype)
    : valueFold(kernel, op, dtype);
}

function valueFold(kernel: KernelBuilder, op: "sum" | "prod" | "max" | "min", dtype: DType): Fold {
  const element = elementType(dtype);
  const isFloat = element === "f32";
  const extreme = (name: "max" | "min"): string =>
    isFloat ? `${kernel.use(name === "max" ? "maximum" : "minimum")}(a, b)` : `${name}(a, b)`;
  const joins = {
    sum: () => (dtype === "bool" ? "a | b" : "a + b"),
    prod: () => (dtype === "bool" ? "a & b" : "a * b"),
    max: () => extreme("max"),
    min: () => extreme("min"),
  };
  const starts = { sum: 0, prod: 1, max: lowest(dtype), min: highest(dtype) };
  return {
    type: element,
    start: constantText(kernel, starts[op], element),
    declare: () =>
      kernel.declare(
        `fn join(a: ${element}, b: ${element}) -> ${element} { return ${joins[op]()}; }`,
      ),
    lift: (value) => value,
    result: (carried) => carried,
    words: 1,
    store: (carried) => [`bitcast<u32>(${carried})`],
    restore: ([word]) => `bitcast<${element}>(${word!})`,
  };
}

/**
 * Carries three sums of squares: of the values as they are, made smaller and made larger. What
 * leaves the type's range in one is in the middle of another's.
 *
 * Source: Blue 1978, "A portable Fortran program to find the Euclidean norm of a vector".
 */
function hypotFold(kernel: KernelBuilder): Fold {
  const [shrink, grow, least, most] = [2 ** -70, 2 ** 100, 2 ** -100, 2 ** 126].map((size) =>
    constantText(kernel, size, "f32"),
  );
  const sqrt = kernel.use("sqrt");
  return {
    type: "vec3f",
    start: "vec3f()",
    declare: () =>
      kernel.declare(
        [
          "fn join(a: vec3f, b: vec3f) -> vec3f { return a + b; }",
          "fn squares(x: f32) -> vec3f {",
          `let scaled = x * vec3f(1.0, ${shrink!}, ${grow!});`,
          "return scaled * scaled;",
          "}",
          "fn root(sums: vec3f) -> f32 {",
          `if (sums.x < ${least!}) { return ${sqrt}(sums.z) / ${grow!}; }`,
          `return select(${sqrt}(sums.x), ${sqrt}(sums.y) / ${shrink!}, sums.x > ${most!});`,
          "}",
        ].join("\n"),
      ),
    lift: (value) => `squares(${value})`,
    result: (carried) => `root(${carried})`,
    words: 3,
    store: (carried) => ["x", "y", "z"].map((part) => `bitcast<u32>(${carried}.${part})`),
    restore: (words) => `vec3f(${words.map((word) => `bitcast<f32>(${word})`).join(", ")})`,
  };
}

/** Carries the best value and its position; the first NaN wins, else the first of the best. */
function positionFold(kernel: KernelBuilder, isMax: boolean, dtype: DType): Fold {
  const element = elementType(dtype);
  const isNaN = element === "f32" ? kernel.use("isNaN") : undefined;
  // Numbers in order by their bits: a device may take subnormal ones for 0.
  const key = (value: string): string =>
    element === "f32" ? `${kernel.use("orderOfNumbers")}(${value})` : value;
  const comparedBy = (operator: string): string =>
    `${key("b.value")} ${operator} ${key("a.value")}`;
  const isExceeded = comparedBy(isMax ? ">" : "<");
  const isBetter =
    isNaN === undefined
      ? isExceeded
      : `(!${isNaN}(a.value) && (${isNaN}(b.value) || ${isExceeded}))`;
  const isEqual =
    isNaN === undefined
      ? comparedBy("==")
      : `(${comparedBy("==")} || (${isNaN}(a.value) && ${isNaN}(b.value)))`;
  return {
    type: "Best",
    start: `Best(${constantText(kernel, isMax ? lowest(dtype) : highest(dtype), element)}, ${empty}u)`,
    declare: () =>
      kernel.declare(
        [
          `struct Best { value: ${element}, position: u32 }`,
          "fn join(a: Best, b: Best) -> Best {",
          `if (b.position == ${empty}u) { return a; }`,
          `if (a.position == ${empty}u || ${isBetter} || (${isEqual} && b.position < a.position)) { return b; }`,
          "return a;",
          "}",
        ].join("\n"),
      ),
    lift: (value, position) => `Best(${value}, ${position})`,
    result: (carried) => `select(i32(${carried}.position), 0i, ${carried}.position == ${empty}u)`,
    words: 2,
    store: (carried) => [`bitcast<u32>(${carried}.value)`, `${carried}.position`],
    restore: ([value, position]) => `Best(bitcast<${element}>(${value!}), ${position!})`,
  };
}

/** Position of a partial result that has seen no element. */
const empty = 0xffffffff;

/** The least number of a type. */
export function lowest(dtype: DType): number {
  if (dtype === "int32") return -(2 ** 31);
  return dtype === "float32" ? -Infinity : 0;
}

function highest(dtype: DType): number {
  if (dtype === "int32") return 2 ** 31 - 1;
  if (dtype === "uint32") return 2 ** 32 - 1;
  return dtype === "bool" ? 1 : Infinity;
}
