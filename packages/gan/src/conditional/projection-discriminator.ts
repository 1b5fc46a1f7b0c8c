import { checkOptions, extendKinds, type OptionKinds } from "@dl/backend";
import { Embedding, Linear, Module, randomOptions, SpectralNorm, type Layer } from "@dl/nn";
import { randomKinds, type RandomOptions, type Tensor } from "@dl/tensor";

/** What keeps a {@link ProjectionDiscriminator}'s last layers in bounds. */
export interface ProjectionOptions extends RandomOptions {
  /** Default "spectral", as in the paper. */
  readonly normalization?: "spectral" | "none";
}

const kinds: OptionKinds<ProjectionOptions> = /* @__PURE__ */ extendKinds<
  RandomOptions,
  ProjectionOptions
>(randomKinds, { normalization: '"spectral"|"none"' });

/**
 * A discriminator that is told the class: besides whether a sample looks real, it scores how far its
 * features lie along the class's own direction.
 *
 * D(x, y) = w · φ(x) + b + v[y] · φ(x): the log ratio of densities where those of the classes, given the
 * features, are log-linear.
 *
 * Shape: features [batch, ...] → [batch, width]; classes int32 [batch] → [batch, 1].
 * Source: Miyato & Koyama 2018, arXiv:1802.05637, equation 4.
 * @throws {ArgumentError} unless width and classes are whole numbers of at least 1.
 * @example
 * const judge = new ProjectionDiscriminator(new Linear(4, 8), 8, 3);
 * judge.forward(inputs, targets).shape; // => [16, 1]
 */
export class ProjectionDiscriminator extends Module {
  readonly features: Layer;
  readonly output: Layer;
  readonly embedding: Layer;

  constructor(features: Layer, width: number, classes: number, options: ProjectionOptions = {}) {
    super();
    const op = "projectionDiscriminator";
    const { normalization = "spectral", ...random } = checkOptions(op, options, kinds);
    const { generator } = random;
    const bounded = (layer: Linear | Embedding): Layer =>
      normalization === "none"
        ? layer
        : new SpectralNorm(layer, { ...(generator && { generator }) });
    this.features = features;
    this.output = bounded(new Linear(width, 1, randomOptions(random)));
    this.embedding = bounded(new Embedding(classes, width, randomOptions(random)));
  }

  forward(samples: Tensor, classes: Tensor): Tensor {
    const features = this.features.forward(samples);
    const along = this.embedding.forward(classes).mul(features).sum(1, { keepDims: true });
    return this.output.forward(features).add(along);
  }
}
