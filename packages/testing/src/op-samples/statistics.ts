import { cosineSimilarity, normalize, pairwiseDistance } from "@dl/nn";
import {
  cross,
  diff,
  isClose,
  kron,
  median,
  nanMean,
  nanSum,
  quantile,
  zeros,
  type Tensor,
} from "@dl/tensor";
import {
  fails,
  notDifferentiable,
  numberTypes,
  overShapes,
  sample,
  type ErrorSample,
  type OpRecord,
} from "./record.ts";
import { given } from "./sample-source.ts";

const needsFloat = (op: string, call: (x: Tensor) => unknown): ErrorSample =>
  fails(
    "DTypeError",
    `${op}: needs a float tensor, got int32. Convert with x.cast("float32").`,
    (backend) => call(zeros([2], { backend, dtype: "int32" })),
  );
const mixed = given([2, 4], [1, NaN, 3, -2, NaN, NaN, NaN, NaN], "plain");

/** What is measured of elements in order, and of those that are numbers. */
export const statisticsRecords: readonly OpRecord[] = [
  {
    name: "median",
    theme: "reductions",
    differentiable: true,
    samples: (draw) =>
      [[3, 5], [4, 4], [1], [2, 3, 2]].flatMap((shape) => [
        sample(`[${shape.join(", ")}]`, [draw.distinct(shape)], ([x]) => ({ ...median(x!) })),
        sample(`[${shape.join(", ")}] axis 0`, [draw.distinct(shape)], ([x]) => ({
          ...median(x!, 0),
        })),
      ]),
    extremes: () => [sample("NaN", [mixed], ([x]) => ({ ...median(x!) }))],
    errors: [
      fails(
        "ShapeError",
        "median: there is no median of no elements: received shape [0]. Reduce an axis that is not empty.",
        (backend) => median(zeros([0], { backend })),
      ),
    ],
  },
  {
    name: "quantile",
    theme: "reductions",
    differentiable: true,
    samples: (draw) =>
      [0, 0.25, 0.5, 0.9, 1].map((q) =>
        sample(`${q}`, [draw.distinct([3, 4])], ([x]) => quantile(x!, q, q < 0.5 ? 0 : -1)),
      ),
    extremes: () => [sample("NaN", [mixed], ([x]) => quantile(x!, 0.5))],
    errors: [
      fails("ArgumentError", "quantile: q must be between 0 and 1: received 50.", (backend) =>
        quantile(zeros([3], { backend }), 50),
      ),
      needsFloat("quantile", (x) => quantile(x, 0.5)),
    ],
  },
  {
    name: "nanSum",
    theme: "reductions",
    differentiable: true,
    samples: (draw) => overShapes(draw, [[3, 4], [2, 3, 2], [1], [0, 2]], (x) => nanSum(x, 0)),
    extremes: () => [sample("NaN", [mixed], ([x]) => nanSum(x!, 1))],
    errors: [needsFloat("nanSum", (x) => nanSum(x))],
  },
  {
    name: "nanMean",
    theme: "reductions",
    differentiable: true,
    samples: (draw) => overShapes(draw, [[3, 4], [2, 3, 2], [1]], (x) => nanMean(x, 0)),
    extremes: () => [sample("NaN", [mixed], ([x]) => nanMean(x!, 1))],
    errors: [needsFloat("nanMean", (x) => nanMean(x))],
  },
  {
    name: "diff",
    theme: "reductions",
    differentiable: true,
    dtypes: numberTypes,
    samples: (draw) => [
      ...overShapes(draw, [[3, 5], [2, 3, 2], [1], [0]], (x) => diff(x)),
      ...overShapes(draw, [[4, 2]], (x) => diff(x, 0, 2)),
    ],
    errors: [
      fails(
        "ArgumentError",
        "diff: the order must be a whole number above 0: received 0.",
        (backend) => diff(zeros([3], { backend }), 0, 0),
      ),
    ],
  },
  {
    name: "isClose",
    theme: "pointwise",
    differentiable: notDifferentiable.flat,
    samples: (draw) => [
      sample("[3, 4] [4]", [draw.real([3, 4]), draw.real([4])], ([a, b]) =>
        isClose(a!, b!, { absolute: 1 }),
      ),
    ],
    extremes: () => {
      const left = given([6], [NaN, Infinity, -Infinity, Infinity, 1, 0], "plain");
      const right = given([6], [NaN, Infinity, Infinity, 1, 1.000001, -0], "plain");
      return [false, true].map((equalNaN) =>
        sample(`NaN is ${equalNaN ? "" : "not "}NaN`, [left, right], ([a, b]) =>
          isClose(a!, b!, { equalNaN }),
        ),
      );
    },
    errors: [
      fails("ArgumentError", "isClose: relative must be 0 or above: received -1.", (backend) =>
        isClose(zeros([1], { backend }), zeros([1], { backend }), { relative: -1 }),
      ),
    ],
  },
  {
    name: "cross",
    theme: "linear algebra",
    differentiable: true,
    samples: (draw) => [
      sample("[3] [3]", [draw.real([3]), draw.real([3])], ([a, b]) => cross(a!, b!)),
      sample("[2, 3] [3]", [draw.real([2, 3]), draw.real([3])], ([a, b]) => cross(a!, b!)),
      sample("axis 0", [draw.real([3, 2]), draw.real([3, 2])], ([a, b]) => cross(a!, b!, 0)),
      sample("[0, 3] [3]", [draw.real([0, 3]), draw.real([3])], ([a, b]) => cross(a!, b!)),
    ],
    errors: [
      fails(
        "ShapeError",
        "cross: needs 3 elements along axis -1 on both sides: left [2], right [2]. Only vectors in space have this product.",
        (backend) => cross(zeros([2], { backend }), zeros([2], { backend })),
      ),
    ],
  },
  {
    name: "kron",
    theme: "linear algebra",
    differentiable: true,
    samples: (draw) =>
      (
        [
          [[2], [3]],
          [
            [2, 3],
            [3, 2],
          ],
          [[2, 2], [3]],
          [[], [2, 2]],
          [
            [0, 2],
            [2, 1],
          ],
        ] as const
      ).map(([left, right]) =>
        sample(
          `[${left.join(", ")}] [${right.join(", ")}]`,
          [draw.real(left), draw.real(right)],
          ([a, b]) => kron(a!, b!),
        ),
      ),
    errors: [
      fails(
        "ArgumentError",
        "kron: needs a tensor, got number. Make one with tensor(...).",
        (backend) => kron(zeros([2], { backend }), 2 as unknown as Tensor),
      ),
    ],
  },
  {
    name: "normalize",
    theme: "linear algebra",
    differentiable: true,
    samples: (draw) => [
      ...overShapes(
        draw,
        [
          [3, 4],
          [2, 3, 2],
          [0, 2],
        ],
        (x) => normalize(x),
        [0.5, 3],
      ),
      sample("p 3", [draw.real([3, 4], [0.5, 3])], ([x]) => normalize(x!, 0, 3)),
    ],
    errors: [needsFloat("norm", (x) => normalize(x))],
  },
  {
    name: "cosineSimilarity",
    theme: "linear algebra",
    differentiable: true,
    samples: (draw) => [
      sample("[3, 4] [4]", [draw.real([3, 4]), draw.real([4])], ([a, b]) =>
        cosineSimilarity(a!, b!),
      ),
      sample("axis 1", [draw.real([2, 3, 2]), draw.real([2, 3, 2])], ([a, b]) =>
        cosineSimilarity(a!, b!, 1),
      ),
    ],
    errors: [needsFloat("norm", (x) => cosineSimilarity(x, x))],
  },
  {
    name: "pairwiseDistance",
    theme: "linear algebra",
    differentiable: true,
    samples: (draw) =>
      [1, 2, 3].map((p) =>
        sample(`p ${p}`, [draw.real([3, 4], [0.5, 3]), draw.real([4], [-3, -0.5])], ([a, b]) =>
          pairwiseDistance(a!, b!, p),
        ),
      ),
    errors: [
      fails(
        "ShapeError",
        "sub: shapes do not broadcast: left [3], right [2]. Aligned at the end, sizes must be equal or 1.",
        (backend) => pairwiseDistance(zeros([3], { backend }), zeros([2], { backend })),
      ),
    ],
  },
];
