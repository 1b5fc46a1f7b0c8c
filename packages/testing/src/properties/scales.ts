import { grad } from "@dl/autograd";
import type { Backend } from "@dl/backend";
import {
  BatchNorm,
  cosineEmbeddingLoss,
  cosineSimilarity,
  GroupNorm,
  InstanceNorm,
  LayerNorm,
  normalize,
  RMSNorm,
} from "@dl/nn";
import { ones, tensor, type Tensor } from "@dl/tensor";
import { expect } from "vitest";

/**
 * A function with f(s·x) = s^degree · f(x) for every s above 0, which says what it and its
 * derivatives must be at any scale.
 */
export interface Homogeneous {
  readonly name: string;
  readonly degree: 0 | 1;
  readonly f: (x: Tensor) => Tensor;
  /** A bound below makes it another function of small inputs. */
  readonly largeOnly?: boolean;
}

const exact = { epsilon: 0, affine: false } as const;
const row = (x: Tensor, i: number): Tensor => x.select(0, i);
const other = (x: Tensor): Tensor =>
  tensor([[2, -1, 0.5, 1]], { dtype: x.dtype, backend: x.backend });

/** Of x [3, 4]. */
export const homogeneous: readonly Homogeneous[] = [
  { name: "norm", degree: 1, f: (x) => x.norm() },
  { name: "norm of rows", degree: 1, f: (x) => x.norm(2, 1) },
  { name: "norm of columns", degree: 1, f: (x) => x.norm(2, 0, { keepDims: true }) },
  { name: "norm of elements", degree: 1, f: (x) => x.norm(2, []) },
  { name: "norm of order 3", degree: 1, f: (x) => x.norm(3, 1) },
  { name: "norm of order 1.5", degree: 1, f: (x) => x.norm(1.5) },
  { name: "norm of order -1", degree: 1, f: (x) => x.norm(-1, 0) },
  { name: "std", degree: 1, f: (x) => x.std() },
  { name: "std of rows", degree: 1, f: (x) => x.std(1, { correction: 0 }) },
  { name: "hypot", degree: 1, f: (x) => row(x, 0).hypot(row(x, 1)) },
  { name: "atan2", degree: 0, f: (x) => row(x, 0).atan2(row(x, 1)) },
  { name: "normalize", degree: 0, f: (x) => normalize(x), largeOnly: true },
  {
    name: "cosineSimilarity",
    degree: 0,
    f: (x) => cosineSimilarity(x, other(x)),
    largeOnly: true,
  },
  {
    name: "cosineSimilarity of both",
    degree: 0,
    f: (x) => cosineSimilarity(x, x.flip(0)),
    largeOnly: true,
  },
  {
    name: "cosineEmbeddingLoss",
    degree: 0,
    f: (x) => cosineEmbeddingLoss(x, x.flip(1), ones([3], { dtype: x.dtype, backend: x.backend })),
    largeOnly: true,
  },
  { name: "RMSNorm", degree: 0, f: (x) => new RMSNorm(4, exact).forward(x) },
  { name: "LayerNorm", degree: 0, f: (x) => new LayerNorm(4, exact).forward(x) },
  { name: "GroupNorm", degree: 0, f: (x) => new GroupNorm(2, 4, exact).forward(x) },
  {
    name: "InstanceNorm",
    degree: 0,
    f: (x) => new InstanceNorm(3, exact).forward(x.unsqueeze(0)),
  },
  {
    name: "BatchNorm",
    degree: 0,
    f: (x) => new BatchNorm(4, { ...exact, trackRunningStats: false }).forward(x),
  },
];

/** Powers of two, which scale exactly: 7e19, 1.2e27, 1e-25 and 8e-31. */
export const scales = [2 ** 66, 2 ** 90, 2 ** -83, 2 ** -100];

const elements = [
  [0.5, -1.25, 2, 0.75],
  [1.5, 0.25, -0.5, 1],
  [-2, 1.75, 0.125, -0.875],
];
const directions = [
  [0.25, 1, -0.5, 0.75],
  [-1, 0.5, 0.625, -0.25],
  [1.125, -0.75, 0.5, 0.375],
];

/** The value, the gradient and the gradient's derivative along `directions`, each brought to scale 1. */
async function measured(
  { f, degree }: Homogeneous,
  scale: number,
  backend: Backend,
  dtype: "float32" | "float64",
): Promise<Float64Array[]> {
  const [x, v] = [elements, directions].map((rows) =>
    tensor(rows, { dtype, backend }).mul(scale),
  ) as [Tensor, Tensor];
  // Numbers of their own, so that no part of a gradient is lost in a sum.
  const weighted = (y: Tensor): Tensor => {
    const weights = Array.from({ length: y.elementCount }, (_, i) => 1 + 0.5 * (i % 3) - 0.25 * i);
    return y.mul(tensor(weights, { dtype, backend, shape: y.shape })).sum();
  };
  const slope = grad((at: Tensor) => weighted(f(at)));
  const curvature = grad((at: Tensor) => slope(at).mul(v).sum());
  const results = [f(x), slope(x), curvature(x)];
  // s^(degree), s^(degree − 1), and s^(degree − 2) · s for a direction that is scaled too.
  const powers = [degree, degree - 1, degree - 1];
  return Promise.all(
    results.map(async (result, i) => {
      const data = await result.data();
      return Float64Array.from(data, (value) => value / scale ** powers[i]!);
    }),
  );
}

/** @throws where a value or derivative at this scale is not that at scale 1, by mathematics. */
export async function expectHomogeneous(
  one: Homogeneous,
  scale: number,
  backend: Backend,
  exactly: Backend,
): Promise<void> {
  const [received, expected] = [
    await measured(one, scale, backend, "float32"),
    await measured(one, 1, exactly, "float64"),
  ];
  // The second derivative of degree 0 is of size 1 / scale², which has no float32 itself.
  const orders = one.degree === 0 ? 2 : 3;
  for (let order = 0; order < orders; order++)
    expected[order]!.forEach((value, i) =>
      expect(
        Math.abs(received[order]![i]! - value),
        `derivative ${order}, element ${i}: ${received[order]![i]!} for ${value}`,
      ).toBeLessThan(2e-5 * (1 + Math.abs(value))),
    );
}
