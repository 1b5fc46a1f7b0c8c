import {
  ArgumentError,
  DTypeError,
  extendKinds,
  internShape,
  isFloat,
  scalar,
  type DType,
  type OptionKinds,
  type Scalar,
} from "@dl/backend";
import { creationKinds, type CreationOptions } from "../core/creation-options.ts";
import { checkFits } from "../core/number-operand.ts";
import { PointwiseOp } from "../core/pointwise-op.ts";
import { applyOne, type Operand } from "../core/primitives.ts";
import type { Tensor } from "../core/tensor.ts";
import { checkedTarget } from "../ops/creation.ts";
import { defaultGenerator, generatorKind, type Generator } from "./generator.ts";

/** Type, place and source of drawn numbers. */
export interface RandomOptions extends CreationOptions {
  /** The default one unless said. */
  readonly generator?: Generator;
}

/**
 * For options that extend {@link RandomOptions}.
 *
 * @example
 * checkOptions("myLayer", { generator: 42 }, randomKinds); // throws an ArgumentError
 */
export const randomKinds: OptionKinds<RandomOptions> = /* @__PURE__ */ extendKinds(creationKinds, {
  generator: generatorKind,
});

/** A distribution: from random bits and further numbers to a value. */
export type Distribution = (bits: Scalar, ...numbers: Scalar[]) => Scalar;

/** One operation per result type, since an expression is cached by its operation. */
export type RandomOps = { readonly [Name in DType]: PointwiseOp };

export function randomOps(name: string, distribution: (dtype: DType) => Distribution): RandomOps {
  const op = (dtype: DType): PointwiseOp => {
    const build = distribution(dtype);
    return new PointwiseOp(name, (low, high, stream, draw, ...numbers) =>
      build(scalar.randomBits(low, high, stream, draw), ...numbers),
    );
  };
  return {
    float32: op("float32"),
    float64: op("float64"),
    int32: op("int32"),
    uint32: op("uint32"),
    bool: op("bool"),
  };
}

/** A tensor of one draw. The distribution gets the `ranks` as uint32, then the `numbers` in the result's type. */
export function drawTensor(
  ops: RandomOps,
  shape: readonly number[],
  options: RandomOptions,
  numbers: readonly number[],
  ranks: readonly number[] = [],
): Tensor {
  const { name } = ops.float32;
  const sizes = internShape(shape, name);
  const { backend, dtype } = checkedTarget(name, options, "float32");
  for (const number of numbers) checkFits(name, number, dtype);
  const operands: Operand[] = [
    ...(options.generator ?? defaultGenerator()).operands(),
    ...ranks.map((number): Operand => ({ number, dtype: "uint32" })),
    ...numbers.map((number): Operand => ({ number, dtype })),
  ];
  return applyOne("generate", operands, { op: ops[dtype], shape: sizes, backend });
}

/** 24 random bits as a fraction: 0 to 1 - 2⁻²⁴ in steps of 2⁻²⁴, exact in float32. */
export function unitFraction(bits: Scalar, dtype: DType): Scalar {
  return scalar.mul(scalar.cast(scalar.shiftRight(bits, 8), dtype), 2 ** -24);
}

/** ⌊bits · range / 2³²⌋: a number below `range`, from products of 16-bit halves. */
export function multiplyHigh(bits: Scalar, range: Scalar): Scalar {
  const { add, and, mul, shiftRight } = scalar;
  const [bitsLow, bitsHigh] = [and(bits, 0xffff), shiftRight(bits, 16)];
  const [rangeLow, rangeHigh] = [and(range, 0xffff), shiftRight(range, 16)];
  const first = add(mul(bitsHigh, rangeLow), shiftRight(mul(bitsLow, rangeLow), 16));
  const second = add(mul(bitsLow, rangeHigh), and(first, 0xffff));
  return add(mul(bitsHigh, rangeHigh), add(shiftRight(first, 16), shiftRight(second, 16)));
}

/** @throws {DTypeError} unless the wanted type is a float. */
export function checkFloatResult(op: string, dtype: DType | undefined): void {
  if (dtype !== undefined && !isFloat(dtype))
    throw new DTypeError(
      op,
      `makes floats, but ${dtype} was asked for. Use integers(low, high, shape).`,
      {
        received: dtype,
      },
    );
}

/** @throws {ArgumentError} unless every number is finite and `isValid`. */
export function checkNumbers(
  op: string,
  numbers: { readonly [name: string]: number },
  isValid: boolean,
  advice: string,
): void {
  if (isValid && Object.values(numbers).every(Number.isFinite)) return;
  const text = Object.entries(numbers)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
  throw new ArgumentError(op, `parameters out of range: received ${text}. ${advice}`, {
    received: numbers,
  });
}
