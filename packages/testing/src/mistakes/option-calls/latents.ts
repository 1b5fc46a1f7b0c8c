import * as generator from "@dl/generator";
import { ones, type Tensor } from "@dl/tensor";
import type { OptionCalls } from "./option-call.ts";

const latents = (): Tensor => ones([4, 2]);
const vector = (): Tensor => ones([2]);

/** What is done with latents. */
export const latentCalls: OptionCalls = {
  invert: () => [generator.invert, (x: Tensor): Tensor => x, latents(), latents()],
  latentGrid: () => [generator.latentGrid, vector(), vector(), vector()],
  latentWalk: () => [generator.latentWalk, vector(), vector(), 3],
  nearestNeighbors: () => [generator.nearestNeighbors, latents(), latents()],
};
