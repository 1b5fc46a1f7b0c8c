import { enableGrad, gradientsOf, isGradEnabled } from "@dl/autograd";
import { formatShape, ShapeError } from "@dl/backend";
import type { Tensor } from "@dl/tensor";
import type { Judge } from "./penalty.ts";

/**
 * Of each sample the squared length of the slope of its score, with a graph, so that a penalty on it
 * can be differentiated by the weights. Computed where gradients are off, too, as in evaluation.
 *
 * The slopes are taken of the sum of all scores: a judge must look at each sample by itself, so no
 * batch norm in training. Only what leads to the samples is walked, no gradient of a weight.
 *
 * Shape: samples [batch, ...] → [batch].
 */
export function squaredSlopes(op: string, judge: Judge, samples: Tensor): Tensor {
  const createGraph = isGradEnabled();
  const lengths = enableGrad(() => {
    const at = samples.detach().requireGrad();
    const scores = judge(at);
    if (scores.shape[0] !== samples.shape[0])
      throw new ShapeError(
        op,
        `a score of each sample is needed: received ${formatShape(scores.shape)} for samples ${formatShape(samples.shape)}. Let the judge keep the first axis.`,
        { expected: [samples.shape[0], "..."], received: scores.shape },
      );
    const [slopes] = gradientsOf(scores.sum(), [at], { createGraph, retainGraph: true });
    return slopes!.square().reshape([samples.shape[0]!, -1]).sum(1);
  });
  return createGraph ? lengths : lengths.detach();
}
