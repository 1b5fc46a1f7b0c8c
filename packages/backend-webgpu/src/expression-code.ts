import {
  foldScalar,
  topologicalOrder,
  type ApplyScalar,
  type Emitters,
  type Scalar,
} from "@dl/backend";
import { wgslEmitters } from "./emitters.ts";
import {
  elementType,
  typeName,
  type ElementType,
  type KernelBuilder,
  type Width,
} from "./kernel-builder.ts";
import { literal } from "./wgsl/wgsl-function.ts";

/** Where the element, or the four, being computed lies. */
export interface ElementPlace {
  /** Row-major position of the (first) element, a u32; a multiple of 4 when there are four. */
  readonly index: string;
  /** The name of an input's value. */
  input(slot: number): string;
}

/** Emits scalar expressions as a list of `let` statements, each shared part once. */
export class ExpressionCode {
  readonly #kernel: KernelBuilder;
  readonly #width: Width;
  readonly #prefix: string;
  readonly #place: ElementPlace;
  readonly lines: string[] = [];
  #count = 0;

  /** Names begin with `prefix`; two pieces of code in one scope need two prefixes. */
  constructor(kernel: KernelBuilder, width: Width, place: ElementPlace, prefix = "v") {
    this.#kernel = kernel;
    this.#width = width;
    this.#place = place;
    this.#prefix = prefix;
  }

  /** Gives the names that hold the expressions' values. */
  emit(roots: readonly Scalar[]): string[] {
    const emitters = this.#naming(
      wgslEmitters(this.#kernel, this.#width, {
        randomBits: (node, keys) => this.#randomBits(node, keys),
      }),
    );
    const memo = new Map<Scalar, string>();
    return roots.map((root) => foldScalar(root, emitters, (leaf) => this.#leaf(leaf), memo));
  }

  /**
   * A value as a statement of its own. What a `let` names is no constant expression, so WGSL does
   * not refuse overflow in it.
   */
  name(value: string): string {
    const name = `${this.#prefix}${this.#count++}`;
    this.lines.push(`let ${name} = ${value};`);
    return name;
  }

  #naming(emitters: Emitters<string>): Emitters<string> {
    const named = Object.entries<(node: ApplyScalar, ...args: string[]) => string>(emitters);
    const entries = named.map(([op, emit]) => [
      op,
      (node: ApplyScalar, ...args: string[]): string => this.name(emit(node, ...args)),
    ]);
    return Object.fromEntries(entries) as Emitters<string>;
  }

  #leaf(leaf: Extract<Scalar, { kind: "input" | "parameter" | "constant" | "index" }>): string {
    if (leaf.kind === "input") return this.#place.input(leaf.slot);
    if (leaf.kind === "index")
      return this.#width === 1
        ? this.#place.index
        : this.name(`vec4<u32>(${this.#place.index}) + vec4<u32>(0u, 1u, 2u, 3u)`);
    const value =
      leaf.kind === "parameter"
        ? this.#kernel.scalar(leaf.slot, leaf.dtype)
        : this.#constant(leaf.value, elementType(leaf.dtype));
    return this.name(`${typeName(elementType(leaf.dtype), this.#width)}(${value})`);
  }

  #constant(value: number, element: ElementType): string {
    // Compilers make x * 0 and 0 / x 0, also where x is NaN; a uniform word they do not know.
    if (element === "f32" && value === 0)
      return `bitcast<f32>(${this.#kernel.fixed(Object.is(value, -0) ? 0x80000000 : 0)})`;
    return constantText(this.#kernel, value, element);
  }

  #randomBits(node: ApplyScalar, keys: readonly string[]): string {
    const { index } = this.#place;
    if (this.#width === 1)
      return `${this.#kernel.use("randomBits")}(${[index, ...keys.map((key) => `u32(${key})`)].join(", ")})`;
    const isUniform = topologicalOrder(node.args).every(
      ({ kind }) => kind !== "input" && kind !== "index",
    );
    const lanes = ["x", "y", "z", "w"];
    if (isUniform)
      return `${this.#kernel.use("philox")}(${[`${index} >> 2u`, ...keys.map((key) => `u32(${key}.x)`)].join(", ")})`;
    const calls = lanes.map(
      (lane, i) =>
        `${this.#kernel.use("randomBits")}(${[`${index} + ${i}u`, ...keys.map((key) => `u32(${key}.${lane})`)].join(", ")})`,
    );
    return `vec4<u32>(${calls.join(", ")})`;
  }
}

export function constantText(
  kernel: KernelBuilder,
  value: number,
  element: "f32" | "i32" | "u32",
): string {
  if (element === "i32") return `i32(${value})`;
  if (element === "u32") return `${value}u`;
  if (
    Number.isFinite(value) &&
    !Object.is(value, -0) &&
    (value === 0 || Math.abs(value) >= 2 ** -126)
  )
    return literal(value);
  const word = new Uint32Array(Float32Array.of(value).buffer)[0]!;
  return `${kernel.use("bits")}(${word}u)`;
}
