import {
  checkOptions,
  DTypeError,
  extendKinds,
  scalar,
  type DType,
  type OptionKinds,
} from "@dl/backend";
import { backendOrDefault } from "../core/configuration.ts";
import { checkFits } from "../core/number-operand.ts";
import { PointwiseOp } from "../core/pointwise-op.ts";
import { applyOne } from "../core/primitives.ts";
import { Tensor } from "../core/tensor.ts";
import { uploadPositions } from "../ops/check-indices.ts";
import { checkDTypeSupported, checkFloat } from "../ops/check-operands.ts";
import { add, bitcast, cast, less, randomBits } from "../scalar-functions.ts";
import {
  checkNumbers,
  drawTensor,
  multiplyHigh,
  randomKinds,
  randomOps,
  unitFraction,
  type RandomOptions,
} from "./draw.ts";
import { defaultGenerator } from "./generator.ts";

const integerOps = /* @__PURE__ */ randomOps("integers", (dtype) => (bits, range, low) => {
  const number = add(bitcast(low, "int32"), bitcast(multiplyHigh(bits, range), "int32"));
  return dtype === "uint32" ? bitcast(number, "uint32") : cast(number, dtype);
});

/**
 * Whole numbers from `low` to `high - 1`, evenly spread.
 *
 * low + ⌊bits · (high - low) / 2³²⌋ of 32 random bits: a number's chance is off by less than 2⁻³².
 *
 * Shape: `shape`, int32 unless said.
 * @throws {ArgumentError} if low is not below high, a bound is not a whole number of 32 bits, or the type
 * cannot hold the numbers.
 * @example
 * integers(0, 10, [5]).dtype; // => "int32"
 */
export function integers(
  low: number,
  high: number,
  shape: readonly number[],
  options: RandomOptions = {},
): Tensor {
  checkNumbers(
    "integers",
    { low, high },
    Number.isInteger(low) &&
      Number.isInteger(high) &&
      low < high &&
      low >= -(2 ** 31) &&
      high <= 2 ** 31,
    "Give whole numbers with low below high, from -2^31 to 2^31.",
  );
  checkOptions("integers", options, randomKinds);
  const { dtype = "int32" } = options;
  for (const bound of [low, high - 1]) checkFits("integers", bound, dtype);
  const range = Math.min(high - low, 2 ** 32 - 1);
  return drawTensor(integerOps, shape, { dtype: "int32", ...options }, [], [range, low >>> 0]);
}

const bernoulliOps = /* @__PURE__ */ randomOps(
  "bernoulli",
  (dtype) => (bits, threshold) => cast(less(scalar.shiftRight(bits, 8), threshold), dtype),
);

const bernoulliOfOp = (dtype: DType): PointwiseOp =>
  new PointwiseOp("bernoulli", (probability, low, high, stream, draw) =>
    cast(
      less(unitFraction(randomBits(low, high, stream, draw), probability.dtype), probability),
      dtype,
    ),
  );
const bernoulliOfOps: { readonly [Name in DType]: PointwiseOp } = {
  float32: /* @__PURE__ */ bernoulliOfOp("float32"),
  float64: /* @__PURE__ */ bernoulliOfOp("float64"),
  int32: /* @__PURE__ */ bernoulliOfOp("int32"),
  uint32: /* @__PURE__ */ bernoulliOfOp("uint32"),
  bool: /* @__PURE__ */ bernoulliOfOp("bool"),
};

/** How often and where {@link bernoulli} draws. */
export interface BernoulliOptions extends RandomOptions {
  /** Chance of a 1 where a shape is given; default 0.5. */
  readonly probability?: number;
}

const bernoulliKinds: OptionKinds<BernoulliOptions> = /* @__PURE__ */ extendKinds(randomKinds, {
  probability: "number",
});

/**
 * Ones with a given probability, else zeros: of a shape, or element by element of a float tensor of
 * probabilities. Probabilities are met to 2⁻²⁴.
 *
 * Shape: that of the tensor of probabilities, or as given; float32, or the tensor's type, unless said.
 * @throws {ArgumentError} if the probability does not lie in [0, 1]; a tensor's are not checked.
 * @throws {DTypeError} if the tensor of probabilities is not float.
 * @example
 * bernoulli([100], { probability: 0.3 }).shape; // => [100]
 */
export function bernoulli(
  shape: readonly number[] | Tensor,
  options: BernoulliOptions = {},
): Tensor {
  checkOptions("bernoulli", options, bernoulliKinds);
  if (shape instanceof Tensor) {
    checkFloat("bernoulli", shape);
    const dtype = options.dtype ?? shape.dtype;
    checkDTypeSupported(shape.backend, dtype);
    const operands = (options.generator ?? defaultGenerator()).operands();
    const op = bernoulliOfOps[dtype];
    return applyOne("pointwise", [shape, ...operands], { op });
  }
  const { probability = 0.5 } = options;
  checkNumbers(
    "bernoulli",
    { probability },
    probability >= 0 && probability <= 1,
    "A probability lies between 0 and 1.",
  );
  const threshold = Math.ceil(probability * 2 ** 24);
  return drawTensor(bernoulliOps, shape, options, [], [threshold]);
}

/**
 * 0 to count - 1 in random order, as int32; {@link Generator.permutation} gives it on the host.
 *
 * @throws {ArgumentError} if the count is not a whole number of at least 0.
 * @throws {DTypeError} if another type than int32 is asked for.
 * @example
 * permutation(10).shape; // => [10]
 */
export function permutation(count: number, options: RandomOptions = {}): Tensor {
  checkOptions("permutation", options, randomKinds);
  if (options.dtype !== undefined && options.dtype !== "int32")
    throw new DTypeError(
      "permutation",
      `makes int32, but ${options.dtype} was asked for. Convert with cast.`,
      { expected: "int32", received: options.dtype },
    );
  const backend = backendOrDefault("permutation", options.backend);
  const order = (options.generator ?? defaultGenerator()).permutation(count);
  return uploadPositions(order, [count], backend);
}
