import {
  Bernoulli,
  ContinuousBernoulli,
  Exponential,
  Laplace,
  LogNormal,
  Normal,
  Uniform,
} from "@dl/distributions";
import { eitherOf, type FamilyRecord } from "./record.ts";

const huge = 1e30;
const tiny = 1e-30;

/** Families of numbers with bounds or scales, and coins. */
export const numberFamilies: readonly FamilyRecord[] = [
  {
    name: "Normal",
    make: ({ loc, scale }) => new Normal(loc!, scale!),
    members: [
      { parameters: { loc: 1.5, scale: 0.5 }, law: { kind: "density", from: -3, to: 6 } },
      { parameters: { loc: -20, scale: 4 }, law: { kind: "density", from: -56, to: 16 } },
    ],
    points: [
      { parameters: { loc: 0, scale: huge }, of: "logProb", value: huge, expected: -70.4965 },
      { parameters: { loc: 0, scale: tiny }, of: "logProb", value: 0, expected: 68.158616 },
      {
        parameters: { loc: 0, scale: 1 },
        of: "logProb",
        value: Infinity,
        expected: -Infinity,
        orders: 0,
      },
      {
        parameters: { loc: 0, scale: 1 },
        of: "icdf",
        value: [0, 0.5, 1],
        expected: [-Infinity, 0, Infinity],
        orders: 0,
      },
      {
        parameters: { loc: 0, scale: 1 },
        of: "cdf",
        value: [-Infinity, 0, Infinity],
        expected: [0, 0.5, 1],
        orders: 0,
      },
    ],
  },
  {
    name: "LogNormal",
    make: ({ loc, scale }) => new LogNormal(loc!, scale!),
    members: [{ parameters: { loc: 0.25, scale: 0.5 }, law: { kind: "density", from: 0, to: 40 } }],
    points: [
      {
        parameters: { loc: 0, scale: 1 },
        of: "logProb",
        value: [-1, 0],
        expected: [-Infinity, -Infinity],
      },
      { parameters: { loc: 0, scale: 1 }, of: "cdf", value: [-1, 0, 1], expected: [0, 0, 0.5] },
    ],
  },
  {
    name: "Laplace",
    make: ({ loc, scale }) => new Laplace(loc!, scale!),
    members: [
      { parameters: { loc: 0.5, scale: 0.75 }, law: { kind: "density", from: -17.5, to: 18.5 } },
    ],
    points: [
      { parameters: { loc: 0.5, scale: 1 }, of: "logProb", value: 0.5, expected: -0.693147 },
      { parameters: { loc: 0, scale: tiny }, of: "logProb", value: 0, expected: 68.384406 },
      {
        parameters: { loc: 0.5, scale: 1 },
        of: "cdf",
        value: [0.5, -60],
        expected: [0.5, 2.6555e-27],
      },
      {
        parameters: { loc: 0, scale: 1 },
        of: "icdf",
        value: [0, 0.5, 1],
        expected: [-Infinity, 0, Infinity],
        orders: 0,
      },
    ],
  },
  {
    name: "Uniform",
    make: ({ low, high }) => new Uniform(low!, high!),
    members: [{ parameters: { low: -1, high: 3 }, law: { kind: "density", from: -1, to: 3 } }],
    points: [
      {
        parameters: { low: 0, high: 4 },
        of: "logProb",
        value: [-0.01, 0, 4, 4.01],
        expected: [-Infinity, -1.386294, -1.386294, -Infinity],
      },
      { parameters: { low: 0, high: 4 }, of: "cdf", value: [-1, 0, 4, 5], expected: [0, 0, 1, 1] },
    ],
  },
  {
    name: "Exponential",
    make: ({ rate }) => new Exponential(rate!),
    members: [{ parameters: { rate: 2.5 }, law: { kind: "density", from: 0, to: 14 } }],
    points: [
      { parameters: { rate: 2 }, of: "logProb", value: [-1, 0], expected: [-Infinity, 0.693147] },
      { parameters: { rate: tiny }, of: "logProb", value: 0, expected: -69.077553 },
      { parameters: { rate: 2 }, of: "cdf", value: [-1, 0], expected: [0, 0] },
    ],
  },
  {
    name: "Bernoulli",
    make: (parameters) => new Bernoulli(eitherOf(parameters)),
    members: [
      { parameters: { probs: 0.3 }, law: { kind: "values", values: [0, 1] } },
      { parameters: { logits: 1.25 }, law: { kind: "values", values: [0, 1] } },
    ],
    points: [
      { parameters: { probs: [0, 1] }, of: "logProb", value: [0, 1], expected: [0, 0] },
      {
        parameters: { probs: [0, 1] },
        of: "logProb",
        value: [1, 0],
        expected: [-Infinity, -Infinity],
        orders: 1,
      },
      {
        parameters: { probs: 0.5 },
        of: "logProb",
        value: [0.5, 2, -1],
        expected: [-Infinity, -Infinity, -Infinity],
      },
      { parameters: { probs: [0, 1] }, of: "entropy", expected: [0, 0] },
      { parameters: { logits: [-100, 100] }, of: "logProb", value: [0, 1], expected: [0, 0] },
      { parameters: { logits: [-100, 100] }, of: "logProb", value: [1, 0], expected: [-100, -100] },
      { parameters: { logits: [-100, 100, 0] }, of: "entropy", expected: [0, 0, 0.693147] },
    ],
  },
  {
    name: "ContinuousBernoulli",
    make: (parameters) => new ContinuousBernoulli(eitherOf(parameters)),
    members: [
      { parameters: { probs: 0.2 }, law: { kind: "density", from: 0, to: 1 } },
      { parameters: { logits: 6 }, law: { kind: "density", from: 0, to: 1 } },
      { parameters: { logits: 0 }, law: { kind: "density", from: 0, to: 1 } },
    ],
    points: [
      { parameters: { logits: 0 }, of: "logProb", value: [0, 0.5, 1], expected: [0, 0, 0] },
      {
        parameters: { probs: 0.5 },
        of: "logProb",
        value: [-0.1, 1.1],
        expected: [-Infinity, -Infinity],
      },
      {
        parameters: { logits: [-100, 100] },
        of: "logProb",
        value: [0, 1],
        expected: [4.60517, 4.60517],
      },
      { parameters: { logits: [-100, 0, 100] }, of: "mean", expected: [0.01, 0.5, 0.99] },
      { parameters: { logits: [-100, 0, 100] }, of: "variance", expected: [1e-4, 0.0833333, 1e-4] },
      { parameters: { logits: [-100, 0, 100] }, of: "entropy", expected: [-3.60517, 0, -3.60517] },
      {
        parameters: { logits: [-100, 0, 100] },
        of: "icdf",
        value: 0.5,
        expected: [0.00693147, 0.5, 0.99306853],
      },
      { parameters: { probs: [0, 1] }, of: "logProb", value: [0, 1] },
    ],
  },
];
