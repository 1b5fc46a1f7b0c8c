import { checkCount, checkOptions, extendKinds, type OptionKinds } from "@dl/backend";
import { sampleKinds, type Distribution, type SampleOptions } from "@dl/distributions";
import type { GenerativeModel } from "@dl/generator";
import { Embedding, Module, randomOptions, type Layer } from "@dl/nn";
import { concatenate, full, integers, randomKinds, Tensor, type RandomOptions } from "@dl/tensor";
import { inEvaluation } from "@dl/training";

/** A network from latents and classes to samples. */
export interface ClassNetwork extends Module {
  forward(latents: Tensor, classes: Tensor): Tensor;
}

/** Which classes are drawn. */
export interface ClassSampleOptions extends SampleOptions {
  /** One for all samples, or int32 [count]; each as likely as the others unless said. */
  readonly classes?: number | Tensor;
}

const classSampleKinds: OptionKinds<ClassSampleOptions> = /* @__PURE__ */ extendKinds<
  SampleOptions,
  ClassSampleOptions
>(sampleKinds, {
  classes: {
    what: "a class or a tensor of classes",
    accepts: (value) => typeof value === "number" || value instanceof Tensor,
  },
});

/**
 * A generator that is told the class: draws of a latent, sent through a network together with classes.
 *
 * Samples are made in evaluation mode and without gradients, whatever mode the network is in.
 *
 * Shape: latents [count, ...latent], classes int32 [count] → [count, ...].
 * Source: Mirza & Osindero 2014, arXiv:1411.1784.
 * @throws {ArgumentError} unless there is at least one class.
 * @example
 * const latent = new Independent(new Normal(zeros([2]), 1), 1);
 * const network = new ConcatenatedClasses(new Linear(2 + 3, 4), 10, 3);
 * const generator = new ClassGenerator(network, latent, 10);
 * generator.sample(5, { classes: 7 }).shape; // => [5, 4]
 */
export class ClassGenerator<Network extends ClassNetwork = ClassNetwork>
  extends Module
  implements GenerativeModel
{
  readonly network: Network;
  readonly latent: Distribution;
  readonly classCount: number;

  constructor(network: Network, latent: Distribution, classCount: number) {
    super();
    checkCount("classGenerator", "classCount", classCount);
    this.network = network;
    this.latent = latent;
    this.classCount = classCount;
  }

  forward(latents: Tensor, classes: Tensor): Tensor {
    return this.network.forward(latents, classes);
  }

  /** So many samples, of given classes or of any. Shape: → [count, ...]. */
  sample(count: number, options: ClassSampleOptions = {}): Tensor {
    const op = "classGenerator";
    const { classes, ...draw } = checkOptions(op, options, classSampleKinds);
    checkCount(op, "count", count, 0);
    return inEvaluation(op, { network: this }, () => {
      const latents = this.latent.sample([count], draw);
      const { backend } = latents;
      const wanted =
        classes instanceof Tensor
          ? classes
          : classes === undefined
            ? integers(0, this.classCount, [count], { backend, ...draw })
            : full([count], classes, { dtype: "int32", backend });
      return this.network.forward(latents, wanted);
    });
  }
}

/**
 * Tells any network the class: a learnt vector of it is written behind each latent.
 *
 * Shape: latents [batch, latent], classes int32 [batch]; network [batch, latent + features] → [batch, ...].
 * Source: Mirza & Osindero 2014, arXiv:1411.1784, figure 1.
 * @throws {ArgumentError} unless classes and features are whole numbers of at least 1.
 * @example
 * const network = new ConcatenatedClasses(new Linear(8 + 4, 2), 10, 4);
 * network.forward(zeros([1, 8]), tensor([3], { dtype: "int32" })).shape; // => [1, 2]
 */
export class ConcatenatedClasses extends Module {
  readonly embedding: Embedding;
  readonly network: Layer;

  constructor(network: Layer, classes: number, features: number, options: RandomOptions = {}) {
    super();
    const random = randomOptions(checkOptions("concatenatedClasses", options, randomKinds));
    this.embedding = new Embedding(classes, features, random);
    this.network = network;
  }

  forward(latents: Tensor, classes: Tensor): Tensor {
    return this.network.forward(concatenate([latents, this.embedding.forward(classes)], 1));
  }
}
