import {
  binaryCrossEntropyWithLogits,
  crossEntropy,
  linear,
  meanSquaredError,
  negativeLogLikelihood,
  type LossOptions,
} from "@dl/nn";
import { accuracy } from "@dl/training";
import { zeros, type Tensor } from "@dl/tensor";
import { fails, sample, type OpRecord, type Sample } from "./record.ts";
import { given, type SampleInput, type SampleSource } from "./sample-source.ts";

const shared = { theme: "losses and layers", differentiable: true } as const;

type Loss = (inputs: Tensor, targets: Tensor, options?: LossOptions) => Tensor;

/** A loss under its three reductions. */
function reduced(loss: Loss, name: string, inputs: () => readonly SampleInput[]): Sample[] {
  return (["mean", "sum", "none"] as const).map((reduction) =>
    sample(`${name}, ${reduction}`, inputs(), ([x, t]) => loss(x!, t!, { reduction })),
  );
}

const classes = (draw: SampleSource, loss: Loss): Sample[] => [
  ...reduced(loss, "batch", () => [draw.real([4, 5]), draw.index([4], 0, 5)]),
  sample("images", [draw.real([2, 3, 2, 2]), draw.index([2, 2, 2], 0, 3)], ([x, t]) =>
    loss(x!, t!),
  ),
  sample("one sample", [draw.real([5]), draw.index([], 0, 5)], ([x, t]) => loss(x!, t!)),
];

export const lossRecords: readonly OpRecord[] = [
  {
    ...shared,
    name: "crossEntropy",
    samples: (draw) => [
      ...classes(draw, crossEntropy),
      sample("probabilities", [draw.real([3, 4]), draw.real([3, 4], [0, 1])], ([x, t]) =>
        crossEntropy(x!, t!),
      ),
    ],
    extremes: () => [
      sample(
        "large logits",
        [given([3, 2], [1e4, -1e4, 1e4, -1e4, 0, 0]), given([3], [0, 1, 1], "index")],
        ([x, t]) => crossEntropy(x!, t!, { reduction: "none" }),
      ),
    ],
    errors: [
      fails(
        "ShapeError",
        "crossEntropy: targets must have shape [4], got [4, 1]: logits [4, 5], targets of int32. Class numbers have logits' shape without the classes; float targets are probabilities and have the same shape.",
        (backend) =>
          crossEntropy(zeros([4, 5], { backend }), zeros([4, 1], { backend, dtype: "int32" })),
      ),
      fails(
        "DTypeError",
        'crossEntropy: logits must be float, got int32. Convert with x.cast("float32").',
        (backend) =>
          crossEntropy(
            zeros([4, 5], { backend, dtype: "int32" }),
            zeros([4], { backend, dtype: "int32" }),
          ),
      ),
      fails(
        "ArgumentError",
        'crossEntropy: unknown reduction: received "average". Use "mean", "sum" or "none".',
        (backend) =>
          crossEntropy(zeros([4, 5], { backend }), zeros([4], { backend, dtype: "int32" }), {
            reduction: "average" as "mean",
          }),
      ),
    ],
  },
  {
    ...shared,
    name: "negativeLogLikelihood",
    samples: (draw) => classes(draw, negativeLogLikelihood),
    errors: [
      fails(
        "DTypeError",
        'negativeLogLikelihood: targets must be class numbers (int32), got float32. Convert with targets.cast("int32").',
        (backend) => negativeLogLikelihood(zeros([4, 5], { backend }), zeros([4], { backend })),
      ),
    ],
  },
  {
    ...shared,
    name: "meanSquaredError",
    samples: (draw) =>
      reduced(meanSquaredError, "matrix", () => [draw.real([3, 4]), draw.real([3, 4])]),
    errors: [
      fails(
        "ShapeError",
        "meanSquaredError: predictions and targets must have one shape: predictions [4, 1], targets [4]. Reshape one of them.",
        (backend) => meanSquaredError(zeros([4, 1], { backend }), zeros([4], { backend })),
      ),
    ],
  },
  {
    ...shared,
    name: "binaryCrossEntropyWithLogits",
    samples: (draw) =>
      reduced(binaryCrossEntropyWithLogits, "matrix", () => [
        draw.real([3, 4]),
        draw.real([3, 4], [0, 1]),
      ]).concat(
        sample(
          "weighted",
          [draw.real([3, 4]), draw.real([3, 4], [0, 1]), draw.real([4], [0.5, 3])],
          ([x, t, w]) => binaryCrossEntropyWithLogits(x!, t!, { posWeight: w! }),
        ),
      ),
    extremes: () => [
      sample(
        "large logits",
        [given([6], [1e4, -1e4, 1e4, -1e4, 0, 88.5]), given([6], [1, 0, 0, 1, 0.5, 0])],
        ([x, t]) => binaryCrossEntropyWithLogits(x!, t!, { reduction: "none" }),
      ),
    ],
    errors: [
      fails(
        "ShapeError",
        "binaryCrossEntropyWithLogits: logits and targets must have one shape: logits [4, 1], targets [4]. Reshape one of them.",
        (backend) =>
          binaryCrossEntropyWithLogits(zeros([4, 1], { backend }), zeros([4], { backend })),
      ),
    ],
  },
  {
    ...shared,
    name: "accuracy",
    differentiable: "piecewise constant",
    samples: (draw) => [
      sample("batch", [draw.distinct([6, 3]), draw.index([6], 0, 3)], ([x, t]) => accuracy(x!, t!)),
    ],
    errors: [
      fails(
        "ShapeError",
        "accuracy: targets must have shape [4], got [5]: logits [4, 5], targets of int32. Class numbers have logits' shape without the classes; float targets are probabilities and have the same shape.",
        (backend) => accuracy(zeros([4, 5], { backend }), zeros([5], { backend, dtype: "int32" })),
      ),
    ],
  },
  {
    ...shared,
    name: "linear",
    samples: (draw) => [
      sample("batch", [draw.real([3, 4]), draw.real([2, 4]), draw.real([2])], ([x, w, b]) =>
        linear(x!, w!, b),
      ),
      sample("no bias", [draw.real([2, 3, 4]), draw.real([5, 4])], ([x, w]) => linear(x!, w!)),
      sample("no rows", [draw.real([0, 4]), draw.real([5, 4])], ([x, w]) => linear(x!, w!)),
    ],
    errors: [
      fails(
        "ShapeError",
        "linear: weight expects inputs of size 784, got 28: inputs [2, 28, 28], weight [10, 784] (layout [out, in]). Flatten the inputs first, with flatten(1).",
        (backend) => linear(zeros([2, 28, 28], { backend }), zeros([10, 784], { backend })),
      ),
    ],
  },
];
