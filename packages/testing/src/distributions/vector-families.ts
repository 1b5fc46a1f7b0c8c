import {
  AffineTransform,
  Categorical,
  ExpTransform,
  LowRankMultivariateNormal,
  MixtureSameFamily,
  MultivariateNormal,
  Normal,
  SigmoidTransform,
  SoftplusTransform,
  TanhTransform,
  TransformedDistribution,
  type Transform,
} from "@dl/distributions";
import { tensor } from "@dl/tensor";
import type { FamilyRecord } from "./record.ts";

const scaleTril = [
  [1.25, 0],
  [-0.5, 0.75],
];

const transformsOf: Readonly<Record<string, () => readonly Transform[]>> = {
  affine: () => [new AffineTransform(0.5, -1.5)],
  exp: () => [new ExpTransform()],
  tanh: () => [new TanhTransform()],
  sigmoid: () => [new SigmoidTransform()],
  softplus: () => [new SoftplusTransform()],
  chain: () => [new AffineTransform(0.25, 0.5), new TanhTransform(), new AffineTransform(1, 2)],
};

/** Families of vectors, and those made of others. */
export const vectorFamilies: readonly FamilyRecord[] = [
  {
    name: "MultivariateNormal",
    make: ({ loc, scaleTril: factor, covariance, precision }) =>
      factor !== undefined
        ? new MultivariateNormal(loc!, { scaleTril: factor })
        : covariance !== undefined
          ? new MultivariateNormal(loc!, { covarianceMatrix: covariance })
          : new MultivariateNormal(loc!, { precisionMatrix: precision! }),
    members: [
      {
        parameters: { loc: [0.5, -1], scaleTril },
        law: {
          kind: "part",
          of: ([first, second]) => first! + 2 * second!,
          // 1.25² + (2 · 0.75)² + 2 · 2 · 1.25 · -0.5 + (2 · -0.5)² = (1.25 - 1)² + 1.5².
          distribution: (target) =>
            new Normal(tensor(-1.5, target), tensor(Math.sqrt(0.25 ** 2 + 1.5 ** 2), target)),
          from: -12,
          to: 9,
        },
      },
    ],
    points: [
      {
        parameters: {
          loc: [0, 0],
          scaleTril: [
            [1, 0],
            [0, 1],
          ],
        },
        of: "logProb",
        value: [0, 0],
        expected: -1.837877,
      },
      {
        parameters: {
          loc: [0, 0],
          covariance: [
            [1e-6, 0],
            [0, 1e6],
          ],
        },
        of: "logProb",
        value: [0, 0],
        expected: -1.837877,
      },
    ],
  },
  {
    name: "LowRankMultivariateNormal",
    make: ({ loc, factor, diagonal }) => new LowRankMultivariateNormal(loc!, factor!, diagonal!),
    members: [
      {
        parameters: { loc: [0.5, -1], factor: [[1], [-0.5]], diagonal: [0.5, 0.75] },
        law: {
          kind: "part",
          of: ([first, second]) => first! + second!,
          distribution: (target) =>
            new Normal(tensor(-0.5, target), tensor(Math.sqrt(0.25 + 1.25), target)),
          from: -9,
          to: 8,
        },
      },
    ],
    points: [
      {
        parameters: { loc: [0, 0], factor: [[0], [0]], diagonal: [1, 1] },
        of: "logProb",
        value: [0, 0],
        expected: -1.837877,
      },
    ],
  },
  {
    name: "MixtureSameFamily",
    make: ({ logits, probs, loc, scale }) =>
      new MixtureSameFamily(
        logits === undefined ? new Categorical({ probs: probs! }) : new Categorical({ logits }),
        new Normal(loc!, scale!),
      ),
    members: [
      {
        parameters: { logits: [0.5, -0.5, 1], loc: [-2, 0, 3], scale: [0.5, 1, 0.75] },
        law: { kind: "density", from: -8, to: 9 },
      },
      {
        parameters: { probs: [0.25, 0, 0.75], loc: [-2, 0, 3], scale: [0.5, 1, 0.75] },
        law: { kind: "density", from: -8, to: 9 },
      },
    ],
    points: [
      {
        parameters: { probs: [1, 0], loc: [0, 5], scale: [1, 1] },
        of: "logProb",
        value: 0,
        expected: -0.9189385,
        orders: 1,
      },
      {
        parameters: { logits: [0, -Infinity], loc: [0, 5], scale: [1, 1] },
        of: "logProb",
        value: 0,
        expected: -0.9189385,
        orders: 1,
      },
    ],
  },
  {
    name: "TransformedDistribution",
    make: ({ loc, scale }, variant) =>
      new TransformedDistribution(new Normal(loc!, scale!), transformsOf[variant ?? "chain"]!()),
    members: [
      {
        variant: "affine",
        parameters: { loc: 0.5, scale: 1 },
        law: { kind: "density", from: -12, to: 12 },
      },
      {
        variant: "exp",
        parameters: { loc: 0.25, scale: 0.5 },
        law: { kind: "density", from: 0, to: 40 },
      },
      {
        variant: "tanh",
        parameters: { loc: 0.25, scale: 0.5 },
        law: { kind: "density", from: -1, to: 1 },
      },
      {
        variant: "sigmoid",
        parameters: { loc: 0.25, scale: 0.5 },
        law: { kind: "density", from: 0, to: 1 },
      },
      {
        variant: "softplus",
        parameters: { loc: 0.25, scale: 0.5 },
        law: { kind: "density", from: 0, to: 5 },
      },
      {
        variant: "chain",
        parameters: { loc: 0.25, scale: 0.5 },
        law: { kind: "density", from: -1, to: 3 },
      },
    ],
    points: [
      {
        parameters: { loc: 0, scale: 1 },
        of: "logProb",
        value: [-1.5, 3.5],
        expected: [-Infinity, -Infinity],
      },
      { parameters: { loc: 0, scale: 1 }, of: "logProb", value: [-1, 3] },
      {
        parameters: { loc: 0, scale: 1 },
        of: "cdf",
        value: [-1.5, 3.5],
        expected: [0, 1],
        orders: 0,
      },
    ],
  },
];
