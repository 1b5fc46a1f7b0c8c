import { checkTensor, type Tensor } from "@dl/tensor";
import { checkDirection } from "./walks.ts";

/**
 * What `like` would be if it were changed as one group is to another: "smiling woman is to woman as what is
 * to man".
 *
 * like + mean(to) - mean(from), the means over all but the last axis.
 *
 * Shape: from, to [n] or [..., n], like [..., n] → like's.
 * Source: Radford et al. 2016, arXiv:1511.06434, section 6.3.2: means of three latents, not single ones.
 *
 * @throws {ShapeError} if the last axes differ.
 * @example
 * await analogy(tensor([1, 0]), tensor([1, 5]), tensor([2, 2])).toArray(); // => [2, 7]
 */
export function analogy(from: Tensor, to: Tensor, like: Tensor): Tensor {
  const [start, end] = [meanOfAll("analogy", from), meanOfAll("analogy", to)];
  checkDirection("analogy", "from", like, start);
  checkDirection("analogy", "to", like, end);
  return like.add(end.sub(start));
}

function meanOfAll(op: string, latents: Tensor): Tensor {
  checkTensor(op, latents);
  return latents.ndim <= 1 ? latents : latents.flatten(0, -2).mean(0);
}

/**
 * Latents drawn towards a mean: less variety, and fewer samples that are odd.
 *
 * mean + psi (latent - mean): psi 1 changes nothing, 0 leaves the mean alone, -1 mirrors.
 *
 * Shape: latents [..., n], mean [n] → latents'.
 * Source: Karras et al. 2019, arXiv:1812.04948, appendix B; Brock et al. 2019, arXiv:1809.11096 has another
 * one, which draws anew what lies too far out.
 *
 * @throws {ShapeError} if the mean is not a vector of n numbers.
 * @example
 * await truncate(tensor([[4, 0]]), tensor([2, 2]), 0.5).toArray(); // => [[3, 1]]
 */
export function truncate(latents: Tensor, mean: Tensor, psi: number): Tensor {
  checkDirection("truncate", "the mean", latents, mean);
  return mean.lerp(latents, psi);
}
