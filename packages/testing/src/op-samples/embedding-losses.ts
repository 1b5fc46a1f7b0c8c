import {
  binaryCrossEntropy,
  cosineEmbeddingLoss,
  gaussianNegativeLogLikelihood,
  hingeEmbeddingLoss,
  huberLoss,
  klDivergenceLoss,
  marginRankingLoss,
  meanAbsoluteError,
  multiMarginLoss,
  poissonNegativeLogLikelihood,
  smoothL1Loss,
  tripletMarginLoss,
} from "@dl/nn";
import { zeros } from "@dl/tensor";
import { fails, sample, type OpRecord } from "./record.ts";
import { given, type SampleInput } from "./sample-source.ts";

const shared = { theme: "losses and layers", differentiable: true } as const;

/** Likenesses: 1 or -1, never differentiated. */
const signs = (...values: number[]): SampleInput => given([values.length], values, "plain");

/** Losses of pairs, distributions and distances. */
export const embeddingLossRecords: readonly OpRecord[] = [
  {
    ...shared,
    name: "meanAbsoluteError",
    samples: (draw) => [
      sample("mean", [draw.real([3, 4]), draw.real([3, 4])], ([x, t]) => meanAbsoluteError(x!, t!)),
      sample("none", [draw.real([5]), draw.real([5])], ([x, t]) =>
        meanAbsoluteError(x!, t!, { reduction: "none" }),
      ),
    ],
    errors: [
      fails(
        "ShapeError",
        "meanAbsoluteError: predictions and targets must have one shape: predictions [4, 1], targets [4]. Reshape one of them.",
        (backend) => meanAbsoluteError(zeros([4, 1], { backend }), zeros([4], { backend })),
      ),
    ],
  },
  {
    ...shared,
    name: "huberLoss",
    samples: (draw) => [
      sample("mean", [draw.real([3, 4]), draw.real([3, 4])], ([x, t]) => huberLoss(x!, t!)),
      sample("delta", [draw.real([7]), draw.real([7])], ([x, t]) =>
        huberLoss(x!, t!, { delta: 0.5, reduction: "sum" }),
      ),
    ],
    errors: [
      fails("ArgumentError", "huberLoss: delta must be above 0: received 0.", (backend) =>
        huberLoss(zeros([4], { backend }), zeros([4], { backend }), { delta: 0 }),
      ),
    ],
  },
  {
    ...shared,
    name: "smoothL1Loss",
    samples: (draw) => [
      sample("mean", [draw.real([3, 4]), draw.real([3, 4])], ([x, t]) => smoothL1Loss(x!, t!)),
      sample("beta", [draw.real([7]), draw.real([7])], ([x, t]) =>
        smoothL1Loss(x!, t!, { beta: 0.5, reduction: "none" }),
      ),
      sample("beta 0", [draw.real([7]), draw.real([7])], ([x, t]) =>
        smoothL1Loss(x!, t!, { beta: 0 }),
      ),
    ],
    errors: [
      fails("ArgumentError", "smoothL1Loss: beta must be at least 0: received -1.", (backend) =>
        smoothL1Loss(zeros([4], { backend }), zeros([4], { backend }), { beta: -1 }),
      ),
    ],
  },
  {
    ...shared,
    name: "binaryCrossEntropy",
    samples: (draw) => [
      sample("mean", [draw.real([3, 4], [0.05, 0.95]), draw.real([3, 4], [0, 1])], ([x, t]) =>
        binaryCrossEntropy(x!, t!),
      ),
    ],
    extremes: () => [
      sample("sure", [given([4], [0, 1, 0, 1]), given([4], [0, 1, 1, 0])], ([x, t]) =>
        binaryCrossEntropy(x!, t!, { reduction: "none" }),
      ),
    ],
    errors: [
      fails(
        "ShapeError",
        "binaryCrossEntropy: predictions and targets must have one shape: predictions [4, 1], targets [4]. Reshape one of them.",
        (backend) => binaryCrossEntropy(zeros([4, 1], { backend }), zeros([4], { backend })),
      ),
    ],
  },
  {
    ...shared,
    name: "klDivergenceLoss",
    samples: (draw) => [
      sample("batchMean", [draw.real([3, 4]), draw.real([3, 4], [0.1, 1])], ([x, t]) =>
        klDivergenceLoss(x!, t!, { reduction: "batchMean" }),
      ),
      sample("log targets", [draw.real([5]), draw.real([5])], ([x, t]) =>
        klDivergenceLoss(x!, t!, { logTarget: true, reduction: "none" }),
      ),
    ],
    extremes: () => [
      sample("target 0", [given([2], [-1, -2]), given([2], [0, 1])], ([x, t]) =>
        klDivergenceLoss(x!, t!, { reduction: "none" }),
      ),
    ],
    errors: [
      fails(
        "ShapeError",
        "klDivergenceLoss: logProbabilities and targets must have one shape: logProbabilities [4, 1], targets [4]. Reshape one of them.",
        (backend) => klDivergenceLoss(zeros([4, 1], { backend }), zeros([4], { backend })),
      ),
    ],
  },
  {
    ...shared,
    name: "gaussianNegativeLogLikelihood",
    samples: (draw) => [
      sample(
        "same shape",
        [draw.real([3, 4]), draw.real([3, 4]), draw.real([3, 4], [0.5, 2])],
        ([x, t, v]) => gaussianNegativeLogLikelihood(x!, t!, v!, { full: true }),
      ),
      sample(
        "one per row",
        [draw.real([3, 4]), draw.real([3, 4]), draw.real([3], [0.5, 2])],
        ([x, t, v]) => gaussianNegativeLogLikelihood(x!, t!, v!, { reduction: "sum" }),
      ),
    ],
    errors: [
      fails(
        "ShapeError",
        "gaussianNegativeLogLikelihood: variance must have the mean's shape, or one number per row: mean [3, 4], variance [4]. Reshape the variance.",
        (backend) =>
          gaussianNegativeLogLikelihood(
            zeros([3, 4], { backend }),
            zeros([3, 4], { backend }),
            zeros([4], { backend }),
          ),
      ),
    ],
  },
  {
    ...shared,
    name: "poissonNegativeLogLikelihood",
    samples: (draw) => [
      sample("logarithms", [draw.real([3, 4]), draw.real([3, 4], [0, 5])], ([x, t]) =>
        poissonNegativeLogLikelihood(x!, t!),
      ),
      sample("rates", [draw.real([6], [0.5, 4]), draw.real([6], [2, 6])], ([x, t]) =>
        poissonNegativeLogLikelihood(x!, t!, { logInput: false, full: true, reduction: "none" }),
      ),
    ],
    errors: [
      fails(
        "DTypeError",
        'poissonNegativeLogLikelihood: predictions must be float, got int32. Convert with x.cast("float32").',
        (backend) =>
          poissonNegativeLogLikelihood(
            zeros([3], { backend, dtype: "int32" }),
            zeros([3], { backend }),
          ),
      ),
    ],
  },
  {
    ...shared,
    name: "hingeEmbeddingLoss",
    samples: (draw) => [
      sample("pairs", [draw.real([4], [0, 2]), signs(1, -1, 1, -1)], ([x, t]) =>
        hingeEmbeddingLoss(x!, t!, { margin: 1.5, reduction: "none" }),
      ),
    ],
    errors: [
      fails(
        "ShapeError",
        "hingeEmbeddingLoss: distances and targets must have one shape: distances [4], targets [3]. Reshape one of them.",
        (backend) => hingeEmbeddingLoss(zeros([4], { backend }), zeros([3], { backend })),
      ),
    ],
  },
  {
    ...shared,
    name: "marginRankingLoss",
    samples: (draw) => [
      sample("pairs", [draw.real([4]), draw.real([4]), signs(1, -1, 1, -1)], ([a, b, t]) =>
        marginRankingLoss(a!, b!, t!, { margin: 0.5 }),
      ),
    ],
    errors: [
      fails(
        "ShapeError",
        "marginRankingLoss: first and second must have one shape: first [4], second [3]. Reshape one of them.",
        (backend) =>
          marginRankingLoss(
            zeros([4], { backend }),
            zeros([3], { backend }),
            zeros([4], { backend }),
          ),
      ),
    ],
  },
  {
    ...shared,
    name: "multiMarginLoss",
    samples: (draw) => [
      sample("batch", [draw.real([4, 5]), draw.index([4], 0, 5)], ([x, t]) =>
        multiMarginLoss(x!, t!),
      ),
      sample(
        "squared, weighted",
        [draw.real([4, 3]), draw.index([4], 0, 3), draw.real([3], [0.5, 2])],
        ([x, t, weight]) =>
          multiMarginLoss(x!, t!, { p: 2, margin: 0.7, weight: weight!, reduction: "none" }),
      ),
    ],
    errors: [
      fails("ArgumentError", "multiMarginLoss: p must be 1 or 2: received 3.", (backend) =>
        multiMarginLoss(zeros([4, 5], { backend }), zeros([4], { backend, dtype: "int32" }), {
          p: 3 as 2,
        }),
      ),
    ],
  },
  {
    ...shared,
    name: "tripletMarginLoss",
    samples: (draw) => [
      sample("batch", [draw.real([3, 4]), draw.real([3, 4]), draw.real([3, 4])], ([a, p, n]) =>
        tripletMarginLoss(a!, p!, n!, { margin: 2 }),
      ),
      sample("swapped", [draw.real([3, 4]), draw.real([3, 4]), draw.real([3, 4])], ([a, p, n]) =>
        tripletMarginLoss(a!, p!, n!, { margin: 3, swap: true, p: 1, reduction: "none" }),
      ),
    ],
    errors: [
      fails(
        "ShapeError",
        "tripletMarginLoss: anchor and negative must have one shape: anchor [3, 4], negative [3]. Reshape one of them.",
        (backend) =>
          tripletMarginLoss(
            zeros([3, 4], { backend }),
            zeros([3, 4], { backend }),
            zeros([3], { backend }),
          ),
      ),
    ],
  },
  {
    ...shared,
    name: "cosineEmbeddingLoss",
    samples: (draw) => [
      sample("batch", [draw.real([4, 3]), draw.real([4, 3]), signs(1, -1, 1, -1)], ([a, b, t]) =>
        cosineEmbeddingLoss(a!, b!, t!, { margin: -0.5 }),
      ),
    ],
    errors: [
      fails(
        "ArgumentError",
        "cosineEmbeddingLoss: margin must be between -1 and 1: received 2.",
        (backend) =>
          cosineEmbeddingLoss(
            zeros([4], { backend }),
            zeros([4], { backend }),
            zeros([], { backend }),
            {
              margin: 2,
            },
          ),
      ),
    ],
  },
];
