import type { ApplyScalar, DType, Emitters } from "@dl/backend";
import { integerModulo, laneShift } from "./integer-lanes.ts";
import type { VectorFunctions } from "./kernels/vector-math.ts";
import { missingPart } from "./missing-part.ts";
import { pushWord, type VectorValue } from "./vector-value.ts";
import type { FunctionBuilder, PlainName } from "./wasm/function-builder.ts";

/** Instructions that need more than their operands. */
interface Surroundings {
  randomBits(node: ApplyScalar, keys: readonly VectorValue[]): VectorValue;
}

/** One instruction for each family of types; bools are compared and ordered as unsigned words. */
type ByType = readonly [float: PlainName, signed: PlainName, unsigned?: PlainName];

/** One emitter per scalar instruction, on four lanes. */
export function vectorEmitters(
  body: FunctionBuilder,
  surroundings: Surroundings,
): Emitters<VectorValue> {
  const result = (isMask = false): VectorValue => {
    const local = body.local("v128");
    body.set(local);
    return { local, isMask };
  };
  const word = (value: VectorValue): void => pushWord(body, value);
  const pushMask = (value: VectorValue): void => {
    body.get(value.local);
    if (!value.isMask) body.op("i32x4.neg"); // 0 or 1
  };
  /** Both as masks where they are, else both as words; says which. */
  const pushAlike = (a: VectorValue, b: VectorValue): boolean => {
    const isMask = a.isMask && b.isMask;
    for (const value of [a, b])
      if (isMask) body.get(value.local);
      else word(value);
    return isMask;
  };
  const choose = (dtype: DType, [float, signed, unsigned = signed]: ByType): PlainName =>
    dtype === "float32" ? float : dtype === "int32" ? signed : unsigned;

  const unary =
    (...by: ByType) =>
    (node: ApplyScalar, x: VectorValue): VectorValue => {
      body.op(choose(node.dtype, by), x.local);
      return result();
    };
  const float = (name: PlainName) => unary(name, name);
  const binary =
    (...by: ByType) =>
    (node: ApplyScalar, a: VectorValue, b: VectorValue): VectorValue => {
      word(a);
      word(b);
      body.op(choose(node.args[0]!.dtype, by));
      return result();
    };
  /**
   * max or min. V8 spends some eight instructions on f32x4.max, for NaN and -0; beside a constant
   * one or two give the same.
   */
  const extreme =
    (beside: "f32x4.pmax" | "f32x4.pmin", ...by: ByType) =>
    (node: ApplyScalar, a: VectorValue, b: VectorValue): VectorValue => {
      const isFirst = node.args[0]!.kind === "constant";
      const limit = node.args[isFirst ? 0 : 1]!;
      if (node.dtype !== "float32" || limit.kind !== "constant" || Number.isNaN(limit.value))
        return binary(...by)(node, a, b);
      const [x, bound] = isFirst ? [b.local, a.local] : [a.local, b.local];
      // Of the two zeros, pmax and pmin keep x's.
      if (!Object.is(limit.value, beside === "f32x4.pmax" ? 0 : -0)) body.op(beside, x, bound);
      else if (beside === "f32x4.pmax") body.get(x).op("f32x4.le", x, bound).op("v128.andnot");
      else return binary(...by)(node, a, b);
      return result();
    };
  const comparison =
    (...by: ByType) =>
    (node: ApplyScalar, a: VectorValue, b: VectorValue): VectorValue => ({
      ...binary(...by)(node, a, b),
      isMask: true,
    });
  const bitwise =
    (name: PlainName) =>
    (_node: ApplyScalar, a: VectorValue, b: VectorValue): VectorValue => {
      const isMask = pushAlike(a, b);
      body.op(name);
      return result(isMask);
    };
  const shift =
    (direction: "left" | "right", ...by: ByType) =>
    (node: ApplyScalar, a: VectorValue, b: VectorValue): VectorValue => {
      const amount = node.args[1]!;
      if (amount.kind === "constant") body.op(choose(node.dtype, by), a.local, amount.value & 31);
      else body.call(laneShift(body.host, direction, node.dtype === "int32"), a.local, b.local);
      return result();
    };
  const math =
    (name: keyof VectorFunctions) =>
    (_node: ApplyScalar, ...operands: VectorValue[]): VectorValue => {
      const emit = body.host.functions[name];
      if (emit === undefined) throw missingPart(`the function ${name}`, "functionKernels");
      emit(body, ...operands.map(({ local }) => local));
      return result();
    };

  return {
    add: binary("f32x4.add", "i32x4.add"),
    sub: binary("f32x4.sub", "i32x4.sub"),
    mul: binary("f32x4.mul", "i32x4.mul"),
    div: binary("f32x4.div", "f32x4.div"),
    mod: (node, a, b) => {
      if (node.dtype === "float32") return math("mod")(node, a, b);
      body.call(integerModulo(body.host, node.dtype === "int32"), a.local, b.local);
      return result();
    },
    pow: math("pow"),
    max: extreme("f32x4.pmax", "f32x4.max", "i32x4.max_s", "i32x4.max_u"),
    min: extreme("f32x4.pmin", "f32x4.min", "i32x4.min_s", "i32x4.min_u"),
    neg: unary("f32x4.neg", "i32x4.neg"),
    abs: (node, x) => (node.dtype === "uint32" ? x : unary("f32x4.abs", "i32x4.abs")(node, x)),
    floor: float("f32x4.floor"),
    round: float("f32x4.nearest"),
    sqrt: float("f32x4.sqrt"),
    exp: math("exp"),
    expm1: math("expm1"),
    log: math("log"),
    log1p: math("log1p"),
    sin: math("sin"),
    cos: math("cos"),
    atan: math("atan"),
    tanh: math("tanh"),
    erf: math("erf"),
    isNaN: (_node, x) => {
      body.op("f32x4.ne", x.local, x.local);
      return result(true);
    },
    less: comparison("f32x4.lt", "i32x4.lt_s", "i32x4.lt_u"),
    lessEqual: comparison("f32x4.le", "i32x4.le_s", "i32x4.le_u"),
    equal: comparison("f32x4.eq", "i32x4.eq"),
    select: (_node, condition, a, b) => {
      const isMask = pushAlike(a, b);
      pushMask(condition);
      body.op("v128.bitselect");
      return result(isMask);
    },
    and: bitwise("v128.and"),
    or: bitwise("v128.or"),
    xor: bitwise("v128.xor"),
    shiftLeft: shift("left", "i32x4.shl", "i32x4.shl"),
    shiftRight: shift("right", "i32x4.shr_u", "i32x4.shr_s", "i32x4.shr_u"),
    cast: (node, x) => {
      const from = node.args[0]!.dtype;
      if (node.dtype === "bool") {
        body.op(from === "float32" ? "f32x4.ne" : "i32x4.ne", x.local, body.constant("i32x4", 0));
        return result(true);
      }
      if (node.dtype === "float32" && x.isMask) {
        body.op("v128.and", x.local, body.constant("f32x4", 1));
        return result();
      }
      word(x);
      if (node.dtype === "float32")
        body.op(from === "uint32" ? "f32x4.convert_i32x4_u" : "f32x4.convert_i32x4_s");
      else if (from === "float32")
        body.op(node.dtype === "int32" ? "i32x4.trunc_sat_f32x4_s" : "i32x4.trunc_sat_f32x4_u");
      return result();
    },
    bitcast: (_node, x) => {
      if (!x.isMask) return x;
      word(x);
      return result();
    },
    randomBits: (node, ...keys) => surroundings.randomBits(node, keys),
    normalFromBits: math("normalFromBits"),
  };
}
