import { InternalError, type DType } from "@dl/backend";
import { sharedBindings, type SharedBuffer } from "./shared-buffers.ts";
import { fourLanes, wgslFunctions, type WgslFunctionName } from "./wgsl/functions.ts";

/** Element types of storage. A bool is a u32, in memory and in registers. */
export type ElementType = "f32" | "i32" | "u32";

export function elementType(dtype: DType): ElementType {
  if (dtype === "float32") return "f32";
  return dtype === "int32" ? "i32" : "u32";
}

/** Elements an invocation handles at a time. */
export type Width = 1 | 4;

export function typeName(element: ElementType, width: Width): string {
  return width === 1 ? element : `vec4<${element}>`;
}

/** A word of uniform data: known when the program is compiled, or given with the dispatch. */
export type UniformWord =
  | { readonly kind: "fixed"; readonly value: number }
  /** The element offset of an operand. */
  | { readonly kind: "offset"; readonly operand: number }
  | { readonly kind: "scalar"; readonly slot: number; readonly dtype: DType };

/** A storage buffer the kernel binds. Operands are a program's inputs, then outputs, then scratch. */
export interface KernelBinding {
  readonly operand: number;
  readonly isWritten: boolean;
  readonly name: string;
  /** Its WGSL type. */
  readonly type: string;
}

/** Everything needed to build a pipeline and to dispatch it. */
export interface KernelSource {
  /** The WGSL; bindings come in this order, after the uniform data and the shared buffers. */
  readonly code: string;
  readonly bindings: readonly KernelBinding[];
  /** Lists of operands that lie in one buffer behind each other, bound as the first of them. */
  readonly packs: readonly (readonly number[])[];
  readonly words: readonly UniformWord[];
  readonly shared: readonly SharedBuffer[];
  /** Workgroups altogether; laid out over two dimensions where one does not hold them. */
  readonly groupCount: number;
}

/**
 * Puts a kernel's WGSL together: bindings, uniform words, helper functions and the body.
 *
 * Whatever differs between programs of one form (sizes, strides, offsets, numbers) is a uniform
 * word, so that they share the text, and with it the pipeline.
 */
export class KernelBuilder {
  readonly #words: UniformWord[] = [];
  readonly #bindings: KernelBinding[] = [];
  readonly #functions = new Map<string, string>();
  readonly #declarations: string[] = [];
  readonly #shared = new Set<SharedBuffer>();
  #usesSubgroups = false;

  /** A number fixed by the program, as a u32. */
  fixed(value: number): string {
    return this.#word({ kind: "fixed", value });
  }

  offset(operand: number): string {
    return this.#word({ kind: "offset", operand });
  }

  /** A number given with the dispatch, in its own type. */
  scalar(slot: number, dtype: DType): string {
    const word = this.#word({ kind: "scalar", slot, dtype });
    const element = elementType(dtype);
    return element === "u32" ? word : `bitcast<${element}>(${word})`;
  }

  /** The name of the array an operand is bound as. */
  read(operand: number, element: ElementType, width: Width = 1): string {
    return this.#bind(operand, element, width, false);
  }

  write(operand: number, element: ElementType, width: Width = 1): string {
    return this.#bind(operand, element, width, true);
  }

  /** Makes a library function callable, with those it calls; gives the name it has for that width. */
  use(name: WgslFunctionName, width: Width = 1): string {
    const called = `dl_${name}${width === 4 ? "4" : ""}`;
    if (this.#functions.has(called)) return called;
    const { needs, text, readsNormalTable } = wgslFunctions[name];
    for (const other of needs ?? []) this.use(other);
    if (readsNormalTable === true) this.bind("normalTable");
    if (width === 4) {
      this.use(name);
      this.#functions.set(called, fourLanes(name));
    } else this.#functions.set(called, `fn dl_${name}${text}`);
    return called;
  }

  /** The name of the subgroup's size, in a kernel that may then call the functions of subgroups. */
  subgroupSize(): string {
    this.#usesSubgroups = true;
    return "subgroup_size";
  }

  /** Binds a buffer of the device under its own name. */
  bind(buffer: SharedBuffer): void {
    this.#shared.add(buffer);
  }

  /** A declaration at module level: a function, workgroup memory. */
  declare(text: string): void {
    this.#declarations.push(text);
  }

  /**
   * The body sees `local` (index in the workgroup) and `group` (index of the workgroup), and only
   * groups below `groupCount` run it.
   */
  finish(workgroupSize: number, groupCount: number, body: string): KernelSource {
    const groupLimit = this.fixed(groupCount);
    const bindings = this.#bindings.toSorted((a, b) => Number(a.isWritten) - Number(b.isWritten));
    const shared = [...this.#shared].toSorted();
    const wordCount = Math.ceil(this.#words.length / 4);
    const builtins = [
      "@builtin(local_invocation_index) local: u32",
      "@builtin(workgroup_id) group_id: vec3<u32>",
      "@builtin(num_workgroups) group_counts: vec3<u32>",
      ...(this.#usesSubgroups ? ["@builtin(subgroup_size) subgroup_size: u32"] : []),
    ];
    const code = [
      ...(this.#usesSubgroups ? ["enable subgroups;"] : []),
      `@group(0) @binding(0) var<uniform> words: array<vec4<u32>, ${wordCount}>;`,
      ...shared.map(
        (name, i) => `@group(0) @binding(${i + 1}) ${sharedBindings[name].declaration}`,
      ),
      ...declareBindings(bindings, shared.length + 1),
      ...this.#functions.values(),
      ...this.#declarations,
      `@compute @workgroup_size(${workgroupSize})`,
      `fn main(${builtins.join(", ")}) {`,
      "let group = group_id.x + group_id.y * group_counts.x;",
      `if (group >= ${groupLimit}) { return; }`,
      body,
      "}",
      "",
    ].join("\n");
    return {
      code,
      bindings,
      packs: [],
      words: this.#words,
      shared,
      groupCount,
    };
  }

  #word(word: UniformWord): string {
    const place = this.#words.push(word) - 1;
    return `words[${place >> 2}].${"xyzw"[place & 3]!}`;
  }

  #bind(operand: number, element: ElementType, width: Width, isWritten: boolean): string {
    const type = `array<${typeName(element, width)}>`;
    const known = this.#bindings.find((binding) => binding.operand === operand);
    if (known !== undefined) {
      if (known.type !== type || known.isWritten !== isWritten)
        throw new InternalError("webgpu", `operand ${operand} is bound in two ways.`);
      return known.name;
    }
    const name = `${isWritten ? "out" : "in"}${operand}`;
    this.#bindings.push({ operand, isWritten, name, type });
    return name;
  }
}

export function declareBindings(bindings: readonly KernelBinding[], first: number): string[] {
  return bindings.map(
    ({ name, type, isWritten }, i) =>
      `@group(0) @binding(${i + first}) var<storage, ${isWritten ? "read_write" : "read"}> ${name}: ${type};`,
  );
}
