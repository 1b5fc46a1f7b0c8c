import { BernoulliHead, OptimalNormalHead } from "@dl/generator";
import { bernoulli, Generator, normal, type Tensor } from "@dl/tensor";
import { inEvaluation } from "@dl/training";
import {
  collapseAlarm,
  convVae,
  elbo,
  klThroughTime,
  latentReport,
  mlpVae,
  variationalStep,
  type VariationalAutoencoder,
} from "@dl/vae";
import type { MakeOptimizer } from "../optimizers.ts";
import type { Pictures } from "../pictures/load-pictures.ts";
import { klText } from "./kl-text.ts";
import type { PictureBatch, PictureModel } from "./picture-model.ts";
import { remakingUses } from "./remaking.ts";

const latent = 20;
/** Which stream of random numbers the test's ink is drawn from. */
const testInkStream = 1;

/**
 * A variational autoencoder of pictures. Grey ones are chances of ink, drawn afresh for each batch; of
 * coloured ones each channel is normal, with the deviation that fits best.
 */
export function variational(
  kind: "vae" | "vae-conv",
  [channels, height, width]: Pictures["shape"],
  seed: number,
  optimizerOf: MakeOptimizer,
): PictureModel {
  const generator = new Generator(seed);
  const isGrey = channels === 1;
  const likelihood = isGrey ? new BernoulliHead() : new OptimalNormalHead();
  const isFlat = kind === "vae";
  const model: VariationalAutoencoder = isFlat
    ? mlpVae({ inputs: channels * height * width, latent, likelihood, generator })
    : convVae({ size: height, channels, latent, likelihood, generator });
  const ink = (pictures: Tensor, random: Generator): Tensor =>
    isGrey ? bernoulli(pictures, { generator: random }) : pictures;
  const flat = (pictures: Tensor): Tensor => (isFlat ? pictures.flatten(1) : pictures);
  const unflat = (made: Tensor): Tensor =>
    isFlat ? made.reshape([-1, channels, height, width]) : made;
  const asSamples = (pictures: Tensor): Tensor => flat(ink(pictures, generator));
  /** The same ink at each look. */
  const testSamples = (test: readonly PictureBatch[]): Tensor[] => {
    const random = new Generator(seed, testInkStream);
    return test.map(({ inputs }) => flat(ink(inputs, random)));
  };
  const optimizer = optimizerOf(model.parameters());
  const evaluated = (body: () => Tensor): Tensor => inEvaluation("train", { model }, body);

  const encode = (pictures: Tensor): Tensor =>
    evaluated(() => model.encode(asSamples(pictures)).mean);
  const decode = (latents: Tensor): Tensor => evaluated(() => unflat(model.decode(latents).mean));

  return {
    optimizer,
    generators: [generator],
    step: variationalStep<PictureBatch>(model, {
      optimizer,
      bound: ({ inputs }) => elbo(model, asSamples(inputs), { generator }),
    }),
    progress: ({ bound, reconstruction, kl }) => [
      `bound ${nats(bound)}`,
      `reconstruction ${nats(reconstruction)}`,
      `KL ${nats(kl)}`,
    ],
    watch(test, say) {
      const data = testSamples(test);
      const times = klThroughTime(model, { data, generator: new Generator(seed) });
      const alarm = collapseAlarm(model, {
        data: data.slice(0, 1),
        generator: new Generator(seed),
        warn: ({ message }) => say(message),
      });
      return [alarm, times, { onEnd: () => say(klText(times.reports)) }];
    },
    async test(test) {
      const report = await latentReport(model, {
        data: testSamples(test),
        generator: new Generator(seed),
      });
      const { bound: testBound, reconstruction, kl, activeUnits } = report;
      return { testBound, reconstruction, kl, activeUnits };
    },
    trained: {
      module: model,
      uses: remakingUses(
        (count, random) => normal([count, latent], { generator: random }),
        encode,
        decode,
      ),
    },
    encode,
    decode,
  };
}

const nats = (value: number | undefined): string => (value ?? NaN).toFixed(1);
