import { checkOptions, type OptionKinds } from "@dl/backend";
import { crossEntropy, Linear, Module, randomOptions, type Layer } from "@dl/nn";
import { randomKinds, type RandomOptions, type Tensor } from "@dl/tensor";
import { checkNotNegative } from "../check-number.ts";
import type { Penalty } from "../penalties/penalty.ts";
import type { GeneratorTerm } from "../steps/adversarial-options.ts";
import type { LabelledBatch } from "./labelled-batch.ts";

/**
 * A discriminator that also says which class a sample is of, from the same features.
 *
 * Shape: features [batch, ...] → [batch, width]; `forward` → [batch, 1], `classify` → [batch, classes].
 * Source: Odena et al. 2017, arXiv:1610.09585.
 * @throws {ArgumentError} unless width and classes are whole numbers of at least 1.
 * @example
 * const judge = new AuxiliaryDiscriminator(new Linear(4, 8), 8, 3);
 * judge.classify(inputs).shape; // => [16, 3]
 */
export class AuxiliaryDiscriminator extends Module {
  readonly features: Layer;
  readonly output: Linear;
  readonly classifier: Linear;

  constructor(features: Layer, width: number, classes: number, options: RandomOptions = {}) {
    super();
    const random = randomOptions(checkOptions("auxiliaryDiscriminator", options, randomKinds));
    this.features = features;
    this.output = new Linear(width, 1, random);
    this.classifier = new Linear(width, classes, random);
  }

  forward(samples: Tensor): Tensor {
    return this.output.forward(this.features.forward(samples));
  }

  /** Logits of the classes. Shape: [batch, ...] → [batch, classes]. */
  classify(samples: Tensor): Tensor {
    return this.classifier.forward(this.features.forward(samples));
  }
}

/** How heavily classes count. */
export interface AuxiliaryClassifierOptions {
  /** Default 1. */
  readonly weight?: number;
}

const kinds: OptionKinds<AuxiliaryClassifierOptions> = { weight: "number" };

/**
 * What an auxiliary classifier adds to both players' losses: the discriminator must tell the classes of
 * real and of generated samples, the generator make samples whose classes are told.
 *
 * Both: weight · the cross entropy of the classes. For `penalties` and `generatorTerms`.
 *
 * Source: Odena et al. 2017, arXiv:1610.09585, equation 3.
 * @throws {ArgumentError} for a weight below 0.
 * @example
 * const classes = auxiliaryClassifier((x) => x.mul(0));
 * await classes.generatorTerm(inputs.narrow(1, 0, 3), { inputs, targets }).item(); // => Math.log(3)
 */
export function auxiliaryClassifier(
  classify: (samples: Tensor) => Tensor,
  options: AuxiliaryClassifierOptions = {},
): {
  readonly penalty: Penalty<LabelledBatch>;
  readonly generatorTerm: GeneratorTerm<LabelledBatch>;
} {
  const op = "auxiliaryClassifier";
  const { weight = 1 } = checkOptions(op, options, kinds);
  checkNotNegative(op, "weight", weight);
  const error = (samples: Tensor, { targets }: LabelledBatch): Tensor =>
    crossEntropy(classify(samples), targets).mul(weight);
  return {
    penalty: (_judge, real, fake, batch) => error(real, batch).add(error(fake, batch)),
    generatorTerm: error,
  };
}
