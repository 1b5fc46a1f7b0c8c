import { ArgumentError, ShapeError, UnsupportedError } from "@dl/backend";
import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import { configure, ones, tensor, zeros } from "@dl/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { Bernoulli } from "./bernoulli.ts";
import { Categorical } from "./categorical.ts";
import { Independent } from "./independent.ts";
import { Normal } from "./normal.ts";
import { OneHotCategorical } from "./one-hot-categorical.ts";
import { Uniform } from "./uniform.ts";

beforeAll(async () => {
  configure({ backend: await cpu() });
});

describe("parameters", () => {
  it("are numbers or float tensors of one type and place that broadcast", () => {
    expect(() => new Normal("0" as unknown as number, 1)).toThrow(
      'Normal: loc must be a number or a float tensor: received "0". Make a tensor with tensor([...]).',
    );
    expect(() => new Normal(tensor([1], { dtype: "int32" }), 1)).toThrow(
      'Normal: loc must be a float tensor: received int32. Convert with x.cast("float32").',
    );
    expect(() => new Normal(zeros([2]), ones([3]))).toThrow(ShapeError);
    const exact = { dtype: "float64", backend: reference() } as const;
    expect(() => new Uniform(zeros([2]), tensor(1, exact))).toThrow(
      'parameters must have one type: low is float32, high is float64. Convert with high.cast("float32").',
    );
    expect(() => new Uniform(zeros([2]), tensor(1, { backend: reference() }))).toThrow(
      "parameters live on different backends: low on cpu, high on reference.",
    );
    expect(new Normal(zeros([2, 1]), ones([3])).batchShape).toEqual([2, 3]);
    expect(new Normal(0, tensor(1, exact)).loc.dtype).toBe("float64");
  });

  it("are either probabilities or logits", () => {
    const both = { probs: 0.5, logits: 0 } as unknown as { probs: number };
    expect(() => new Bernoulli(both)).toThrow(
      "Bernoulli: needs either probs or logits: received both. Write new Bernoulli({ logits }).",
    );
    expect(() => new Bernoulli({} as { probs: number })).toThrow("received none");
    expect(() => new Bernoulli({ logit: 0 } as unknown as { logits: number })).toThrow(
      "Did you mean logits?",
    );
    expect(() => new Categorical({ probs: 0.5 })).toThrow(
      "Categorical: probs needs a last axis of at least one class: received []. Give [...batch, classes].",
    );
  });

  it("may be as many axes as the batch has, of one event", () => {
    expect(() => new Independent(new Normal(zeros([2]), 1), 2)).toThrow(
      "axes must be a whole number from 0 to 1",
    );
    expect(() => new Independent({} as Normal, 1)).toThrow("needs a distribution");
  });
});

describe("values", () => {
  it("have the shape of an event and broadcast with the batch", () => {
    const vectors = new Independent(new Normal(zeros([4, 3]), 1), 1);
    expect(() => vectors.logProb(zeros([4, 1]))).toThrow(
      "logProb: the value [4, 1] does not fit a batch [4] of events [3]. Give [...sample, ...batch, ...event].",
    );
    expect(() => vectors.logProb(zeros([]))).toThrow(ShapeError);
    expect(() => vectors.logProb(zeros([2, 3]))).toThrow(ShapeError);
    expect(vectors.logProb(zeros([5, 1, 3])).shape).toEqual([5, 4]);
    expect(vectors.logProb(0).shape).toEqual([4]);
  });

  it("have the parameters' type, or are whole", () => {
    const normal = new Normal(zeros([2]), 1);
    const double = tensor([0, 1], { dtype: "float64", backend: reference() });
    expect(() => normal.logProb(double)).toThrow(
      'logProb: the value is float64, the parameters are float32. Convert with value.cast("float32").',
    );
    expect(normal.logProb(tensor([0, 1], { dtype: "int32" })).dtype).toBe("float32");
    expect(() => normal.logProb("1" as unknown as number)).toThrow("must be a number or a tensor");
    expect(() => new Categorical({ logits: zeros([3]) }).logProb(zeros([2]))).toThrow(
      'the value is float32, but classes are int32. Convert with value.cast("int32").',
    );
  });
});

it("says what a family has not", () => {
  const classes = new Categorical({ logits: zeros([3]) });
  expect(() => classes.rsample()).toThrow(UnsupportedError);
  expect(() => classes.rsample()).toThrow(
    "Categorical has no reparameterised samples: its values jump. Use sample(), or a relaxation such as RelaxedOneHotCategorical.",
  );
  expect(() => classes.mean).toThrow("the numbers of its classes are names");
  expect(() => new OneHotCategorical({ logits: zeros([3]) }).cdf(0)).toThrow(
    "OneHotCategorical has no closed form of it. Estimate it from samples.",
  );
});

it("fits a normal distribution to each column of samples", async () => {
  const fitted = Normal.fit(tensor([[1, 10], [3, 10], [5, 40]])); // oxfmt-ignore
  expect(await fitted.loc.toArray()).toEqual([3, 20]);
  const [first, second] = await fitted.scale.toArray<number[]>();
  expect(first).toBeCloseTo(Math.sqrt(8 / 3), 6);
  expect(second).toBeCloseTo(Math.sqrt(200), 5);
  expect(() => Normal.fit(zeros([0, 2]))).toThrow("needs samples along the first axis");
  expect(() => Normal.fit(tensor(1))).toThrow(ArgumentError);
});
