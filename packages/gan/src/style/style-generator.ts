import { ArgumentError, checkCount, checkOptions, checkWhole } from "@dl/backend";
import type { GenerativeModel } from "@dl/generator";
import { Module } from "@dl/nn";
import { normal, randomKinds, zeros, type RandomOptions, type Tensor } from "@dl/tensor";
import { inEvaluation } from "@dl/training";
import {
  styleGeneratorKinds,
  styleKinds,
  styleSampleKinds,
  type StyleGeneratorOptions,
  type StyleOptions,
  type StyleSampleOptions,
} from "./generator-options.ts";
import { checkLatents, MappingNetwork } from "./mapping-network.ts";
import { mixStyles } from "./style-mixing.ts";
import { SynthesisNetwork } from "./synthesis-network.ts";

/** Share of the mean style that each batch replaces. Karras et al. 2019, published code. */
const meanStyleShare = 0.005;

/**
 * The generator of StyleGAN 2: a mapping network from latents to styles, a synthesis network from
 * styles to pictures. In training it follows the mean style, which truncation pulls towards.
 *
 * Shape: latents [batch, latent] → pictures [batch, colors, size, size].
 * Source: Karras et al. 2020, arXiv:1912.04958; truncation Karras et al. 2019, arXiv:1812.04948,
 * appendix B.
 *
 * @throws {ArgumentError} unless all sizes are whole numbers of at least 1.
 * @example
 * const model = new StyleGenerator({ channels: [8, 4], width: 16, mappingLayers: 2 });
 * model.sample(2, { truncation: 0.7 }).shape; // => [2, 3, 8, 8]
 */
export class StyleGenerator extends Module implements GenerativeModel {
  readonly mapping: MappingNetwork;
  readonly synthesis: SynthesisNetwork;
  /** [width]. */
  readonly meanStyle: Tensor;
  /** Followed by the training step; a scalar. */
  readonly meanPathLength: Tensor;
  readonly latent: number;

  constructor(options: StyleGeneratorOptions = {}) {
    super();
    const op = "styleGenerator";
    const { latent, mappingLayers = 8, ...rest } = checkOptions(op, options, styleGeneratorKinds);
    const { channels: _channels, colors: _colors, taps: _taps, width = 512, ...random } = rest;
    checkCount(op, "width", width);
    const { generator: _unused, ...creation } = random;
    this.latent = latent ?? width;
    this.mapping = new MappingNetwork(this.latent, { layers: mappingLayers, width, ...random });
    this.synthesis = new SynthesisNetwork({ ...rest, width });
    this.meanStyle = zeros([width], creation);
    this.meanPathLength = zeros([], creation);
  }

  /** A style for each layer, all layers' the same: [batch, layers, width]. */
  styles(latents: Tensor, options: StyleOptions = {}): Tensor {
    const { truncation = 1, cutoff } = checkOptions("styleGenerator", options, styleKinds);
    const { layers, width } = this.synthesis;
    if (!(truncation >= 0))
      throw new ArgumentError(
        "styleGenerator",
        `truncation must be at least 0: received ${truncation}. 1 leaves styles as they are.`,
        { received: truncation },
      );
    checkWhole("styleGenerator", "cutoff", cutoff ?? layers, 0, layers, ` from 0 to ${layers}`);
    const styles = this.mapping.forward(latents);
    if (this.isTraining)
      this.meanStyle.assign(this.meanStyle.lerp(styles.detach().mean(0), meanStyleShare));
    const shape = [styles.shape[0]!, layers, width];
    const whole = styles.unsqueeze(1).expand(shape);
    if (truncation === 1) return whole;
    const truncated = this.meanStyle.lerp(styles, truncation).unsqueeze(1).expand(shape);
    return mixStyles(whole, truncated, { to: cutoff ?? layers });
  }

  forward(latents: Tensor, random: RandomOptions = {}): Tensor {
    checkLatents("styleGenerator", latents, this.latent);
    checkOptions("styleGenerator", random, randomKinds);
    const noise = this.synthesis.drawNoise(latents.shape[0]!, random);
    return this.synthesis.forward(this.styles(latents), noise);
  }

  sample(count: number, options: StyleSampleOptions = {}): Tensor {
    checkCount("styleGenerator", "count", count);
    const { noise, generator, ...style } = checkOptions(
      "styleGenerator",
      options,
      styleSampleKinds,
    );
    const random = { ...(generator && { generator }) };
    return inEvaluation("styleGenerator", { model: this }, () => {
      const { dtype, backend } = this.meanStyle;
      const latents = normal([count, this.latent], { dtype, backend, ...random });
      const styles = this.styles(latents, style);
      return this.synthesis.forward(styles, noise ?? this.synthesis.drawNoise(count, random));
    });
  }
}
