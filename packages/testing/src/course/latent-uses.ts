import { maxPool2d } from "@dl/conv";
import { TensorDataset } from "@dl/data";
import { GaussianMixture, MultivariateNormal } from "@dl/distributions";
import {
  analogy,
  invert,
  nearestNeighbors,
  OptimalNormalHead,
  slerp,
  truncate,
} from "@dl/generator";
import { concatenate, Generator, type Tensor } from "@dl/tensor";
import { convVae, elbo } from "@dl/vae";
import { round, type Chapter } from "./chapter.ts";
import { meanConfidence, trainDigitJudge, type DigitJudge } from "./digit-judge.ts";
import { drawDigits, type Digits } from "./digits.ts";
import { inParts } from "./faces.ts";
import { learn } from "./learn.ts";
import { pictureGrid } from "./picture-grid.ts";

const sizes =
  process.env["DL_COURSE"] === "write"
    ? { train: 16_000, test: 2000, steps: 2000, judgeSteps: 400, inverted: 200, components: 10 }
    : { train: 12_000, test: 600, steps: 500, judgeSteps: 375, inverted: 60, components: 4 };
const latent = 64;

/** All that the experiments share: a generator with its encoder, digits not seen, and who reads them. */
interface Studio {
  readonly decode: (latents: Tensor) => Tensor;
  readonly encode: (digits: Tensor) => Tensor;
  /** A density of latents, fitted to those of the training digits. */
  readonly density: GaussianMixture;
  readonly latents: Tensor;
  readonly train: Digits;
  readonly test: Digits;
  readonly judge: DigitJudge;
}

async function openStudio(): Promise<Studio> {
  const generator = new Generator(16);
  const [train, test] = [drawDigits(sizes.train), drawDigits(sizes.test, "test")];
  const vae = convVae({ latent, hidden: 64, likelihood: new OptimalNormalHead(), generator });
  const data = new TensorDataset({ inputs: train.inputs });
  await learn(
    vae,
    sizes.steps,
    () => elbo(vae, data.sample(32, { generator }).inputs, { generator }).loss,
  );
  vae.requireGrad(false);
  const encode = (digits: Tensor): Tensor => vae.encode(digits).mean;
  const latents = await inParts({ forward: encode }, train.inputs);
  return {
    encode,
    decode: (codes) => vae.decode(codes).mean,
    density: await GaussianMixture.fit(latents, {
      components: sizes.components,
      ridge: 1e-4,
      restarts: 1,
      iterations: 40,
      generator,
    }),
    latents,
    train,
    test,
    judge: await trainDigitJudge(train, sizes.judgeSteps),
  };
}

/** Which latents make given digits? Descent on the latents, from the encoder's guess. */
async function inversion({ encode, decode, train, test, judge }: Studio) {
  const wanted = test.inputs.narrow(0, 0, sizes.inverted);
  const { latents, errors } = await invert(decode, wanted, encode, { steps: 300 });
  const found = decode(latents);
  const { distances } = await nearestNeighbors(wanted, train.inputs);
  const [before, after] = [await judge(wanted), await judge(found)];
  return {
    guess: meanOf(await squaredErrors(decode(encode(wanted)), wanted)),
    error: meanOf(errors),
    nearest: meanOf(distances.map(([distance]) => distance! ** 2 / (28 * 28))),
    kept: meanOf(before.map(({ digit }, i) => (digit === after[i]!.digit ? 1 : 0))),
    pictures: [wanted, found].map((digits) => digits.narrow(0, 0, 8)),
  };
}

/** Half way from one digit to another: the average of two pictures is no digit, that of latents is. */
async function interpolation({ encode, decode, test, judge }: Studio) {
  const half = Math.floor(sizes.test / 2);
  const [from, to] = [test.inputs.narrow(0, 0, half), test.inputs.narrow(0, half, half)];
  const [start, end] = [encode(from), encode(to)];
  const walk = [0, 0.25, 0.5, 0.75, 1].map((share) => decode(slerp(start, end, share)));
  return {
    ends: meanConfidence(await judge(walk[0]!)),
    latents: meanConfidence(await judge(walk[2]!)),
    pixels: meanConfidence(await judge(from.lerp(to, 0.5))),
    pictures: walk.map((digits) => digits.narrow(0, 3, 8)),
  };
}

/** Thin is to bold as this digit is to what? To itself in bold, which can be drawn and compared. */
async function arithmetic({ encode, decode, train, test }: Studio) {
  const bold = (digits: Tensor): Tensor => maxPool2d(digits, 3, { stride: 1, padding: 1 });
  const some = train.inputs.narrow(0, 0, 500);
  const wanted = bold(test.inputs);
  const made = decode(analogy(encode(some), encode(bold(some)), encode(test.inputs)));
  return {
    latents: meanOf(await squaredErrors(made, wanted)),
    pixels: meanOf(await squaredErrors(analogyOfPixels(some, bold(some), test.inputs), wanted)),
    untouched: meanOf(await squaredErrors(test.inputs, wanted)),
    pictures: [test.inputs, made, wanted].map((digits) => digits.narrow(0, 0, 8)),
  };
}

const analogyOfPixels = (from: Tensor, to: Tensor, like: Tensor): Tensor =>
  analogy(from.flatten(1), to.flatten(1), like.flatten(1)).reshape(like.shape);

/** A normal for the latents of each digit; towards its mean, samples are surer and more alike. */
async function truncation({ latents, decode, train, judge }: Studio) {
  const targets = await train.targets.toArray<number[]>();
  const generator = new Generator(23);
  const digits = Array.from({ length: 10 }, (_, digit) => {
    const rows = targets.flatMap((target, i) => (target === digit ? [i] : []));
    const density = MultivariateNormal.fit(latents.indexSelect(0, rows), { ridge: 1e-3 });
    return { mean: density.mean, drawn: density.sample([50], { generator }) };
  });
  const rows = [];
  for (const psi of [1, 0.7, 0.4]) {
    const made = digits.map(({ mean, drawn }) => decode(truncate(drawn, mean, psi)));
    const pictures = concatenate(made);
    const variety = meanOf(await pictures.unflatten(0, [10, 50]).std(1).flatten().data());
    rows.push({ psi, variety, confidence: meanConfidence(await judge(pictures)), made });
  }
  return rows;
}

/** How often a digit not seen is likelier than one in mirror writing. */
async function oddOnes({ density, encode, test }: Studio) {
  const oneWay = new Set([2, 3, 4, 5, 6, 7, 9]);
  const targets = await test.targets.toArray<number[]>();
  const chosen = targets.flatMap((digit, i) => (oneWay.has(digit) ? [i] : []));
  const digits = test.inputs.indexSelect(0, chosen);
  const [usual, odd] = await Promise.all(
    [digits, digits.flip(3)].map((pictures) => density.logProb(encode(pictures)).data()),
  );
  const pairs = Array.from(usual!, (likely) => Array.from(odd!, (other) => Number(likely > other)));
  return { usual: meanOf(usual!), odd: meanOf(odd!), told: meanOf(pairs.flat()) };
}

async function squaredErrors(made: Tensor, wanted: Tensor): Promise<ArrayLike<number>> {
  return await made.sub(wanted).square().flatten(1).mean(1).data();
}

const meanOf = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

interface LatentUses {
  readonly inverted: Awaited<ReturnType<typeof inversion>>;
  readonly halfway: Awaited<ReturnType<typeof interpolation>>;
  readonly bold: Awaited<ReturnType<typeof arithmetic>>;
  readonly truncated: Awaited<ReturnType<typeof truncation>>;
  readonly odd: Awaited<ReturnType<typeof oddOnes>>;
}

async function run(): Promise<LatentUses> {
  const studio = await openStudio();
  return {
    inverted: await inversion(studio),
    halfway: await interpolation(studio),
    bold: await arithmetic(studio),
    truncated: await truncation(studio),
    odd: await oddOnes(studio),
  };
}

export const latentUses: Chapter<LatentUses> = {
  number: 16,
  title: "What a generator is good for",
  claim:
    "A latent can be found for a digit that was never seen; half way between two latents lies a digit, where half way between two pictures lies none; thin is to bold as a digit is to itself in bold; truncation trades variety for certainty; and a density of latents tells mirror writing from writing.",
  file: import.meta.filename,
  run,
  figures: ({ inverted, halfway, bold, truncated, odd }) => [
    {
      what: "inversion, 300 steps: squared error; of the encoder's guess; of the nearest training digit",
      value: [inverted.error, inverted.guess, inverted.nearest].map(round).join("; "),
    },
    { what: "inversion: read as the same digit", value: `${round(100 * inverted.kept)} %` },
    {
      what: "half way: confidence of the reader, by latents; by pixels; at the ends",
      value: [halfway.latents, halfway.pixels, halfway.ends].map(round).join("; "),
    },
    {
      what: "made bold: squared error, by latents; by pixels; left as it was",
      value: [bold.latents, bold.pixels, bold.untouched].map(round).join("; "),
    },
    ...truncated.map(({ psi, confidence, variety }) => ({
      what: `truncation ${psi}: confidence; standard deviation of a pixel among samples of a digit`,
      value: `${round(confidence)}; ${round(variety)}`,
    })),
    {
      what: "log-density of latents in nats: digits not seen; in mirror writing; share of pairs told apart",
      value: [odd.usual, odd.odd, odd.told].map(round).join("; "),
    },
  ],
  plots: async ({ inverted, halfway, bold, truncated }) => ({
    "Digits not seen, and what their inverted latents make": await pictureGrid(
      concatenate(inverted.pictures),
      8,
    ),
    "From one digit to another, downwards": await pictureGrid(concatenate(halfway.pictures), 8),
    "A digit, made bold by latent arithmetic, and truly in bold": await pictureGrid(
      concatenate(bold.pictures),
      8,
    ),
    [`Samples, truncated by ${truncated.map(({ psi }) => psi).join(", ")}`]: await pictureGrid(
      concatenate(
        truncated.map(({ made }) =>
          concatenate(made.slice(0, 8).map((each) => each.narrow(0, 0, 1))),
        ),
      ),
      8,
    ),
  }),
};
