import type { Tensor } from "@dl/tensor";
import {
  all,
  amax,
  amin,
  any,
  argmax,
  argmin,
  argsort,
  countNonzero,
  cumprod,
  cumsum,
  logcumsumexp,
  logSoftmax,
  logsumexp,
  max,
  mean,
  min,
  norm,
  prod,
  softmax,
  sort,
  std,
  sum,
  topk,
  variance,
  zeros,
} from "@dl/tensor";
import {
  allTypes,
  fails,
  floatTypes,
  notDifferentiable,
  numberTypes,
  sample,
  type OpRecord,
  type OpResult,
  type Sample,
} from "./record.ts";
import { given, type SampleInput, type SampleSource } from "./sample-source.ts";

type Reduce = (x: Tensor, axes?: number | readonly number[], keepDims?: boolean) => OpResult;

/** Over all, one and two axes, kept and not, with empty, single and long inputs. */
function overAxes(draw: SampleSource, reduce: Reduce, mayBeEmpty: boolean): Sample[] {
  return [
    sample("all", [draw.real([3, 4])], ([x]) => reduce(x!)),
    sample("axis 0", [draw.real([3, 4, 2])], ([x]) => reduce(x!, 0)),
    sample("last axis kept", [draw.real([3, 5])], ([x]) => reduce(x!, -1, true)),
    sample("axes 0 and 2", [draw.real([2, 3, 4])], ([x]) => reduce(x!, [0, 2])),
    sample("one element", [draw.real([1])], ([x]) => reduce(x!)),
    sample("scalar", [draw.real([])], ([x]) => reduce(x!)),
    sample("long", [draw.real([300])], ([x]) => reduce(x!, 0)),
    sample("longer", [draw.real([2, 2000])], ([x]) => reduce(x!, 1)),
    sample("tall", [draw.real([500, 3])], ([x]) => reduce(x!, 0)),
    sample("beside nothing", [draw.real([0, 3])], ([x]) => reduce(x!, 1)),
    ...(mayBeEmpty ? [sample("nothing", [draw.real([0, 3])], ([x]) => reduce(x!, 0))] : []),
  ];
}

/** Of one axis: positions, scans, orders. */
function alongAxis(
  draw: SampleSource,
  call: (x: Tensor, axis: number) => OpResult,
  mayBeEmpty: boolean,
): Sample[] {
  return [
    sample("axis 0", [draw.distinct([4, 3])], ([x]) => call(x!, 0)),
    sample("last axis", [draw.distinct([2, 3, 5], 0.125)], ([x]) => call(x!, -1)),
    sample("one element", [draw.distinct([1])], ([x]) => call(x!, 0)),
    sample("long", [draw.distinct([70], 0.0625)], ([x]) => call(x!, 0)),
    sample("longer", [draw.distinct([2, 1000], 0.015625)], ([x]) => call(x!, 1)),
    sample("beside nothing", [draw.distinct([2, 0])], ([x]) => call(x!, 0)),
    ...(mayBeEmpty ? [sample("nothing", [draw.distinct([0, 2])], ([x]) => call(x!, 0))] : []),
  ];
}

/** Small factors: products of many would leave float32. */
const nearOne: (draw: SampleSource, shape: readonly number[]) => SampleInput = (draw, shape) =>
  draw.real(shape, [0.7, 1.3]);

const nan = NaN;
const infinite = Infinity;
const oddRows = given(
  [9, 4],
  [
    [1, nan, 2, infinite],
    [nan, nan, nan, nan],
    [infinite, -infinite, 0, 1],
    [-infinite, -infinite, -infinite, -infinite],
    [infinite, infinite, 1, 1],
    [0, -0, 0, -0],
    [-0, 0, -0, 0],
    [3, 3, 3, 1],
    [200, -200, 0, 1],
  ].flat(),
);
const overOddRows = (reduce: Reduce): Sample[] => [
  sample("odd rows", [oddRows], ([x]) => reduce(x!, 1)),
  sample("odd columns", [oddRows], ([x]) => reduce(x!, 0)),
];

const axisErrors = (name: string, reduce: Reduce): OpRecord["errors"] => [
  fails(
    "AxisError",
    `${name}: axis 2 is out of range for a tensor with 2 axes. Use 0, 1, -1 or -2.`,
    (backend) => reduce(zeros([2, 3], { backend }), 2),
  ),
];
const floatErrors = (name: string, reduce: Reduce): NonNullable<OpRecord["errors"]> => [
  ...axisErrors(name, reduce)!,
  fails(
    "DTypeError",
    `${name}: needs a float tensor, got int32. Convert with x.cast("float32").`,
    (backend) => reduce(zeros([2, 3], { backend, dtype: "int32" }), 0),
  ),
];
const emptyErrors = (name: string, reduce: Reduce): NonNullable<OpRecord["errors"]> => [
  fails(
    "ShapeError",
    `${name}: there is no ${name} of no elements: received shape [0, 3]. Reduce an axis that is not empty.`,
    (backend) => reduce(zeros([0, 3], { backend }), 0),
  ),
];

/** A record of an operation over axes; `facts` says what differs from a plain float reduction. */
function reduction(
  name: string,
  reduce: Reduce,
  facts: Partial<OpRecord> & { readonly mayBeEmpty?: boolean } = {},
): OpRecord {
  const { mayBeEmpty = true, ...rest } = facts;
  const isFloatOnly = (rest.dtypes ?? floatTypes) === floatTypes;
  return {
    name,
    theme: "reductions",
    differentiable: true,
    samples: (draw) => overAxes(draw, reduce, mayBeEmpty),
    extremes: () => overOddRows(reduce),
    errors: [
      ...(isFloatOnly ? floatErrors(name, reduce) : axisErrors(name, reduce)!),
      ...(mayBeEmpty ? [] : emptyErrors(name, reduce)),
    ],
    ...rest,
  };
}

function positional(
  name: string,
  call: (x: Tensor, axis: number) => OpResult,
  facts: Partial<OpRecord> & { readonly mayBeEmpty?: boolean } = {},
): OpRecord {
  const { mayBeEmpty = true, ...rest } = facts;
  const reduce: Reduce = (x, axis) => call(x, axis as number);
  return {
    ...reduction(name, reduce, facts),
    samples: (draw) => alongAxis(draw, call, mayBeEmpty),
    ...rest,
  };
}

const keep = (keepDims: boolean | undefined): { keepDims: boolean } => ({
  keepDims: keepDims === true,
});

export const reductionRecords: readonly OpRecord[] = [
  reduction("sum", (x, axes, k) => sum(x, axes, keep(k)), { dtypes: allTypes }),
  reduction("prod", (x, axes, k) => prod(x, axes, keep(k)), {
    dtypes: allTypes,
    samples: (draw) => [
      sample("all", [nearOne(draw, [3, 4])], ([x]) => prod(x!)),
      sample("last axis kept", [nearOne(draw, [3, 5])], ([x]) => prod(x!, -1, keep(true))),
      sample("axes 0 and 2", [nearOne(draw, [2, 3, 2])], ([x]) => prod(x!, [0, 2])),
      sample("one zero", [given([2, 3], [1, 0, 2, 3, 4, -1])], ([x]) => prod(x!, 1)),
      sample("two zeros", [given([2, 3], [0, 0, 2, 3, 0, -1])], ([x]) => prod(x!, 1)),
      sample("one element", [nearOne(draw, [1])], ([x]) => prod(x!)),
      sample("scalar", [nearOne(draw, [])], ([x]) => prod(x!)),
      sample("nothing", [draw.real([0, 3])], ([x]) => prod(x!, 0)),
    ],
  }),
  reduction("mean", (x, axes, k) => mean(x, axes, keep(k))),
  reduction("variance", (x, axes, k) => variance(x, axes, { correction: 0, ...keep(k) }), {
    samples: (draw) => [
      ...overAxes(draw, (x, axes, k) => variance(x, axes, { correction: 0, ...keep(k) }), true),
      sample("unbiased", [draw.real([3, 5])], ([x]) => variance(x!, 1)),
      sample("far from 0", [draw.real([3, 5], [1000, 1001])], ([x]) => variance(x!, 1)),
    ],
    errors: [
      fails(
        "DTypeError",
        'var: needs a float tensor, got int32. Convert with x.cast("float32").',
        (backend) => variance(zeros([2], { backend, dtype: "int32" })),
      ),
      fails(
        "AxisError",
        "var: axis 1 is out of range for a tensor with 1 axis. Use 0 or -1.",
        (backend) => variance(zeros([2], { backend }), 1),
      ),
    ],
  }),
  reduction("std", (x, axes, k) => std(x, axes, keep(k)), {
    samples: (draw) => [
      sample("all", [draw.real([3, 4])], ([x]) => std(x!)),
      sample("axis 0 kept", [draw.real([3, 4])], ([x]) => std(x!, 0, keep(true))),
      sample("biased", [draw.real([2, 3, 4])], ([x]) => std(x!, [0, 2], { correction: 0 })),
      sample("beside nothing", [draw.real([0, 3])], ([x]) => std(x!, 1)),
    ],
  }),
  {
    ...reduction("norm", (x, axes, k) => norm(x, 2, axes, keep(k))),
    samples: (draw) => [
      ...[1, 2, 3, 0.5, 2.5].flatMap((p) => [
        sample(`p ${p}`, [draw.real([3, 4])], ([x]) => norm(x!, p)),
        sample(`p ${p} axis 1 kept`, [draw.real([3, 4])], ([x]) => norm(x!, p, 1, keep(true))),
      ]),
      sample("p infinite", [draw.distinct([3, 4])], ([x]) => norm(x!, Infinity, 1)),
      sample("p -infinite", [draw.distinct([3, 4])], ([x]) => norm(x!, -Infinity, 0)),
      sample("count", [draw.real([3, 4])], ([x]) => norm(x!, 0, 0)),
      sample("nothing", [draw.real([0, 3])], ([x]) => norm(x!, 2, 0)),
      sample("one element", [draw.real([1])], ([x]) => norm(x!)),
    ],
  },
  reduction("amax", (x, axes, k) => amax(x, axes, keep(k)), {
    dtypes: allTypes,
    mayBeEmpty: false,
  }),
  reduction("amin", (x, axes, k) => amin(x, axes, keep(k)), {
    dtypes: allTypes,
    mayBeEmpty: false,
  }),
  reduction("any", (x, axes, k) => any(x, axes, keep(k)), {
    dtypes: allTypes,
    differentiable: notDifferentiable.integer,
  }),
  reduction("all", (x, axes, k) => all(x, axes, keep(k)), {
    dtypes: allTypes,
    differentiable: notDifferentiable.integer,
  }),
  reduction("countNonzero", (x, axes, k) => countNonzero(x, axes, keep(k)), {
    dtypes: allTypes,
    differentiable: notDifferentiable.integer,
  }),
  reduction("logsumexp", (x, axes, k) => logsumexp(x, axes, keep(k)), {}),
  positional("max", (x, axis) => ({ ...max(x, axis) }), { dtypes: allTypes, mayBeEmpty: false }),
  positional("min", (x, axis) => ({ ...min(x, axis, keep(true)) }), {
    dtypes: allTypes,
    mayBeEmpty: false,
  }),
  positional("argmax", (x, axis) => argmax(x, axis), {
    dtypes: allTypes,
    mayBeEmpty: false,
    differentiable: notDifferentiable.integer,
  }),
  positional("argmin", (x, axis) => argmin(x, axis, keep(true)), {
    dtypes: allTypes,
    mayBeEmpty: false,
    differentiable: notDifferentiable.integer,
  }),
  {
    ...positional("softmax", (x, axis) => softmax(x, axis)),
    samples: (draw) => [
      ...alongAxis(draw, (x, axis) => softmax(x, axis), true),
      sample("large", [draw.real([3, 4], [100, 110])], ([x]) => softmax(x!, 1)),
    ],
  },
  {
    ...positional("logSoftmax", (x, axis) => logSoftmax(x, axis)),
    samples: (draw) => [
      ...alongAxis(draw, (x, axis) => logSoftmax(x, axis), true),
      sample("large", [draw.real([3, 4], [100, 110])], ([x]) => logSoftmax(x!, 1)),
    ],
  },
  positional("cumsum", (x, axis) => cumsum(x, axis), { dtypes: allTypes }),
  positional("cumprod", (x, axis) => cumprod(x, axis), {
    dtypes: allTypes,
    samples: (draw) => [
      sample("axis 0", [nearOne(draw, [4, 3])], ([x]) => cumprod(x!, 0)),
      sample("last axis", [nearOne(draw, [2, 3, 5])], ([x]) => cumprod(x!, -1)),
      sample("one zero", [given([2, 3], [1, 0, 2, 3, 4, -1])], ([x]) => cumprod(x!, 1)),
      sample("two zeros", [given([2, 4], [2, 0, 0, 2, 3, 0, -1, 0])], ([x]) => cumprod(x!, 1)),
      sample("one element", [nearOne(draw, [1])], ([x]) => cumprod(x!, 0)),
      sample("nothing", [draw.real([0, 2])], ([x]) => cumprod(x!, 0)),
    ],
  }),
  positional("logcumsumexp", (x, axis) => logcumsumexp(x, axis), {
    samples: (draw) => [
      sample("axis 0", [draw.real([4, 3])], ([x]) => logcumsumexp(x!, 0)),
      sample("last axis", [draw.real([2, 3, 5])], ([x]) => logcumsumexp(x!, -1)),
      sample("long", [draw.real([70])], ([x]) => logcumsumexp(x!, 0)),
      sample("far apart", [draw.real([2, 9], [-90, 90])], ([x]) => logcumsumexp(x!, 1)),
      sample("one element", [draw.real([1])], ([x]) => logcumsumexp(x!, 0)),
      sample("nothing", [draw.real([0, 2])], ([x]) => logcumsumexp(x!, 0)),
    ],
  }),
  positional("sort", (x, axis) => ({ ...sort(x, axis) }), {
    dtypes: allTypes,
    samples: (draw) => [
      ...alongAxis(draw, (x, axis) => ({ ...sort(x, axis) }), true),
      sample("descending", [draw.distinct([3, 5])], ([x]) => ({
        ...sort(x!, 1, { descending: true }),
      })),
    ],
  }),
  positional("argsort", (x, axis) => argsort(x, axis), {
    dtypes: allTypes,
    differentiable: notDifferentiable.integer,
  }),
  positional("topk", (x, axis) => ({ ...topk(x, Math.min(2, x.shape.at(axis)!), axis) }), {
    dtypes: numberTypes,
    samples: (draw) => [
      sample("axis 0", [draw.distinct([4, 3])], ([x]) => ({ ...topk(x!, 2, 0) })),
      sample("smallest", [draw.distinct([2, 5])], ([x]) => ({
        ...topk(x!, 3, -1, { largest: false }),
      })),
      sample("none", [draw.distinct([3])], ([x]) => ({ ...topk(x!, 0) })),
      sample("one element", [draw.distinct([1])], ([x]) => ({ ...topk(x!, 1) })),
    ],
    errors: [
      fails(
        "ArgumentError",
        "topk: k must be a whole number from 0 to 3, the size of axis -1: received 4.",
        (backend) => ({ ...topk(zeros([3], { backend }), 4) }),
      ),
      fails(
        "AxisError",
        "topk: axis 1 is out of range for a tensor with 1 axis. Use 0 or -1.",
        (backend) => ({ ...topk(zeros([3], { backend }), 1, 1) }),
      ),
    ],
  }),
];
