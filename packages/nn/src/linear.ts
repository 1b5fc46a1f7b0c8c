import { checkOptions, formatShape, ShapeError, wrongType } from "@dl/backend";
import { Tensor } from "@dl/tensor";
import { defaultUniform } from "./initializers/scaled.ts";
import { checkCount, randomOptions, weightKinds, type WeightOptions } from "./layer-options.ts";
import { Module } from "./module.ts";
import { Parameter } from "./parameter.ts";

/**
 * x Wᵀ + b.
 *
 * Shape: inputs [..., in], weight [out, in], bias [out] → [..., out].
 *
 * @throws {ShapeError} if the shapes do not fit.
 * @example
 * linear(ones([2, 3]), ones([4, 3])).shape; // => [2, 4]
 */
export function linear(inputs: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  checkLinear(inputs, weight, bias);
  const [out, size] = weight.shape as readonly [number, number];
  const rows = inputs.ndim === 2 ? inputs : inputs.reshape([-1, size]);
  const product = rows.matmul(weight.transpose(0, 1)); // [rows, out]
  const outputs = bias === undefined ? product : product.add(bias);
  return inputs.ndim === 2 ? outputs : outputs.reshape([...inputs.shape.slice(0, -1), out]);
}

function checkLinear(inputs: Tensor, weight: Tensor, bias: Tensor | undefined): void {
  if (!(inputs instanceof Tensor))
    throw wrongType("linear", "needs a tensor as inputs", inputs, "Make one with tensor(...).");
  if (weight.ndim !== 2)
    throw new ShapeError("linear", `weight must be [out, in], got ${formatShape(weight.shape)}.`, {
      received: weight.shape,
    });
  const [out, size] = weight.shape as readonly [number, number];
  if (inputs.shape.at(-1) !== size)
    throw new ShapeError(
      "linear",
      `weight expects inputs of size ${size}, got ${inputs.shape.at(-1) ?? "a scalar"}: inputs ${formatShape(inputs.shape)}, weight ${formatShape(weight.shape)} (layout [out, in]).${adviceFor(inputs, size)}`,
      { expected: size, received: inputs.shape },
    );
  if (bias !== undefined && (bias.ndim !== 1 || bias.shape[0] !== out))
    throw new ShapeError(
      "linear",
      `bias must be [${out}], one number per output, got ${formatShape(bias.shape)}.`,
      { expected: [out], received: bias.shape },
    );
}

/** The usual slips: an image that was not flattened, another size than the layer before gives. */
function adviceFor(inputs: Tensor, size: number): string {
  const perSample = inputs.shape.slice(1).reduce((product, n) => product * n, 1);
  if (inputs.ndim > 2 && perSample === size) return " Flatten the inputs first, with flatten(1).";
  return inputs.ndim === 0
    ? ""
    : ` Make the layer for ${inputs.shape.at(-1)!} inputs, or change what comes before.`;
}

/**
 * A fully connected layer: every output is a weighted sum of all inputs, plus a bias.
 *
 * y = x Wᵀ + b. Starts uniform in ±1 / √inFeatures, as in PyTorch.
 *
 * Shape: [..., inFeatures] → [..., outFeatures]; weight [outFeatures, inFeatures].
 *
 * @throws {ArgumentError} unless both sizes are whole numbers of at least 1.
 * @example
 * new Linear(784, 10).forward(zeros([32, 784])).shape; // => [32, 10]
 */
export class Linear extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;

  constructor(inFeatures: number, outFeatures: number, options: WeightOptions = {}) {
    super();
    checkCount("linear", "inFeatures", inFeatures);
    checkCount("linear", "outFeatures", outFeatures);
    const random = randomOptions(checkOptions("linear", options, weightKinds));
    const shape = [outFeatures, inFeatures];
    this.weight = new Parameter(
      options.init?.(shape, random) ?? defaultUniform(shape, inFeatures, random),
    );
    if (options.bias !== false)
      this.bias = new Parameter(defaultUniform([outFeatures], inFeatures, random));
  }

  forward(inputs: Tensor): Tensor {
    return linear(inputs, this.weight, this.bias);
  }
}
