/** Activations that change the variance of what passes through them. */
export type GainActivation =
  | "linear"
  | "sigmoid"
  | "tanh"
  | "relu"
  | "leakyRelu"
  | "relu6"
  | "selu"
  | "elu"
  | "gelu"
  | "silu"
  | "mish"
  | "softplus"
  | "hardswish";

/**
 * Factor by which weights must be larger so that the size of activations survives an activation.
 *
 * The first six are PyTorch's. The others are 1 / √E[f(z)²], z standard normal, which gives √2 for
 * ReLU.
 *
 * Source: PyTorch's `torch.nn.init.calculate_gain`; He et al. 2015, arXiv:1502.01852, eq. 10.
 * @example
 * new Linear(784, 128, { init: (shape, options) => heNormal(shape, { ...options, gain: gainOf("gelu") }) });
 */
export function gainOf(activation: GainActivation, negativeSlope = 0.01): number {
  switch (activation) {
    case "linear":
    case "sigmoid":
      return 1;
    case "tanh":
      return 5 / 3;
    case "relu":
      return Math.SQRT2;
    case "leakyRelu":
      return Math.sqrt(2 / (1 + negativeSlope ** 2));
    case "selu":
      return 3 / 4;
    case "relu6":
      return 1.4142135651;
    case "elu":
      return 1.2451983007;
    case "gelu":
      return 1.5335304412;
    case "silu":
      return 1.6765324704;
    case "mish":
      return 1.4868475813;
    case "softplus":
      return 1.0418668356;
    case "hardswish":
      return 1.7366572128;
  }
}
