import { gradientsOf, jacobian } from "@dl/autograd";
import { GradientError } from "@dl/backend";
import { linear } from "@dl/nn";
import { tensor, type Tensor } from "@dl/tensor";
import { round, type Chapter } from "./chapter.ts";

interface Steps {
  readonly steps: readonly { readonly what: string; readonly value: string }[];
  /** Largest differences from the gradient that the graph gives. */
  readonly errors: { readonly outerProduct: number; readonly sumOverPaths: number };
  /** Of a batch of two: dl/dW is the sum of the samples' outer products. */
  readonly batchError: number;
  /** What `backward` says to a loss that is not a scalar. */
  readonly refusal: string;
}

/** k = W x + b, l = ½ |k − t|², by hand and by the graph. */
async function run(): Promise<Steps> {
  const W = tensor([
    [1, -2, 0.5],
    [3, 0, -1],
  ]).requireGrad();
  const b = tensor([0.5, -1]).requireGrad();
  const x = tensor([2, 1, 4]).requireGrad();
  const t = tensor([1, 2]);
  const lossOf = (k: Tensor, target: Tensor): Tensor => k.sub(target).square().sum().div(2);

  const k = W.matmul(x).add(b);
  const [dW, db, dx] = gradientsOf(lossOf(k, t), [W, b, x]) as [Tensor, Tensor, Tensor];

  const dk = k.detach().sub(t); // dl/dk, the gradient product so far
  const outerProduct = dk.outer(x.detach()); // dl/dW = dl/dk xᵀ, of W's shape
  // The chain rule in full: over every path from W through some kᵢ to l.
  const dkdW = jacobian((w) => w.matmul(x.detach()).add(b.detach()))(W.detach()); // [2, 2, 3]
  const sumOverPaths = dk.reshape([2, 1, 1]).mul(dkdW).sum(0);

  const samples = tensor([
    [2, 1, 4],
    [-1, 0.5, 3],
  ]);
  const targets = tensor([
    [1, 2],
    [0, -1],
  ]);
  const scores = linear(samples, W, b);
  const [dWBatch] = gradientsOf(lossOf(scores, targets), [W]) as [Tensor];
  const dScores = scores.detach().sub(targets);
  const summed = dScores.matrixTranspose().matmul(samples);

  const shown = async (value: Tensor): Promise<string> => JSON.stringify(await value.toArray());
  return {
    steps: [
      { what: "k = W x + b", value: await shown(k) },
      { what: "dl/dk = k − t", value: await shown(dk) },
      { what: "dl/db = dl/dk", value: await shown(db) },
      { what: "dl/dx = Wᵀ dl/dk", value: await shown(dx) },
      { what: "dl/dW = dl/dk xᵀ", value: await shown(outerProduct) },
      { what: "dl/dW of the graph", value: await shown(dW) },
    ],
    errors: {
      outerProduct: await largestDifference(outerProduct, dW),
      sumOverPaths: await largestDifference(sumOverPaths, dW),
    },
    batchError: await largestDifference(summed, dWBatch),
    refusal: refusalOf(() => W.matmul(x).add(b).backward()),
  };
}

function largestDifference(a: Tensor, b: Tensor): Promise<number> {
  return a.sub(b).abs().amax().item();
}

function refusalOf(call: () => void): string {
  try {
    call();
  } catch (error) {
    if (error instanceof GradientError) return error.message;
    throw error;
  }
  return "";
}

export const backpropagation: Chapter<Steps> = {
  number: 3,
  title: "Backpropagation revisited",
  claim:
    "For k = W x + b and a scalar l, dl/dW = dl/dk xᵀ: the gradient product so far times the local input. It is what the sum over all paths comes to, it has W's shape, and a batch adds its samples' products. A loss that is not a scalar is refused.",
  file: import.meta.filename,
  run,
  figures: ({ steps, errors, batchError, refusal }) => [
    ...steps,
    { what: "dl/dk xᵀ against the graph, largest difference", value: round(errors.outerProduct) },
    { what: "sum over paths against the graph", value: round(errors.sumOverPaths) },
    { what: "sum of outer products against the graph, batch of 2", value: round(batchError) },
    { what: "backward of k itself", value: refusal },
  ],
};
