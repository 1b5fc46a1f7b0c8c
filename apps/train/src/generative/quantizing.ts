import { Categorical } from "@dl/distributions";
import { Module } from "@dl/nn";
import { Generator, ones, oneHot, zeros, type Tensor } from "@dl/tensor";
import { inEvaluation } from "@dl/training";
import { VqVae, vqStep } from "@dl/vae";
import type { MakeOptimizer } from "../optimizers.ts";
import type { Pictures } from "../pictures/load-pictures.ts";
import type { PictureBatch, PictureModel } from "./picture-model.ts";
import { errorPerPixel, errorText } from "./pixel-error.ts";
import { remakingUses } from "./remaking.ts";

/** How many codes there are, and how many numbers a code has. */
const [codes, size] = [64, 16];
const width = 32;

/** A vector-quantised autoencoder with how often each code was found at each place. */
class FittedVqVae extends Module {
  /** [height, width, codes]. */
  readonly codeChances: Tensor;
  readonly vqVae: VqVae;

  constructor(vqVae: VqVae, places: readonly [height: number, width: number]) {
    super();
    this.vqVae = vqVae;
    this.codeChances = ones([...places, codes]).div(codes);
  }

  forward(pictures: Tensor): Tensor {
    return this.vqVae.decode(this.vqVae.encode(pictures));
  }

  fit(counts: Tensor): void {
    this.codeChances.assign(counts.div(counts.sum(-1, { keepDims: true })));
  }

  draw(count: number, generator: Generator): Tensor {
    return new Categorical({ probs: this.codeChances }).sample([count], { generator });
  }
}

/**
 * A vector-quantised autoencoder of pictures. New ones come from codes that are drawn place by place as
 * often as they stand there in the pictures learnt from.
 */
export function quantizing(
  [channels, height, across]: Pictures["shape"],
  seed: number,
  optimizerOf: MakeOptimizer,
): PictureModel {
  const generator = new Generator(seed);
  const model = new VqVae({ channels, width, blocks: 1, codes, size, generator });
  const pixels = channels * height * across;
  const places = (height / 4) * (across / 4);
  const optimizer = optimizerOf(model.parameters());
  const evaluated = (body: () => Tensor): Tensor => inEvaluation("train", { model }, body);
  const codesOf = (pictures: Tensor): Tensor => evaluated(() => model.encode(pictures));
  const remake = (pictures: Tensor): Tensor => decode(codesOf(pictures));
  const decode = (picked: Tensor): Tensor => evaluated(() => model.decode(picked));
  /** How often each code stands at each place. */
  async function frequencies(batches: Iterable<PictureBatch>): Promise<Tensor> {
    let sums = zeros([height / 4, across / 4, codes]);
    for (const { inputs } of batches) {
      sums = sums.add(oneHot(codesOf(inputs), codes).sum(0));
      await sums.data();
    }
    return sums;
  }
  const fitted = new FittedVqVae(model, [height / 4, across / 4]);
  return {
    optimizer,
    generators: [generator],
    step: vqStep<PictureBatch>(model, { optimizer }),
    progress: ({ reconstruction = NaN, perplexity = NaN }) => [
      errorText(reconstruction / pixels),
      `${perplexity.toFixed(0)} codes`,
    ],
    async test(test) {
      const error = await errorPerPixel(test, remake);
      const counts = await frequencies(test);
      const inUse = counts.sum([0, 1]).greater(0).cast("int32").sum();
      // Normal with the deviation that fits best; each code costs as much as any other.
      const reconstruction = -0.5 * pixels * (Math.log(2 * Math.PI * error) + 1);
      const kl = places * Math.log(codes);
      return {
        testBound: reconstruction - kl,
        reconstruction,
        kl,
        activeUnits: await inUse.item(),
      };
    },
    fit: async (train) => fitted.fit(await frequencies(train)),
    trained: {
      module: fitted,
      uses: {
        // Between codes there is nothing: the way leads through what is made again of mixed pictures.
        ...remakingUses(
          (count, random) => decode(fitted.draw(count, random)),
          (pictures) => pictures,
          remake,
        ),
        sample: (count, random) => decode(fitted.draw(count, random)),
      },
    },
    // Between codes there is nothing: the way leads through what the encoder makes of mixed pictures.
    encode: (pictures) => pictures,
    decode: remake,
  };
}
