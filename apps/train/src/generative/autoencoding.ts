import { MultivariateNormal } from "@dl/distributions";
import { Module, Sequential, Sigmoid } from "@dl/nn";
import { eye, Generator, zeros, type Tensor } from "@dl/tensor";
import { inEvaluation } from "@dl/training";
import { Autoencoder, autoencoderStep, convDecoder, convEncoder, latentsOf } from "@dl/vae";
import type { MakeOptimizer } from "../optimizers.ts";
import type { Pictures } from "../pictures/load-pictures.ts";
import type { PictureBatch, PictureModel } from "./picture-model.ts";
import { errorPerPixel, errorText } from "./pixel-error.ts";
import { remakingUses } from "./remaking.ts";

const latent = 32;
/** Added to the variances of the fitted normal, so that few pictures, or numbers out of use, will do. */
const ridge = 1e-4;
/** Deviation of a number of the latent from which it counts as in use. */
const leastDeviation = 0.1;

/** An autoencoder with the normal that its latents were found to have. */
class FittedAutoencoder extends Module {
  readonly latentMean = zeros([latent]);
  /** Lower triangle whose product with its transpose is the covariance. */
  readonly latentFactor = eye(latent);
  readonly autoencoder: Autoencoder;

  constructor(autoencoder: Autoencoder) {
    super();
    this.autoencoder = autoencoder;
  }

  forward(pictures: Tensor): Tensor {
    return this.autoencoder.forward(pictures);
  }

  fit(latents: Tensor): void {
    const { loc, scaleTril } = MultivariateNormal.fit(latents, { ridge });
    this.latentMean.assign(loc);
    this.latentFactor.assign(scaleTril);
  }

  draw(count: number, generator: Generator): Tensor {
    const normal = new MultivariateNormal(this.latentMean, { scaleTril: this.latentFactor });
    return normal.sample([count], { generator });
  }
}

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
  const fitted = new FittedAutoencoder(model);
  const encode = (pictures: Tensor): Tensor => evaluated(() => model.encode(pictures));
  const decode = (latents: Tensor): Tensor => evaluated(() => model.decode(latents));
  return {
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
    fit: async (train) => fitted.fit(await latentsOf(model, { data: train })),
    trained: {
      module: fitted,
      uses: remakingUses((count, random) => fitted.draw(count, random), encode, decode),
    },
    encode,
    decode,
  };
}
