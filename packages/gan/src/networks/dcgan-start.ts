import {
  BatchNorm,
  constantInitializer,
  initialize,
  normalInitializer,
  randomOptions,
  type Module,
  type WeightOptions,
} from "@dl/nn";
import type { RandomOptions } from "@dl/tensor";

/** Source: Radford et al. 2016, arXiv:1511.06434, section 4, for weights; for scales, the authors' code. */
const std = 0.02;

/** A convolution that halves or doubles the side. */
export const resizing = { stride: 2, padding: 1 };

/** Options of a layer whose weights start from N(0, 0.02²). */
export const dcganWeights = (options: RandomOptions): WeightOptions => ({
  ...randomOptions(options),
  init: normalInitializer({ std }),
});

/** Scales of batch norms from N(1, 0.02²), all biases 0. */
export function startScales<M extends Module>(model: M, { generator }: RandomOptions): M {
  initialize(model, {
    weight: normalInitializer({ mean: 1, std }),
    bias: constantInitializer(0),
    filter: (path, _parameter, module) => module instanceof BatchNorm || path.endsWith("bias"),
    ...(generator && { generator }),
  });
  return model;
}
