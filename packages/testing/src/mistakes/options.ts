import { conv2d, MaxPool2d } from "@dl/conv";
import { crossEntropy, LayerNorm, Linear, LSTM, MultiHeadAttention } from "@dl/nn";
import { Adam, cosineSchedule } from "@dl/optim";
import { normal, ones, sum, tensor, topk, zeros, type Tensor } from "@dl/tensor";
import type { Mistake } from "./mistake.ts";

const images = (): Tensor => ones([1, 2, 6, 6]);
const filters = (): Tensor => ones([2, 2, 3, 3]);
const scores = (): Tensor => ones([2, 3]);
const classes = (): Tensor => tensor([0, 1], { dtype: "int32" });
const parameter = (): Tensor => ones([2]).requireGrad();
/** As JavaScript passes them. */
const untyped = (options: unknown): never => options as never;

/** Options under another name, of another type or in another place. */
export const optionMistakes: readonly Mistake[] = [
  {
    mistake: "strides for stride",
    make: () => conv2d(images(), filters(), undefined, untyped({ strides: 2 })),
    error:
      "ArgumentError: conv2d: there is no option strides: received 2. Did you mean stride? There are padding, stride, dilation, groups.",
  },
  {
    mistake: "options as the bias",
    make: () => conv2d(images(), filters(), untyped({ stride: 2 })),
    error:
      "ArgumentError: conv2d: options stand where the bias belongs: received { stride }. Pass undefined first; options come last.",
  },
  {
    mistake: "lr for learningRate in Adam",
    make: () => new Adam([parameter()], untyped({ lr: 0.1 })),
    error:
      "ArgumentError: adam: there is no option lr: received 0.1. Did you mean learningRate? There are learningRate, beta1, beta2, epsilon, weightDecay, amsgrad.",
  },
  {
    mistake: "weight_decay in a parameter group",
    make: () => new Adam([untyped({ parameters: [parameter()], weight_decay: 0.1 })]),
    error:
      "ArgumentError: adam: there is no option weight_decay: received 0.1. Did you mean weightDecay? There are learningRate, beta1, beta2, epsilon, weightDecay, amsgrad, parameters.",
  },
  {
    mistake: "ignore_index for ignoreIndex",
    make: () => crossEntropy(scores(), classes(), untyped({ ignore_index: 1 })),
    error:
      "ArgumentError: crossEntropy: there is no option ignore_index: received 1. Did you mean ignoreIndex? There are reduction, weight, ignoreIndex, labelSmoothing.",
  },
  {
    mistake: "options as the targets",
    make: () => crossEntropy(scores(), untyped({ reduction: "sum" })),
    error:
      "ArgumentError: crossEntropy: options stand where a tensor belongs: received { reduction }. Pass a tensor first; options come last.",
  },
  {
    mistake: "class weights in a list",
    make: () => crossEntropy(scores(), classes(), untyped({ weight: [1, 2, 3] })),
    error: "ArgumentError: crossEntropy: weight must be a tensor: received a list.",
  },
  {
    mistake: "eps for epsilon",
    make: () => new LayerNorm(4, untyped({ eps: 1e-3 })),
    error:
      "ArgumentError: layerNorm: there is no option eps: received 0.001. Did you mean epsilon? There are dtype, backend, epsilon, affine.",
  },
  {
    mistake: "0 for false",
    make: () => topk(ones([3]), 2, 0, untyped({ largest: 0 })),
    error: "ArgumentError: topk: largest must be a boolean: received 0.",
  },
  {
    mistake: "keepdim for keepDims, in a method",
    make: () => scores().mean(0, untyped({ keepdim: true })),
    error:
      "ArgumentError: mean: there is no option keepdim: received true. Did you mean keepDims? There are keepDims.",
  },
  {
    mistake: "options as the axes",
    make: () => sum(scores(), untyped({ keepDims: true })),
    error:
      "ArgumentError: sum: options stand where the list of axes belongs: received { keepDims }. Pass the list of axes first; options come last.",
  },
  {
    mistake: "options as the shape",
    make: () => normal(untyped({ std: 2 })),
    error:
      "ArgumentError: normal: options stand where the shape belongs: received { std }. Pass the shape first; options come last.",
  },
  {
    mistake: "options as the kernel's size",
    make: () => new MaxPool2d(untyped({ stride: 2 })),
    error:
      "ArgumentError: maxPool2d: options stand where kernelSize belongs: received { stride }. Pass kernelSize first; options come last.",
  },
  {
    mistake: "a type in the place of options",
    make: () => zeros([2], untyped("int32")),
    error:
      'ArgumentError: zeros: options must be a plain object: received "int32". There are dtype, backend.',
  },
  {
    mistake: "null for no options",
    make: () => new Linear(2, 2, untyped(null)),
    error:
      "ArgumentError: linear: options must be a plain object: received null. There are dtype, backend, generator, bias, init.",
  },
  {
    mistake: "a tensor in the place of backward's options",
    make: () =>
      parameter()
        .square()
        .sum()
        .backward(untyped(ones([]))),
    error:
      "ArgumentError: backward: options must be a plain object: received an object of class Tensor. There are gradient, retainGraph, createGraph.",
  },
  {
    mistake: "num_layers for layerCount",
    make: () => new LSTM(2, 2, untyped({ num_layers: 2 })),
    error:
      "ArgumentError: lstm: there is no option num_layers: received 2. Did you mean layerCount? There are dtype, backend, generator, bias, layerCount, dropout, isBidirectional.",
  },
  {
    mistake: "device for backend",
    make: () => zeros([2], untyped({ device: "gpu" })),
    error:
      'ArgumentError: zeros: there is no option device: received "gpu". Did you mean backend? There are dtype, backend.',
  },
  {
    mistake: "a mask in the place of masks",
    make: () => {
      const x = ones([1, 3, 2]);
      return new MultiHeadAttention(2, 1).forward(x, x, x, untyped(zeros([3, 3])));
    },
    error:
      "ArgumentError: multiHeadAttention: options must be a plain object: received an object of class Tensor. There are attentionMask, keyPaddingMask.",
  },
  {
    mistake: "a number in the place of a schedule's options",
    make: () => cosineSchedule(untyped(10)),
    error:
      "ArgumentError: cosineSchedule: options must be a plain object: received 10. There are steps, minimum.",
  },
];
