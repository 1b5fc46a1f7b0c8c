import { UnsupportedError } from "@dl/backend";
import type { Tensor } from "@dl/tensor";
import { samplesAgain, type HostSampler } from "../host-sampling.ts";

/**
 * Derivatives of samples, computed from the random words that they were: inputs are the parameters and the words.
 *
 * Once only: a derivative of theirs is refused aloud.
 */
export function slopesAgain(
  sampler: HostSampler,
  inputs: readonly Tensor[],
  samples: Tensor,
): Tensor {
  return samplesAgain(sampler, inputs, samples, () => {
    throw new UnsupportedError(
      "rsample",
      `samples of ${sampler.name.replace("Slopes", "")} have first derivatives in their parameters only. Differentiate logProb twice instead, or sample().`,
      { received: sampler.name },
    );
  });
}
