import { Beta, Dirichlet, Gamma, Poisson, StudentT } from "@dl/distributions";
import { tensor } from "@dl/tensor";
import type { FamilyRecord } from "./record.ts";

const implicit =
  "rejection takes other random words where a parameter moves; gradients are implicit";

/** Families made of gamma-distributed numbers, and counts. */
export const gammaFamilies: readonly FamilyRecord[] = [
  {
    name: "Gamma",
    make: ({ concentration, rate }) => new Gamma(concentration!, rate!),
    implicitGradients: implicit,
    members: [
      {
        parameters: { concentration: 2.5, rate: 0.5 },
        law: { kind: "density", from: 0, to: 70 },
      },
      {
        parameters: { concentration: 300, rate: 10 },
        law: { kind: "density", from: 10, to: 55 },
      },
    ],
    points: [
      {
        parameters: { concentration: 1e-4, rate: 1 },
        of: "logProb",
        value: 0.5,
        expected: -9.0172048,
      },
      {
        parameters: { concentration: 1, rate: 2 },
        of: "logProb",
        value: [-1, 0, Infinity],
        expected: [-Infinity, 0.693147, -Infinity],
        orders: 0,
      },
      {
        parameters: { concentration: 3, rate: 2 },
        of: "logProb",
        value: 0,
        expected: -Infinity,
        orders: 0,
      },
      {
        parameters: { concentration: [1e-4, 1e6], rate: 1 },
        of: "entropy",
        expected: [-9990.36661, 8.3266935],
      },
      {
        parameters: { concentration: 2, rate: 1 },
        of: "cdf",
        value: [-1, 0, 2],
        expected: [0, 0, 0.5939942],
        orders: 1,
      },
    ],
  },
  {
    name: "Beta",
    make: ({ concentration1, concentration0 }) => new Beta(concentration1!, concentration0!),
    implicitGradients: implicit,
    members: [
      {
        parameters: { concentration1: 2.5, concentration0: 1.5 },
        law: { kind: "density", from: 0, to: 1 },
      },
      {
        parameters: { concentration1: 40, concentration0: 300 },
        law: { kind: "density", from: 0, to: 0.5 },
      },
    ],
    points: [
      {
        parameters: { concentration1: 1, concentration0: 1 },
        of: "logProb",
        value: [-0.1, 0, 0.5, 1, 1.1],
        expected: [-Infinity, 0, 0, 0, -Infinity],
        orders: 0,
      },
      {
        parameters: { concentration1: 1e-4, concentration0: 1e-4 },
        of: "logProb",
        value: 0.5,
        expected: -8.517332,
      },
      {
        parameters: { concentration1: 1e6, concentration0: 1e6 },
        of: "logProb",
        value: 0.5,
        expected: 7.0285374,
      },
      {
        parameters: { concentration1: 1e6, concentration0: 1e6 },
        of: "entropy",
        expected: -6.5285378,
      },
      { parameters: { concentration1: 2, concentration0: 2 }, of: "entropy", expected: -0.1250928 },
    ],
  },
  {
    name: "Dirichlet",
    make: ({ concentration }) => new Dirichlet(concentration!),
    implicitGradients: implicit,
    members: [
      {
        parameters: { concentration: [2.5, 1.5, 3] },
        law: {
          kind: "part",
          of: ([first]) => first!,
          distribution: (target) => new Beta(tensor(2.5, target), tensor(4.5, target)),
          from: 0,
          to: 1,
        },
      },
      {
        parameters: { concentration: [2, 3] },
        law: { kind: "line", from: 0, to: 1, event: (x) => [x, 1 - x] },
      },
    ],
    points: [
      {
        parameters: { concentration: [1, 1, 1] },
        of: "logProb",
        value: [
          [0, 0, 1],
          [0.2, 0.3, 0.5],
        ],
        expected: [0.6931472, 0.6931472],
        orders: 0,
      },
      {
        parameters: { concentration: [1, 2] },
        of: "logProb",
        value: [1.5, -0.5],
        expected: -Infinity,
        orders: 0,
      },
      {
        parameters: { concentration: [1e-4, 1e-4] },
        of: "logProb",
        value: [0.5, 0.5],
        expected: -8.517332,
      },
    ],
  },
  {
    name: "Poisson",
    make: ({ rate }) => new Poisson(rate!),
    members: [
      {
        parameters: { rate: 2.5 },
        law: { kind: "values", values: Array.from({ length: 13 }, (_, k) => k) },
      },
      {
        parameters: { rate: 40 },
        law: { kind: "values", values: Array.from({ length: 90 }, (_, k) => k) },
      },
    ],
    points: [
      {
        parameters: { rate: 0 },
        of: "logProb",
        value: [0, 1],
        expected: [0, -Infinity],
        orders: 0,
      },
      {
        parameters: { rate: 2 },
        of: "logProb",
        value: [-1, 0.5],
        expected: [-Infinity, -Infinity],
        orders: 0,
      },
      { parameters: { rate: 1e6 }, of: "logProb", value: 1e6, expected: -7.8266939 },
      { parameters: { rate: 1e-10 }, of: "logProb", value: [0, 1], expected: [0, -23.025851] },
    ],
  },
  {
    name: "StudentT",
    make: ({ df, loc, scale }) => new StudentT(df!, loc, scale),
    implicitGradients: implicit,
    members: [
      { parameters: { df: 5, loc: 1, scale: 0.5 }, law: { kind: "density", from: -40, to: 42 } },
      { parameters: { df: 60, loc: -1, scale: 2 }, law: { kind: "density", from: -20, to: 18 } },
    ],
    points: [
      {
        parameters: { df: 1, loc: 0, scale: 1 },
        of: "logProb",
        value: [0, 1e10],
        expected: [-1.1447299, -47.196432],
      },
      { parameters: { df: 1e6, loc: 0, scale: 1 }, of: "logProb", value: 1, expected: -1.418939 },
      {
        parameters: { df: [1, 1e6], loc: 0, scale: 1 },
        of: "entropy",
        expected: [2.5310242, 1.4189395],
      },
      {
        parameters: { df: [1, 2, 3], loc: 0, scale: 1 },
        of: "variance",
        expected: [NaN, Infinity, 3],
        orders: 0,
      },
    ],
  },
];
