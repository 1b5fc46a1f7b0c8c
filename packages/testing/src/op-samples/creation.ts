import {
  arange,
  bernoulli,
  eye,
  full,
  fullLike,
  Generator,
  integers,
  item,
  linspace,
  normal,
  normalLike,
  ones,
  onesLike,
  permutation,
  tensor,
  toArray,
  truncatedNormal,
  uniform,
  uniformLike,
  zeros,
  zerosLike,
  type RandomOptions,
  type Tensor,
} from "@dl/tensor";
import {
  fails,
  notDifferentiable,
  sample,
  type ErrorSample,
  type OpRecord,
  type Sample,
} from "./record.ts";

type Make = (options: Required<Pick<RandomOptions, "backend" | "generator">>) => Tensor;

/** Operations without tensors that go in: each call under its name. */
function creating(
  name: string,
  calls: Readonly<Record<string, Make>>,
  errors: readonly ErrorSample[],
  theme: "creation" | "random numbers" = "creation",
): OpRecord {
  return {
    name,
    theme,
    dtypes: ["float32"],
    isExact: true,
    differentiable: theme === "creation" ? notDifferentiable.noInput : notDifferentiable.random,
    samples: () =>
      Object.entries(calls).map(([call, make]): Sample =>
        sample(call, [], (_inputs, { backend }) =>
          make({ backend: backend!, generator: new Generator(42) }),
        ),
      ),
    errors,
  };
}

const drawing = (
  name: string,
  calls: Readonly<Record<string, Make>>,
  errors: readonly ErrorSample[],
): OpRecord => creating(name, calls, errors, "random numbers");

export const creationRecords: readonly OpRecord[] = [
  creating(
    "tensor",
    {
      nested: ({ backend }) =>
        tensor(
          [
            [1, 2],
            [3, 4],
          ],
          { backend },
        ),
      booleans: ({ backend }) => tensor([true, false], { backend }),
      empty: ({ backend }) => tensor([[], []], { backend }),
      scalar: ({ backend }) => tensor(1.5, { backend }),
      "typed array": ({ backend }) => tensor(Uint8Array.of(1, 255), { backend }),
      "uint32 at its limit": ({ backend }) => tensor([2 ** 32 - 1], { backend, dtype: "uint32" }),
    },
    [
      fails(
        "ShapeError",
        "tensor: nested lists are ragged: received a list of 1 at [1], where a list of 2 belongs. All lists at one depth must have one length.",
        (backend) => tensor([[1, 2], [3]], { backend }),
      ),
      fails("ShapeError", "tensor: 5 elements do not fill shape [2, 3], which has 6.", (backend) =>
        tensor(new Float32Array(5), { shape: [2, 3], backend }),
      ),
      fails(
        "ArgumentError",
        "tensor: needs numbers or booleans: received string at [0].",
        (backend) => tensor(["1"] as unknown as number[], { backend }),
      ),
      fails(
        "ArgumentError",
        "tensor: 2147483648 does not fit int32 (whole numbers -2147483648 to 2147483647). Use float32 or float64.",
        (backend) => tensor([2 ** 31], { backend, dtype: "int32" }),
      ),
    ],
  ),
  creating(
    "full",
    {
      matrix: ({ backend }) => full([2, 3], 1.5, { backend }),
      bool: ({ backend }) => full([2], 3, { backend, dtype: "bool" }),
      empty: ({ backend }) => full([0, 2], 1, { backend }),
    },
    [
      fails(
        "ShapeError",
        "full: sizes must be whole numbers of at least 0: received [-1].",
        (backend) => full([-1], 0, { backend }),
      ),
    ],
  ),
  creating(
    "zeros",
    {
      matrix: ({ backend }) => zeros([2, 3], { backend }),
      int32: ({ backend }) => zeros([2], { backend, dtype: "int32" }),
    },
    [
      fails(
        "ShapeError",
        "zeros: [65536, 65536] has 4294967296 elements, more than the limit of 2147483647. Use a smaller shape or work in parts.",
        (backend) => zeros([65536, 65536], { backend }),
      ),
      fails(
        "ArgumentError",
        "zeros: the shape must be a list of sizes: received 3. Write [3].",
        (backend) => zeros(3 as unknown as number[], { backend }),
      ),
    ],
  ),
  creating(
    "ones",
    {
      matrix: ({ backend }) => ones([2, 3], { backend }),
      scalar: ({ backend }) => ones([], { backend }),
    },
    [
      fails(
        "ShapeError",
        "ones: sizes must be whole numbers of at least 0: received [0.5].",
        (backend) => ones([0.5], { backend }),
      ),
    ],
  ),
  creating(
    "fullLike",
    { like: ({ backend }) => fullLike(zeros([2, 3], { backend, dtype: "int32" }), 7) },
    [
      fails(
        "ArgumentError",
        "fullLike: needs a tensor, got number. Make one with tensor(...).",
        () => fullLike(1 as unknown as Tensor, 1),
      ),
    ],
  ),
  creating(
    "zerosLike",
    { like: ({ backend }) => zerosLike(ones([2, 3], { backend, dtype: "bool" })) },
    [
      fails(
        "ArgumentError",
        "zerosLike: needs a tensor, got number. Make one with tensor(...).",
        () => zerosLike(1 as unknown as Tensor),
      ),
    ],
  ),
  creating("onesLike", { like: ({ backend }) => onesLike(zeros([2, 3], { backend })) }, [
    fails("ArgumentError", "onesLike: needs a tensor, got number. Make one with tensor(...).", () =>
      onesLike(1 as unknown as Tensor),
    ),
  ]),
  creating(
    "eye",
    {
      square: ({ backend }) => eye(3, 3, { backend }),
      wide: ({ backend }) => eye(2, 4, { backend }),
      empty: ({ backend }) => eye(0, 0, { backend }),
    },
    [
      fails(
        "ShapeError",
        "eye: sizes must be whole numbers of at least 0: received [-1, 2].",
        (backend) => eye(-1, 2, { backend }),
      ),
    ],
  ),
  creating(
    "arange",
    {
      end: ({ backend }) => arange(5, { backend }),
      backwards: ({ backend }) => arange(5, 0, -2, { backend }),
      fractions: ({ backend }) => arange(0, 1, 0.25, { backend }),
      nothing: ({ backend }) => arange(0, { backend }),
    },
    [
      fails(
        "ArgumentError",
        "arange: the step never reaches the end: received start 0, end 5, step -1. Give a step above 0.",
        (backend) => arange(0, 5, -1, { backend }),
      ),
      fails(
        "ArgumentError",
        "arange: needs finite numbers: received start 0, end Infinity, step 1.",
        (backend) => arange(Infinity, { backend }),
      ),
    ],
  ),
  creating(
    "linspace",
    {
      five: ({ backend }) => linspace(-1, 1, 5, { backend }),
      one: ({ backend }) => linspace(2, 3, 1, { backend }),
      none: ({ backend }) => linspace(2, 3, 0, { backend }),
    },
    [
      fails(
        "ArgumentError",
        "linspace: count must be a whole number of at least 0: received 1.5.",
        (backend) => linspace(0, 1, 1.5, { backend }),
      ),
    ],
  ),
  drawing(
    "uniform",
    {
      "[0, 1)": (to) => uniform([3, 17], to),
      bounds: (to) => uniform([20], { ...to, low: -1, high: 1 }),
      int: (to) => uniform([5], { ...to, generator: new Generator(0, 3) }),
    },
    [
      fails(
        "ArgumentError",
        "uniform: parameters out of range: received low 2, high 1. low must not exceed high.",
        (backend) => uniform([2], { backend, low: 2, high: 1 }),
      ),
    ],
  ),
  drawing(
    "uniformLike",
    { like: ({ backend, generator }) => uniformLike(zeros([7], { backend }), { generator }) },
    [
      fails(
        "ArgumentError",
        "uniformLike: needs a tensor, got number. Make one with tensor(...).",
        () => uniformLike(1 as unknown as Tensor),
      ),
    ],
  ),
  drawing(
    "normal",
    {
      standard: (to) => normal([4, 33], to),
      moved: (to) => normal([20], { ...to, mean: 2, std: 0.5 }),
    },
    [
      fails(
        "ArgumentError",
        "normal: parameters out of range: received mean 0, std -1. std must be at least 0.",
        (backend) => normal([2], { backend, std: -1 }),
      ),
    ],
  ),
  drawing(
    "normalLike",
    { like: ({ backend, generator }) => normalLike(zeros([7], { backend }), { generator }) },
    [
      fails(
        "ArgumentError",
        "normalLike: needs a tensor, got number. Make one with tensor(...).",
        () => normalLike(1 as unknown as Tensor),
      ),
    ],
  ),
  drawing(
    "truncatedNormal",
    {
      "two deviations": (to) => truncatedNormal([50], to),
      bounds: (to) => truncatedNormal([50], { ...to, low: 0.5, high: 4 }),
    },
    [
      fails(
        "ArgumentError",
        "truncatedNormal: parameters out of range: received mean 0, std 0, low 0, high 0. std must be above 0, and the bounds must enclose a part of the distribution.",
        (backend) => truncatedNormal([2], { backend, std: 0 }),
      ),
    ],
  ),
  drawing(
    "bernoulli",
    {
      "of a shape": (to) => bernoulli([50], { ...to, probability: 0.3 }),
      "of probabilities": ({ backend, generator }) =>
        bernoulli(linspace(0, 1, 40, { backend }), { generator }),
      bool: (to) => bernoulli([9], { ...to, dtype: "bool" }),
    },
    [
      fails(
        "ArgumentError",
        "bernoulli: parameters out of range: received probability 1.5. A probability lies between 0 and 1.",
        (backend) => bernoulli([2], { backend, probability: 1.5 }),
      ),
      fails(
        "DTypeError",
        'bernoulli: needs a float tensor, got int32. Convert with x.cast("float32").',
        (backend) => bernoulli(zeros([2], { backend, dtype: "int32" })),
      ),
    ],
  ),
  drawing(
    "integers",
    {
      dice: (to) => integers(1, 7, [60], to),
      wide: (to) => integers(-(2 ** 31), 2 ** 31, [20], to),
      float: (to) => integers(-3, 3, [20], { ...to, dtype: "float32" }),
    },
    [
      fails(
        "ArgumentError",
        "integers: parameters out of range: received low 3, high 3. Give whole numbers with low below high, from -2^31 to 2^31.",
        (backend) => integers(3, 3, [2], { backend }),
      ),
    ],
  ),
  drawing("permutation", { ten: (to) => permutation(10, to), none: (to) => permutation(0, to) }, [
    fails(
      "ArgumentError",
      "permutation: the count must be a whole number from 0 to 2^31 - 1: received -1.",
      (backend) => permutation(-1, { backend }),
    ),
  ]),
  {
    name: "item",
    theme: "reads",
    dtypes: ["float32"],
    isExact: true,
    differentiable: "gives a number",
    samples: (draw) => [
      sample("one element", [draw.real([1, 1])], async ([x], { backend }) =>
        tensor(await item(x!), { backend: backend! }),
      ),
    ],
    errors: [
      fails(
        "ShapeError",
        "item: needs a tensor of one element, got shape [2]. Reduce it, e.g. with mean(), or read it with toArray().",
        (backend) => item(zeros([2], { backend })),
      ),
    ],
  },
  {
    name: "toArray",
    theme: "reads",
    dtypes: ["float32", "bool"],
    isExact: true,
    differentiable: "gives lists",
    samples: (draw) => [
      sample("nested", [draw.real([2, 3])], async ([x], { backend }) =>
        tensor(await toArray<number[][]>(x!), { backend: backend! }),
      ),
    ],
    errors: [
      fails(
        "ArgumentError",
        "toArray: needs a tensor, got number. Make one with tensor(...).",
        () => toArray(1 as unknown as Tensor),
      ),
    ],
  },
  {
    name: "to",
    theme: "reads",
    dtypes: ["float32", "int32", "bool"],
    isExact: true,
    differentiable: "gradients do not follow a tensor to another backend",
    samples: (draw) => [
      sample("same backend", [draw.real([2, 3])], ([x], { backend }) => x!.to(backend!)),
    ],
  },
];
