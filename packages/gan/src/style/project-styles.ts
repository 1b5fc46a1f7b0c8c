import { noGrad } from "@dl/autograd";
import { checkOptions, extendKinds, type OptionKinds } from "@dl/backend";
import { invert, invertKinds, type Inversion, type InvertOptions } from "@dl/generator";
import { checkTensor, generatorKind, normal, zeros, type Generator, type Tensor } from "@dl/tensor";
import { inEvaluation } from "@dl/training";
import type { StyleGenerator } from "./style-generator.ts";

/** Where styles are looked for, and how. */
export interface ProjectOptions extends InvertOptions {
  /** Whether each layer may have a style of its own: closer, and farther from what was learnt. Default false. */
  readonly perLayer?: boolean;
  /** The noise that is kept, of one picture; drawn unless given. */
  readonly noise?: readonly Tensor[];
  /** Where latents and noise are drawn from; the default generator unless said. */
  readonly generator?: Generator;
}

/** Styles that were found for pictures. */
export interface Projection extends Omit<Inversion, "latents"> {
  /** [n, layers, width]. */
  readonly styles: Tensor;
  /** Noise with which they were found. */
  readonly noise: readonly Tensor[];
}

const projectKinds: OptionKinds<ProjectOptions> = /* @__PURE__ */ extendKinds(invertKinds, {
  perLayer: "boolean",
  noise: "list",
  generator: generatorKind,
});

/** Latents from which the mean style and its spread are taken. Karras et al. 2020, appendix D: 10,000. */
const drawn = 1000;

/**
 * Finds styles from which a generator makes given pictures, with noise that stays as it is: {@link invert}
 * from the mean style on, each number in units of its spread over latents, so that `priorWeight` keeps
 * styles where learnt ones lie.
 *
 * Shape: targets [n, colors, size, size].
 * Source: Karras et al. 2020, arXiv:1912.04958, section 5 and appendix D; a style per layer Abdal et al.
 * 2019, arXiv:1904.03189.
 *
 * @throws {ShapeError} if the generator makes pictures of another shape.
 * @throws {ArgumentError} for options out of their range.
 * @example
 * const model = new StyleGenerator({ channels: [8, 4], width: 16, mappingLayers: 2 });
 * const wanted = model.sample(2);
 * const { styles, errors } = await projectStyles(model, wanted, { steps: 20 });
 * styles.shape; // => [2, 4, 16]
 * errors.length; // => 2
 */
export async function projectStyles(
  model: StyleGenerator,
  targets: Tensor,
  options: ProjectOptions = {},
): Promise<Projection> {
  const op = "projectStyles";
  checkTensor(op, targets);
  const {
    perLayer = false,
    noise,
    generator,
    ...descent
  } = checkOptions(op, options, projectKinds);
  const { synthesis, mapping, latent, meanStyle } = model;
  const { dtype, backend } = meanStyle;
  const random = { dtype, backend, ...(generator && { generator }) };
  const count = targets.shape[0]!;
  const kept = noise ?? synthesis.drawNoise(1, random);
  const known = inEvaluation(op, { model }, () => mapping.forward(normal([drawn, latent], random)));
  const [mean, spread] = [known.mean(0), known.std(0)];
  const stylesOf = (steps: Tensor): Tensor =>
    mean.add(steps.mul(spread)).expand([count, synthesis.layers, synthesis.width]);
  const start = zeros([count, perLayer ? synthesis.layers : 1, synthesis.width], {
    dtype,
    backend,
  });
  const { latents, ...found } = await invert(
    (steps) => synthesis.forward(stylesOf(steps), kept),
    targets,
    start,
    descent,
  );
  return { ...found, styles: noGrad(() => stylesOf(latents)), noise: kept };
}
