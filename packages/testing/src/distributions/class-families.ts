import {
  Categorical,
  Independent,
  Normal,
  OneHotCategorical,
  OneHotCategoricalStraightThrough,
  RelaxedOneHotCategorical,
} from "@dl/distributions";
import { tensor } from "@dl/tensor";
import { eitherOf, type FamilyRecord, type Law } from "./record.ts";

const probs = [0.5, 0, 1.5, 2];
const logits = [0.25, -1, 2, -Infinity];
const places: Law = { kind: "values", values: [0, 1, 2, 3], dtype: "int32" };
const rows: Law = {
  kind: "values",
  values: [0, 1, 2, 3].map((place) => [0, 1, 2, 3].map((i) => (i === place ? 1 : 0))),
};

/** Families of classes, and what makes events of batches. */
export const classFamilies: readonly FamilyRecord[] = [
  {
    name: "Categorical",
    make: (parameters) => new Categorical(eitherOf(parameters)),
    members: [
      { parameters: { probs }, law: places },
      { parameters: { logits }, law: places },
    ],
    points: [
      {
        parameters: { probs: [1, 0] },
        of: "logProb",
        value: [0, 1, 2, -1],
        dtype: "int32",
        expected: [0, -Infinity, -Infinity, -Infinity],
        orders: 1,
      },
      { parameters: { probs: [1, 0] }, of: "entropy", expected: 0 },
      {
        parameters: { logits: [0, -Infinity] },
        of: "logProb",
        value: [0, 1],
        dtype: "int32",
        expected: [0, -Infinity],
        orders: 1,
      },
      { parameters: { logits: [0, -Infinity] }, of: "entropy", expected: 0 },
      {
        parameters: { logits: [100, -100, 0] },
        of: "logProb",
        value: [0, 1],
        dtype: "int32",
        expected: [0, -200],
      },
      { parameters: { logits: [100, -100, 0] }, of: "entropy", expected: 0 },
    ],
  },
  {
    name: "OneHotCategorical",
    make: (parameters) => new OneHotCategorical(eitherOf(parameters)),
    members: [
      { parameters: { probs }, law: rows },
      { parameters: { logits }, law: rows },
    ],
    points: [
      {
        parameters: { probs: [1, 0] },
        of: "logProb",
        value: [
          [1, 0],
          [0, 1],
          [1, 1],
          [0.5, 0.5],
        ],
        expected: [0, -Infinity, -Infinity, -Infinity],
        orders: 0,
      },
      { parameters: { probs: [1, 0] }, of: "logProb", value: [1, 0], expected: 0 },
      { parameters: { probs: [1, 0] }, of: "entropy", expected: 0 },
      { parameters: { logits: [100, -100] }, of: "logProb", value: [0, 1], expected: -200 },
    ],
  },
  {
    name: "OneHotCategoricalStraightThrough",
    make: (parameters) => new OneHotCategoricalStraightThrough(eitherOf(parameters)),
    implicitGradients: "its gradients are those of the probabilities, and not of what was drawn",
    members: [{ parameters: { logits }, law: rows }],
    points: [{ parameters: { probs: [1, 0] }, of: "entropy", expected: 0 }],
  },
  {
    name: "RelaxedOneHotCategorical",
    make: ({ temperature, ...parameters }) =>
      new RelaxedOneHotCategorical(temperature!, eitherOf(parameters)),
    members: [
      {
        parameters: { temperature: 1.75, probs: [0.4, 0.6] },
        law: { kind: "line", from: 0, to: 1, event: (x) => [x, 1 - x] },
      },
      {
        parameters: { temperature: 1.5, logits: [0.5, -0.5] },
        law: { kind: "line", from: 0, to: 1, event: (x) => [x, 1 - x] },
      },
    ],
    points: [
      {
        parameters: { temperature: 1, logits: [0, 0] },
        of: "logProb",
        value: [
          [-0.5, 1.5],
          [0.5, 0.6],
        ],
        expected: [-Infinity, -Infinity],
      },
      {
        parameters: { temperature: 1, logits: [100, -100] },
        of: "logProb",
        value: [0.5, 0.5],
        expected: -198.61371,
      },
      { parameters: { temperature: 1, logits: [0, 0] }, of: "logProb", value: [0, 1], expected: 0 },
    ],
  },
  {
    name: "Independent",
    make: ({ loc, scale }) => new Independent(new Normal(loc!, scale!), 1),
    members: [
      {
        parameters: { loc: [1, -1], scale: [0.5, 2] },
        law: {
          kind: "part",
          of: ([first, second]) => first! + second!,
          distribution: (target) => new Normal(tensor(0, target), tensor(Math.sqrt(4.25), target)),
          from: -20,
          to: 20,
        },
      },
    ],
    points: [
      {
        parameters: { loc: [0, 0], scale: [1, 1] },
        of: "logProb",
        value: [0, 0],
        expected: -1.837877,
      },
    ],
  },
];
