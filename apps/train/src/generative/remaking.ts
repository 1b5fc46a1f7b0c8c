import { latentWalk } from "@dl/generator";
import type { Generator, Tensor } from "@dl/tensor";
import type { Uses } from "../saved/trained.ts";

/** What an encoder and a decoder can do, with what new latents come from. Shape: latents [count, ...]. */
export function remakingUses(
  draw: (count: number, generator: Generator) => Tensor,
  encode: (pictures: Tensor) => Tensor,
  decode: (latents: Tensor) => Tensor,
) {
  return {
    sample: (count, generator) => decode(draw(count, generator)),
    interpolate(rows, columns, generator) {
      const [first, last] = draw(2 * rows, generator).chunk(2) as [Tensor, Tensor];
      const walk = latentWalk(first, last, columns, { path: "linear" }).transpose(0, 1);
      return decode(walk.reshape([-1, ...first.shape.slice(1)]));
    },
    project: (pictures) =>
      Promise.resolve(
        new Map([
          ["given", pictures],
          ["made again", decode(encode(pictures))],
        ]),
      ),
  } satisfies Uses;
}
