import {
  cast,
  clamp,
  clone,
  gather,
  indexAdd,
  indexSelect,
  maskedFill,
  maskedSelect,
  nonzero,
  oneHot,
  scatter,
  scatterAdd,
  take,
  tensor,
  where,
  zeros,
  type Tensor,
} from "@dl/tensor";
import {
  allTypes,
  fails,
  notDifferentiable,
  numberTypes,
  overShapes,
  sample,
  type OpRecord,
  type Sample,
} from "./record.ts";
import { given } from "./sample-source.ts";

const shared = { theme: "indexing and choice", differentiable: true, dtypes: numberTypes } as const;
/** Positions without repeats along axis 1 of a [2, 4]. */
const apart = given([2, 3], [2, 0, 1, 3, 1, 0], "index");
const withNaN = given([5], [NaN, -Infinity, Infinity, 0, -0]);

const withoutGradient = (made: Sample): Sample => ({ ...made, hasGradient: false });

export const indexingRecords: readonly OpRecord[] = [
  {
    ...shared,
    name: "gather",
    dtypes: allTypes,
    samples: (draw) => [
      sample("axis 0", [draw.real([3, 4]), draw.index([2, 4], 0, 3)], ([x, i]) =>
        gather(x!, 0, i!),
      ),
      sample("from the end", [draw.real([2, 3]), draw.index([2, 5], -3, 3)], ([x, i]) =>
        gather(x!, 1, i!),
      ),
      sample("fewer rows", [draw.real([3, 4]), draw.index([2, 1], 0, 4)], ([x, i]) =>
        gather(x!, 1, i!),
      ),
      sample("nothing", [draw.real([3]), draw.index([0], 0, 3)], ([x, i]) => gather(x!, 0, i!)),
      sample("one element", [draw.real([1]), draw.index([1], 0, 1)], ([x, i]) => gather(x!, 0, i!)),
    ],
    errors: [
      fails(
        "ShapeError",
        "gather: indices [3, 1] do not fit beside [2, 3]. They need as many axes, none larger except axis 1.",
        (backend) =>
          gather(zeros([2, 3], { backend }), 1, zeros([3, 1], { backend, dtype: "int32" })),
      ),
      fails(
        "DTypeError",
        'gather: indices must be int32, got float32. Convert with indices.cast("int32").',
        (backend) => gather(zeros([3], { backend }), 0, zeros([1], { backend })),
      ),
    ],
  },
  {
    ...shared,
    name: "scatter",
    samples: (draw) => [
      sample("axis 1", [draw.real([2, 4]), apart, draw.real([2, 3])], ([x, i, source]) =>
        scatter(x!, 1, i!, source!),
      ),
      sample(
        "repeats",
        [draw.real([4]), given([4], [1, 3, 1, -1], "index"), draw.real([4])],
        ([x, i, source]) => scatter(x!, 0, i!, source!),
      ),
      sample("number", [draw.real([2, 4]), apart], ([x, i]) => scatter(x!, 1, i!, 5)),
      sample("nothing", [draw.real([3]), draw.index([0], 0, 3), draw.real([0])], ([x, i, source]) =>
        scatter(x!, 0, i!, source!),
      ),
    ],
    errors: [
      fails(
        "ShapeError",
        "scatter: the source has shape [3], but the indices ask for [2]. Expand or slice it.",
        (backend) =>
          scatter(
            zeros([3], { backend }),
            0,
            zeros([2], { backend, dtype: "int32" }),
            zeros([3], { backend }),
          ),
      ),
    ],
  },
  {
    ...shared,
    name: "scatterAdd",
    samples: (draw) => [
      sample("axis 1", [draw.real([2, 4]), apart, draw.real([2, 3])], ([x, i, source]) =>
        scatterAdd(x!, 1, i!, source!),
      ),
      sample(
        "repeats",
        [draw.real([3, 2]), draw.index([5, 2], -3, 3), draw.real([5, 2])],
        ([x, i, source]) => scatterAdd(x!, 0, i!, source!),
      ),
      sample("number", [draw.real([2, 4]), apart], ([x, i]) => scatterAdd(x!, 1, i!, 5)),
    ],
    errors: [
      fails(
        "DTypeError",
        'scatterAdd: the source is int32, the tensor float32. Convert with source.cast("float32").',
        (backend) =>
          scatterAdd(
            zeros([3], { backend }),
            0,
            zeros([2], { backend, dtype: "int32" }),
            zeros([2], { backend, dtype: "int32" }),
          ),
      ),
    ],
  },
  {
    ...shared,
    name: "indexSelect",
    dtypes: allTypes,
    samples: (draw) => [
      sample("list", [draw.real([3, 4])], ([x]) => indexSelect(x!, 0, [2, 0, 2, -1])),
      sample("tensor", [draw.real([2, 5]), draw.index([4], -5, 5)], ([x, i]) =>
        indexSelect(x!, 1, i!),
      ),
      sample("nothing", [draw.real([2, 5])], ([x]) => indexSelect(x!, 1, [])),
      sample("one element", [draw.real([1])], ([x]) => indexSelect(x!, 0, [0])),
    ],
    errors: [
      fails(
        "ArgumentError",
        "indexSelect: index 3 is out of range for axis 0 of [3]. Use -3 to 2.",
        (backend) => indexSelect(zeros([3], { backend }), 0, [3]),
      ),
      fails(
        "ShapeError",
        "indexSelect: indices must have one axis, got [1, 1]. Use flatten(), or gather for one index per element.",
        (backend) =>
          indexSelect(zeros([3], { backend }), 0, zeros([1, 1], { backend, dtype: "int32" })),
      ),
    ],
  },
  {
    ...shared,
    name: "indexAdd",
    samples: (draw) => [
      sample("list", [draw.real([3, 2]), draw.real([4, 2])], ([x, source]) =>
        indexAdd(x!, 0, [2, 0, 2, -1], source!),
      ),
      sample(
        "tensor",
        [draw.real([2, 3]), draw.index([4], -3, 3), draw.real([2, 4])],
        ([x, i, source]) => indexAdd(x!, 1, i!, source!),
      ),
    ],
    errors: [
      fails(
        "ShapeError",
        "indexAdd: the source has shape [2], but the indices ask for [1]. Expand or slice it.",
        (backend) => indexAdd(zeros([3], { backend }), 0, [0], zeros([2], { backend })),
      ),
    ],
  },
  {
    ...shared,
    name: "take",
    dtypes: allTypes,
    samples: (draw) => [
      sample("list", [draw.real([3, 4])], ([x]) => take(x!, [11, 0, 0, -2])),
      sample("tensor", [draw.real([2, 3]), draw.index([2, 2], -6, 6)], ([x, i]) => take(x!, i!)),
      sample("nothing", [draw.real([2])], ([x]) => take(x!, [])),
    ],
    errors: [
      fails(
        "ArgumentError",
        "take: index 4 is out of range for axis 0 of [4]. Use -4 to 3.",
        (backend) => take(zeros([2, 2], { backend }), [4]),
      ),
    ],
  },
  {
    ...shared,
    name: "maskedFill",
    dtypes: allTypes,
    samples: (draw) => [
      sample("same shape", [draw.real([3, 4]), draw.mask([3, 4])], ([x, mask]) =>
        maskedFill(x!, mask!, 2),
      ),
      sample("broadcast", [draw.real([3, 4]), draw.mask([4])], ([x, mask]) =>
        maskedFill(x!, mask!, 0),
      ),
      sample("nothing", [draw.real([0]), draw.mask([0])], ([x, mask]) => maskedFill(x!, mask!, 1)),
    ],
    extremes: () => [
      sample("NaN replaced", [withNaN], ([x]) => maskedFill(x!, x!.isNaN(), 1)),
      sample("by infinity", [withNaN], ([x]) => maskedFill(x!, x!.equal(0), -Infinity)),
    ],
    errors: [
      fails(
        "DTypeError",
        'maskedFill: the mask must be bool, got float32. Convert with x.cast("bool").',
        (backend) => maskedFill(zeros([3], { backend }), zeros([3], { backend }), 1),
      ),
      fails(
        "ArgumentError",
        "maskedFill: 0.5 does not fit int32 (whole numbers -2147483648 to 2147483647). Use float32 or float64.",
        (backend) =>
          maskedFill(
            zeros([3], { backend, dtype: "int32" }),
            zeros([3], { backend, dtype: "bool" }),
            0.5,
          ),
      ),
    ],
  },
  {
    ...shared,
    name: "maskedSelect",
    dtypes: allTypes,
    samples: (draw) => [
      sample("same shape", [draw.real([3, 4]), draw.mask([3, 4])], ([x, mask]) =>
        maskedSelect(x!, mask!),
      ),
      sample("none", [draw.real([3]), given([3], [0, 0, 0], "mask")], ([x, mask]) =>
        maskedSelect(x!, mask!),
      ),
    ],
    errors: [
      fails(
        "DTypeError",
        'maskedSelect: the mask must be bool, got float32. Convert with x.cast("bool").',
        (backend) => maskedSelect(zeros([3], { backend }), zeros([3], { backend })),
      ),
    ],
  },
  {
    ...shared,
    name: "nonzero",
    dtypes: allTypes,
    differentiable: notDifferentiable.integer,
    samples: (draw) => [
      sample("matrix", [given([2, 3], [0, 1, -2, 0, 0, 3])], ([x]) => nonzero(x!)),
      ...overShapes(draw, [[5], [0]], (x) => nonzero(x)),
    ],
    extremes: () => [sample("odd", [withNaN], ([x]) => nonzero(x!))],
  },
  {
    ...shared,
    name: "oneHot",
    dtypes: ["float32"],
    differentiable: notDifferentiable.integer,
    samples: (draw) => [
      sample("labels", [draw.index([5], 0, 4)], ([x]) => oneHot(x!, 4)),
      sample("matrix as int32", [draw.index([2, 3], 0, 4)], ([x]) => oneHot(x!, 4, "int32")),
      sample("nothing", [draw.index([0], 0, 4)], ([x]) => oneHot(x!, 4, "bool")),
    ],
    errors: [
      fails(
        "DTypeError",
        'oneHot: labels must be int32, got float32. Convert with x.cast("int32").',
        (backend) => oneHot(zeros([3], { backend }), 4),
      ),
      fails(
        "ArgumentError",
        "oneHot: the number of classes must be a whole number of at least 1: received 0.",
        (backend) => oneHot(zeros([3], { backend, dtype: "int32" }), 0),
      ),
      fails(
        "ArgumentError",
        "oneHot: label 7 is no class: there are 3. Labels count from 0 to 2.",
        (backend) => oneHot(tensor([7], { backend, dtype: "int32" }), 3),
      ),
    ],
  },
  {
    ...shared,
    name: "where",
    dtypes: allTypes,
    samples: (draw) => [
      sample("same shape", [draw.mask([3, 4]), draw.real([3, 4]), draw.real([3, 4])], ([c, a, b]) =>
        where(c!, a!, b!),
      ),
      sample("broadcast", [draw.mask([3, 1]), draw.real([4]), draw.real([])], ([c, a, b]) =>
        where(c!, a!, b!),
      ),
      sample("number", [draw.mask([5]), draw.real([5])], ([c, a]) => where(c!, a!, 2)),
      sample("nothing", [draw.mask([0]), draw.real([0])], ([c, a]) => where(c!, 1, a!)),
    ],
    extremes: () => [sample("the other side is NaN", [withNaN], ([x]) => where(x!.isNaN(), 0, x!))],
    errors: [
      fails(
        "ShapeError",
        "where: shapes do not broadcast: left [3], right [2]. Aligned at the end, sizes must be equal or 1.",
        (backend) => where(zeros([3], { backend, dtype: "bool" }), zeros([2], { backend }), 1),
      ),
    ],
  },
  {
    ...shared,
    name: "clamp",
    samples: (draw) => [
      sample("both", [draw.real([3, 4])], ([x]) => clamp(x!, -1, 1)),
      sample("low", [draw.real([3, 4])], ([x]) => clamp(x!, 1)),
      sample("high", [draw.real([3, 4])], ([x]) => clamp(x!, undefined, 1)),
      sample("tensors", [draw.real([3]), draw.real([3]), draw.real([3])], ([x, low, high]) =>
        clamp(x!, low, high),
      ),
      sample("nothing", [draw.real([0])], ([x]) => clamp(x!, 0, 1)),
    ],
    extremes: () => [
      sample("odd", [withNaN], ([x]) => clamp(x!, -1, 1)),
      sample("bounds", [given([3], [-1, 0, 1])], ([x]) => clamp(x!, -1, 1)),
    ],
    errors: [
      fails(
        "ArgumentError",
        "clamp: needs a bound: received none. Give low, high or both.",
        (backend) => clamp(zeros([3], { backend })),
      ),
    ],
  },
  {
    ...shared,
    name: "cast",
    dtypes: allTypes,
    samples: (draw) => [
      sample("to its own type", [draw.real([2, 3])], ([x]) => cast(x!, x!.dtype)),
      ...(["float32", "int32", "uint32", "bool"] as const).map((dtype) =>
        // Differences of what was rounded to float32 say nothing.
        withoutGradient(
          sample(`to ${dtype}`, [draw.real([3, 5], dtype === "uint32" ? [0, 9] : [-9, 9])], ([x]) =>
            cast(x!, dtype),
          ),
        ),
      ),
    ],
    extremes: () => [
      sample(
        "to int32",
        [given([8], [NaN, Infinity, -Infinity, 3e9, -3e9, 1.5, -1.5, -0])],
        ([x]) => cast(x!, "int32"),
      ),
      sample("to uint32", [given([7], [NaN, Infinity, -Infinity, 3e9, 5e9, 1.5, -1.5])], ([x]) =>
        cast(x!, "uint32"),
      ),
      sample("to bool", [withNaN], ([x]) => cast(x!, "bool")),
    ],
    errors: [
      fails(
        "ArgumentError",
        'cast: unknown dtype: received "half". Use float32, float64, int32, uint32, bool.',
        (backend) => cast(zeros([3], { backend }), "half" as "bool"),
      ),
    ],
  },
  {
    ...shared,
    name: "clone",
    dtypes: allTypes,
    samples: (draw) => overShapes(draw, [[2, 3], [], [0]], (x) => clone(x)),
    errors: [
      fails("ArgumentError", "clone: needs a tensor, got number. Make one with tensor(...).", () =>
        clone(3 as unknown as Tensor),
      ),
    ],
  },
];
