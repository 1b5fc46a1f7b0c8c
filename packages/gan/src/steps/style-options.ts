import { checkCount, checkOptions, type OptionKinds } from "@dl/backend";
import { samplesOf, type SampleBatch } from "@dl/generator";
import { normal, type Tensor } from "@dl/tensor";
import { checkNotNegative, checkShare } from "../check-number.ts";
import type { StyleGenerator } from "../style/style-generator.ts";
import { mixAtRandom } from "../style/style-mixing.ts";
import { adversarialKinds, type AdversarialStepOptions } from "./adversarial-options.ts";

/** How a generator with styles is trained: the game's options, and what styles add to them. */
export interface StyleStepOptions<Batch> extends Omit<AdversarialStepOptions<Batch>, "generate"> {
  /** What the path length penalty counts; 0 leaves it out. Default 2. */
  readonly pathLengthWeight?: number;
  /** Steps from one update by it to the next. Default 8. */
  readonly pathLengthEvery?: number;
  /** Probability that a picture has two styles. Default 0.9. */
  readonly mixing?: number;
  /** So many styles, [count, layers, width]: from draws of the latent, mixed, unless said. */
  readonly styles?: (count: number, batch: Batch) => Tensor;
  /** Noise of all layers for so many pictures: drawn unless said. */
  readonly noise?: (count: number, batch: Batch) => readonly Tensor[];
  /** Directions in pictures of this shape that path lengths are taken in: drawn unless said. */
  readonly directions?: (shape: readonly number[], batch: Batch) => Tensor;
}

type Own = "pathLengthWeight" | "pathLengthEvery" | "mixing" | "styles" | "noise" | "directions";

const { generate: _made, ...gameKinds } = adversarialKinds;
const kinds: OptionKinds<StyleStepOptions<never>> = {
  ...gameKinds,
  pathLengthWeight: "number",
  pathLengthEvery: "number",
  mixing: "number",
  styles: "function",
  noise: "function",
  directions: "function",
};

/** What styles add, with what stands for what was left out. */
export type GivenStyleOptions<Batch> = Required<
  Pick<StyleStepOptions<Batch>, Exclude<Own, "mixing"> | "samples">
>;

/** What styles add, checked, and the options of the game. */
export function styleOptions<Batch>(
  model: StyleGenerator,
  options: StyleStepOptions<Batch>,
): GivenStyleOptions<Batch> & { readonly game: AdversarialStepOptions<Batch> } {
  const op = "styleStep";
  const {
    pathLengthWeight = 2,
    pathLengthEvery = 8,
    mixing = 0.9,
    ...others
  } = checkOptions(op, options, kinds as OptionKinds<StyleStepOptions<Batch>>);
  const { styles, noise, directions, ...game } = others;
  checkNotNegative(op, "pathLengthWeight", pathLengthWeight);
  checkCount(op, "pathLengthEvery", pathLengthEvery);
  checkShare(op, "mixing", mixing);
  const { dtype, backend } = model.meanStyle;
  const random = { dtype, backend, ...(game.generator && { generator: game.generator }) };
  const drawn = (count: number): Tensor => {
    const latents = normal([mixing > 0 ? 2 * count : count, model.latent], random);
    if (mixing === 0) return model.styles(latents);
    const [first, second] = model.styles(latents).chunk(2) as [Tensor, Tensor];
    return mixAtRandom(first, second, mixing, random);
  };
  return {
    styles: styles ?? drawn,
    noise: noise ?? ((count) => model.synthesis.drawNoise(count, random)),
    directions: directions ?? ((shape) => normal(shape, random)),
    samples: game.samples ?? ((batch) => samplesOf(op, batch as SampleBatch)),
    pathLengthWeight,
    pathLengthEvery,
    game,
  };
}
