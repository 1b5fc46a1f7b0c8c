import type { ApplyScalar, Emitters } from "@dl/backend";
import { elementType, typeName, type KernelBuilder, type Width } from "./kernel-builder.ts";
import type { WgslFunctionName } from "./wgsl/functions.ts";

/** Instructions that need more than their operands. */
interface Surroundings {
  randomBits(node: ApplyScalar, keys: readonly string[]): string;
}

/**
 * One emitter per scalar instruction: the WGSL expression for its value from the names of its
 * operands' values. A bool is a u32, 0 or 1.
 */
export function wgslEmitters(
  kernel: KernelBuilder,
  width: Width,
  surroundings: Surroundings,
): Emitters<string> {
  const called =
    (name: WgslFunctionName) =>
    (_node: ApplyScalar, ...args: string[]): string =>
      `${kernel.use(name, width)}(${args.join(", ")})`;
  const builtIn =
    (name: string) =>
    (_node: ApplyScalar, ...args: string[]): string =>
      `${name}(${args.join(", ")})`;
  const infix =
    (operator: string) =>
    (_node: ApplyScalar, a: string, b: string): string =>
      `${a} ${operator} ${b}`;
  const words = typeName("u32", width);
  const zeros = `${words}(0u)`;
  const isFloat = (node: ApplyScalar): boolean => node.args[0]!.dtype === "float32";
  const comparison =
    (name: WgslFunctionName, operator: string) =>
    (node: ApplyScalar, a: string, b: string): string =>
      `${words}(${isFloat(node) ? called(name)(node, a, b) : `${a} ${operator} ${b}`})`;
  const extreme =
    (name: WgslFunctionName, integer: string) =>
    (node: ApplyScalar, a: string, b: string): string =>
      (isFloat(node) ? called(name) : builtIn(integer))(node, a, b);
  const withBits = (x: string, operator: string, mask: string): string =>
    `bitcast<${typeName("f32", width)}>(bitcast<${words}>(${x}) ${operator} ${words}(${mask}))`;
  // The shift is taken modulo 32, as in every other backend.
  const amount = (b: string): string => `(${words}(${b}) & ${words}(31u))`;

  return {
    add: infix("+"),
    sub: infix("-"),
    mul: infix("*"),
    div: called("div"),
    mod: (node, a, b) => {
      if (isFloat(node)) return called("modulo")(node, a, b);
      if (node.dtype === "uint32")
        return `select(${zeros}, ${a} % max(${b}, ${words}(1u)), ${b} != ${zeros})`;
      return called("moduloInteger")(node, a, b);
    },
    pow: called("pow"),
    max: extreme("maximum", "max"),
    min: extreme("minimum", "min"),
    // Signs by bits: arithmetic may take a subnormal number for 0.
    neg: (node, x) => {
      if (node.dtype === "float32") return withBits(x, "^", "0x80000000u");
      return node.dtype === "uint32" ? `${zeros} - ${x}` : `-${x}`;
    },
    abs: (node, x) => {
      if (node.dtype === "float32") return withBits(x, "&", "0x7fffffffu");
      return node.dtype === "uint32" ? x : `abs(${x})`;
    },
    floor: called("floor"),
    round: builtIn("round"),
    sqrt: called("sqrt"),
    exp: called("exp"),
    expm1: called("expm1"),
    log: called("log"),
    log1p: called("log1p"),
    sin: called("sin"),
    cos: called("cos"),
    atan: called("atan"),
    tanh: called("tanh"),
    erf: called("erf"),
    isNaN: (node, x) => `${words}(${called("isNaN")(node, x)})`,
    less: comparison("less", "<"),
    lessEqual: comparison("lessEqual", "<="),
    equal: comparison("equal", "=="),
    select: (_node, condition, a, b) => `select(${b}, ${a}, ${condition} != ${zeros})`,
    and: infix("&"),
    or: infix("|"),
    xor: infix("^"),
    shiftLeft: (_node, a, b) => `${a} << ${amount(b)}`,
    shiftRight: (_node, a, b) => `${a} >> ${amount(b)}`,
    cast: (node, x) => {
      const from = node.args[0]!.dtype;
      if (node.dtype === "bool") {
        // By bits, so that NaN and subnormal numbers count as not zero.
        const bits =
          from === "float32" ? `(bitcast<${words}>(${x}) << ${words}(1u))` : `${words}(${x})`;
        return `${words}(${bits} != ${zeros})`;
      }
      if (from === "float32" && node.dtype === "int32") return called("toInteger")(node, x);
      if (from === "float32" && node.dtype === "uint32") return called("toUnsigned")(node, x);
      if (node.dtype === "float32" && from === "int32") return called("fromInteger")(node, x);
      if (node.dtype === "float32" && from === "uint32") return called("fromUnsigned")(node, x);
      return `${typeName(elementType(node.dtype), width)}(${x})`;
    },
    bitcast: (node, x) => `bitcast<${typeName(elementType(node.dtype), width)}>(${x})`,
    randomBits: (node, ...keys) => surroundings.randomBits(node, keys),
    normalFromBits: called("normalFromBits"),
  };
}
