import { Sequential, Sigmoid } from "@dl/nn";
import { Generator, type Tensor } from "@dl/tensor";
import { inEvaluation } from "@dl/training";
import {
  Autoencoder,
  autoencoderStep,
  convDecoder,
  convEncoder,
  latentsOf,
  normalSampler,
} from "@dl/vae";
import type { MakeOptimizer } from "../optimizers.ts";
import type { Pictures } from "../pictures/load-pictures.ts";
import type { PictureBatch, PictureModel } from "./picture-model.ts";
import { errorPerPixel, errorText } from "./pixel-error.ts";

const latent = 32;
/** Added to the variances of the fitted normal, so that few pictures, or numbers out of use, will do. */
const ridge = 1e-4;
/** Deviation of a number of the latent from which it counts as in use. */
const leastDeviation = 0.1;

/** An autoencoder of pictures; new ones come from a normal that is fitted to the latents. */
export function autoencoding(
  [channels, height, width]: Pictures["shape"],
  seed: number,
  optimizerOf: MakeOptimizer,
): PictureModel {
  const half = { size: height, channels, latent, generator: new Generator(seed) };
  const model = new Autoencoder(
    convEncoder(half),
    new Sequential(convDecoder(half), new Sigmoid()),
  );
  const pixels = channels * height * width;
  const optimizer = optimizerOf(model.parameters());
  const evaluated = (body: () => Tensor): Tensor => inEvaluation("train", { model }, body);
  return {
    module: model,
    optimizer,
    step: autoencoderStep<PictureBatch>(model, { optimizer }),
    progress: ({ reconstruction = NaN }) => [errorText(reconstruction / pixels)],
    async test(test) {
      const reconstruction = await errorPerPixel(test, (pictures) =>
        evaluated(() => model.forward(pictures)),
      );
      const latents = await latentsOf(model, { data: test });
      const inUse = latents.std(0).greater(leastDeviation).cast("int32").sum();
      return { testBound: null, reconstruction, kl: null, activeUnits: await inUse.item() };
    },
    sampler: async (train) =>
      normalSampler(model, await latentsOf(model, { data: train }), { ridge }),
    encode: (pictures) => evaluated(() => model.encode(pictures)),
    decode: (latents) => evaluated(() => model.decode(latents)),
  };
}
