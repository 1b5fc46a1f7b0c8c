import "@dl/autograd";
import { Conv2d, MaxPool2d } from "@dl/conv";
import {
  BatchNorm,
  crossEntropy,
  Dropout,
  Embedding,
  Flatten,
  GroupNorm,
  LayerNorm,
  Linear,
  LSTM,
  meanSquaredError,
  Module,
  ModuleList,
  MultiHeadAttention,
  observeForward,
  ReLU,
  Sequential,
} from "@dl/nn";
import { configure, tensor, zeros, type Tensor } from "@dl/tensor";
import type { Mistake } from "./mistake.ts";

const int32 = { dtype: "int32" } as const;

class ImageClassifier extends Module {
  readonly features = new Sequential(
    new Conv2d(3, 8, 3),
    new ReLU(),
    new MaxPool2d(2),
    new Sequential(new Conv2d(4, 16, 3)),
  );
  readonly head = new Linear(16, 10);

  forward(images: Tensor): Tensor {
    return this.head.forward(this.features.forward(images).flatten(1));
  }
}

/** Tensors, layers and losses that do not fit each other. */
export const tensorMistakes: readonly Mistake[] = [
  {
    mistake: "no backend configured",
    make: ({ cpu }) => {
      configure({ backend: undefined as never });
      try {
        zeros([2]);
      } finally {
        configure({ backend: cpu });
      }
    },
    error:
      "ArgumentError: zeros: no backend: none was named and none is configured. Call configure({ backend: await cpu() }) first, with cpu from @dl/backend-cpu.",
  },
  {
    mistake: "ragged lists",
    make: () => tensor([[1, 2], [3]]),
    error:
      "ShapeError: tensor: nested lists are ragged: received a list of 1 at [1], where a list of 2 belongs. All lists at one depth must have one length.",
  },
  {
    mistake: "words as numbers",
    make: () => tensor(["a"] as never),
    error: "ArgumentError: tensor: needs numbers or booleans: received string at [0].",
  },
  {
    mistake: "a slip of the zero key",
    make: () => zeros([65536, 65536]),
    error:
      "ShapeError: zeros: [65536, 65536] has 4294967296 elements, more than the limit of 2147483647. Use a smaller shape or work in parts.",
  },
  {
    mistake: "matrices in the wrong order",
    make: () => zeros([32, 128]).matmul(zeros([64, 10])),
    error:
      "ShapeError: matmul: inner sizes differ: left [32, 128], right [64, 10]. Left's last axis (128) must equal right's second to last (64).",
  },
  {
    mistake: "shapes that do not broadcast",
    make: () => zeros([3, 2]).add(zeros([3])),
    error:
      "ShapeError: add: shapes do not broadcast: left [3, 2], right [3]. Aligned at the end, sizes must be equal or 1.",
  },
  {
    mistake: "axes counted from 1",
    make: () => zeros([2, 3]).sum(2),
    error: "AxisError: sum: axis 2 is out of range for a tensor with 2 axes. Use 0, 1, -1 or -2.",
  },
  {
    mistake: "a reshape that loses elements",
    make: () => zeros([2, 3]).reshape([4]),
    error:
      "ShapeError: reshape: [2, 3] has 6 elements and cannot become [4]. The sizes must multiply to 6; one of them may be -1.",
  },
  {
    mistake: "item() of several numbers",
    make: () => zeros([2]).item(),
    error:
      "ShapeError: item: needs a tensor of one element, got shape [2]. Reduce it, e.g. with mean(), or read it with toArray().",
  },
  {
    mistake: "a grey image to a layer for colours",
    make: () => new ImageClassifier().forward(zeros([2, 1, 28, 28])),
    error:
      "ShapeError: features.0: conv2d: weight expects 3 input channels, got 1: input [2, 1, 28, 28], weight [8, 3, 3, 3] (layout NCHW).",
  },
  {
    mistake: "layers whose channels do not match, deep inside",
    make: () => new ImageClassifier().forward(zeros([2, 3, 28, 28])),
    error:
      "ShapeError: features.3.0: conv2d: weight expects 4 input channels, got 8: input [2, 8, 13, 13], weight [16, 4, 3, 3] (layout NCHW).",
  },
  {
    mistake: "channels last",
    make: () => new Conv2d(3, 8, 3).forward(zeros([2, 28, 28, 3])),
    error:
      "ShapeError: conv2d: weight expects 3 input channels, got 28: input [2, 28, 28, 3], weight [8, 3, 3, 3] (layout NCHW). The input's last axis has as many: channels come second, so permute it.",
  },
  {
    mistake: "an image without a batch axis",
    make: () => new Conv2d(3, 8, 3).forward(zeros([3, 28, 28])),
    error:
      "ShapeError: conv2d: input must be [batch, channels, height, width], got [3, 28, 28]. Add a batch axis with unsqueeze(0), or a channel axis with unsqueeze(1).",
  },
  {
    mistake: "a kernel larger than the image",
    make: () => new Sequential(new Conv2d(3, 8, 5)).forward(zeros([2, 3, 3, 3])),
    error:
      "ShapeError: 0: conv2d: the window does not fit: input [2, 3, 3, 3] with padding is 3 x 3, the window covers 5 x 5. Use a smaller kernelSize or more padding.",
  },
  {
    mistake: 'padding "same" with a stride',
    make: () => new Conv2d(1, 1, 3, { padding: "same", stride: 2 }).forward(zeros([1, 1, 8, 8])),
    error:
      'ArgumentError: conv2d: padding "same" needs stride 1: received [2, 2]. Give the padding in numbers.',
  },
  {
    mistake: "pixels as integers",
    make: () => new Sequential(new Conv2d(1, 8, 3)).forward(zeros([2, 1, 8, 8], int32)),
    error:
      'DTypeError: 0: conv2d: input, weight and bias must have one float type: input int32, weight float32, bias float32. Convert with x.cast("float32").',
  },
  {
    mistake: "a forgotten flatten",
    make: () => new Sequential(new Linear(784, 10)).forward(zeros([8, 1, 28, 28])),
    error:
      "ShapeError: 0: linear: weight expects inputs of size 784, got 28: inputs [8, 1, 28, 28], weight [10, 784] (layout [out, in]). Flatten the inputs first, with flatten(1).",
  },
  {
    mistake: "a flatten that gives another size than the next layer takes",
    make: () => new Sequential(new Flatten(), new Linear(100, 10)).forward(zeros([8, 1, 28, 28])),
    error:
      "ShapeError: 1: linear: weight expects inputs of size 100, got 784: inputs [8, 784], weight [10, 100] (layout [out, in]). Make the layer for 784 inputs, or change what comes before.",
  },
  {
    mistake: "a plain array to a layer",
    make: () => new Sequential(new Linear(4, 2)).forward([1, 2, 3, 4] as never),
    error:
      "ArgumentError: 0: linear: needs a tensor as inputs: received a list. Make one with tensor(...).",
  },
  {
    mistake: "a size left out",
    make: () => new Linear(4, undefined as never),
    error:
      "ArgumentError: linear: outFeatures must be a whole number of at least 1: received undefined.",
  },
  {
    mistake: "the class of a layer instead of a layer",
    make: () => new Sequential(new Linear(4, 4), ReLU as never),
    error:
      "ArgumentError: sequential: layer 1 is the class ReLU. Make a layer of it: new ReLU(...).",
  },
  {
    mistake: "a function instead of a layer",
    make: () => new Sequential(((x: Tensor) => x.relu()) as never),
    error:
      "ArgumentError: sequential: layer 0 is no module: received a function. For a function, write a class that extends Module and calls it in forward.",
  },
  {
    mistake: "calling a list of modules",
    make: () => new ModuleList([new Linear(2, 2)]).forward(),
    error:
      "UnsupportedError: moduleList: a list has no forward of its own. Call its modules, or use Sequential.",
  },
  {
    mistake: "dropout in per cent",
    make: () => new Dropout(50),
    error: "ArgumentError: dropout: probability must be between 0 and 1: received 50.",
  },
  {
    mistake: "groups that do not divide",
    make: () => new GroupNorm(3, 16),
    error:
      "ArgumentError: groupNorm: channels must be a multiple of groups: received 16 channels, 3 groups.",
  },
  {
    mistake: "heads that do not divide",
    make: () => new MultiHeadAttention(10, 3),
    error:
      "ArgumentError: multiHeadAttention: features must be a multiple of heads: received 10 features, 3 heads.",
  },
  {
    mistake: "normalisation over another size",
    make: () => new Sequential(new LayerNorm([4])).forward(zeros([2, 5])),
    error: "ShapeError: 0: layerNorm: expects inputs that end in [4]: received [2, 5].",
  },
  {
    mistake: "a sequence without a batch axis",
    make: () => new LSTM(4, 8).forward(zeros([7, 4])),
    error:
      "ShapeError: lstm: expects [batch, length, size] with at least one step: received [7, 4].",
  },
  {
    mistake: "batch normalisation of a batch of one",
    make: () => new Sequential(new Linear(4, 4), new BatchNorm(4)).forward(zeros([1, 4])),
    error:
      "ShapeError: 1: batchNorm: needs more than one number per channel in training: received [1, 4]. Use a larger batch, or eval().",
  },
  {
    mistake: "evaluation of one sample without running statistics",
    make: () =>
      new Sequential(new BatchNorm(4, { trackRunningStats: false })).eval().forward(zeros([1, 4])),
    error:
      "ShapeError: 0: batchNorm: needs more than one number per channel without running statistics: received [1, 4]. Use a larger batch.",
  },
  {
    mistake: "words as floats to an embedding",
    make: () => new Sequential(new Embedding(10, 4)).forward(tensor([1, 2])),
    error:
      'DTypeError: 0: embedding: inputs must be numbers of rows (int32), got float32. Convert with inputs.cast("int32").',
  },
  {
    mistake: "a word that the embedding does not have",
    make: () => new Sequential(new Embedding(10, 4)).forward(tensor([3, 10], int32)),
    error:
      "ArgumentError: 0: embedding: a number has no row: received 10, with 10 rows. Use 0 to 9, or make the embedding larger.",
  },
  {
    mistake: "classes counted from 1",
    make: () => crossEntropy(zeros([2, 3]), tensor([1, 3], int32)),
    error:
      "ArgumentError: crossEntropy: a target is no class: received 3, with 3 classes. Targets count from 0 to 2; give the model more outputs, or name a number to leave out as ignoreIndex.",
  },
  {
    mistake: "class numbers as floats",
    make: () => crossEntropy(zeros([2, 3]), tensor([1, 2])),
    error: `ShapeError: crossEntropy: targets must have shape [2, 3], got [2]: logits [2, 3], targets of float32. Class numbers have logits' shape without the classes; float targets are probabilities and have the same shape. If these are class numbers, convert with targets.cast("int32").`,
  },
  {
    mistake: "one-hot targets as integers",
    make: () =>
      crossEntropy(
        zeros([2, 3]),
        tensor(
          [
            [1, 0, 0],
            [0, 1, 0],
          ],
          int32,
        ),
      ),
    error: `ShapeError: crossEntropy: targets must have shape [2], got [2, 3]: logits [2, 3], targets of int32. Class numbers have logits' shape without the classes; float targets are probabilities and have the same shape. If these are one-hot, convert with targets.cast("float32").`,
  },
  {
    mistake: "targets in a column",
    make: () => crossEntropy(zeros([2, 3]), tensor([[1], [2]], int32)),
    error:
      "ShapeError: crossEntropy: targets must have shape [2], got [2, 1]: logits [2, 3], targets of int32. Class numbers have logits' shape without the classes; float targets are probabilities and have the same shape.",
  },
  {
    mistake: "predictions in a column beside targets in a row",
    make: () => meanSquaredError(zeros([8, 1]), zeros([8])),
    error:
      "ShapeError: meanSquaredError: predictions and targets must have one shape: predictions [8, 1], targets [8]. Reshape one of them.",
  },
  {
    mistake: "classes of a scalar",
    make: () => crossEntropy(zeros([]), zeros([])),
    error:
      "ShapeError: crossEntropy: logits must have an axis of classes: received a scalar. Give [batch, classes].",
  },
  {
    mistake: "a normalisation of no channels",
    make: () => new BatchNorm(0),
    error: "ArgumentError: batchNorm: channels must be a whole number of at least 1: received 0.",
  },
  {
    mistake: "a normalisation with a negative epsilon",
    make: () => new BatchNorm(2, { epsilon: -1 }),
    error:
      "ArgumentError: batchNorm: epsilon must be at least 0 and momentum between 0 and 1: received epsilon -1, momentum 0.1.",
  },
  {
    mistake: "a number as an observer",
    // @ts-expect-error -- what JavaScript lets pass
    make: () => observeForward(3),
    error: "ArgumentError: observeForward: observer must be a function: received number.",
  },
  {
    mistake: "nothing as a hook",
    // @ts-expect-error -- what JavaScript lets pass
    make: () => zeros([1]).requireGrad().registerHook(null),
    error: "ArgumentError: registerHook: hook must be a function: received null.",
  },
  {
    mistake: "a tensor read after dispose(), though another shares its elements",
    make: () => {
      const x = zeros([2]);
      const kept = x.detach();
      x.dispose();
      return kept.add(x).data();
    },
    error:
      "ArgumentError: tensor: this tensor was disposed. Use it before dispose() or the end of its `using` block.",
  },
];
