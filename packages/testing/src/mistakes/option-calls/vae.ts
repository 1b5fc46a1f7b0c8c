import { Independent, Normal } from "@dl/distributions";
import * as generator from "@dl/generator";
import { Linear } from "@dl/nn";
import { normal, ones, zeros } from "@dl/tensor";
import { ModelAverage } from "@dl/training";
import * as vae from "@dl/vae";
import type { OptionCalls } from "./option-call.ts";

const samples = (): ReturnType<typeof ones> => ones([2, 4]);
const latents = (): Independent => new Independent(new Normal(zeros([2]), 1), 1);
const model = (): vae.VariationalAutoencoder =>
  vae.mlpVae({ inputs: 4, hidden: 3, latent: 2, likelihood: new generator.FixedNormalHead() });
const autoencoder = (): vae.Autoencoder => new vae.Autoencoder(new Linear(4, 2), new Linear(2, 4));
const encode = (x: ReturnType<typeof ones>): ReturnType<typeof ones> => x;

/** Of heads, autoencoders, bounds, reports and samplers. */
export const vaeCalls: OptionCalls = {
  "LatentGenerator.sample": () => [
    (...given: never[]) =>
      new generator.LatentGenerator(new Linear(2, 4), latents()).sample(...(given as [never])),
    1,
  ],
  "LatentSampler.sample": () => [
    (...given: never[]) =>
      new vae.LatentSampler(autoencoder(), latents()).sample(...(given as [never])),
    1,
  ],
  "LinearGaussian.sample": () => [
    (...given: never[]) => new vae.LinearGaussian(3, 2).sample(...(given as [never])),
    1,
  ],
  "VariationalAutoencoder.forward": () => [
    (...given: never[]) => model().forward(...(given as [never])),
    samples(),
  ],
  "new DiagonalNormalHead": () => [generator.DiagonalNormalHead],
  "new DiscretizedLogistic": () => [generator.DiscretizedLogistic, ones([2]), ones([2])],
  "new DiscretizedLogisticHead": () => [generator.DiscretizedLogisticHead],
  "new FullNormalHead": () => [generator.FullNormalHead],
  "new SharedNormalHead": () => [generator.SharedNormalHead, 2],
  "new LinearGaussian": () => [vae.LinearGaussian, 3, 2],
  "new LearntNormalHead": () => [generator.LearntNormalHead],
  "new OptimalNormalHead": () => [generator.OptimalNormalHead],
  "new ScalarNormalHead": () => [generator.ScalarNormalHead],
  "new LatentSampler": () => [vae.LatentSampler, autoencoder(), latents()],
  "new VectorQuantizer": () => [vae.VectorQuantizer, 4, 2],
  "new VqVae": () => [vae.VqVae],
  "new WarmUp": () => [vae.WarmUp, 10],
  freshAverage: () => [
    generator.freshAverage,
    new ModelAverage(new generator.LatentGenerator(new Linear(2, 4), latents())),
  ],
  freshStatistics: () => [
    generator.freshStatistics,
    new generator.LatentGenerator(new Linear(2, 4), latents()),
  ],
  naiveStep: () => [
    generator.naiveStep,
    new generator.LatentGenerator(new Linear(2, 4), latents()),
  ],
  autoencoderStep: () => [vae.autoencoderStep, autoencoder()],
  betaTcBound: () => [vae.betaTcBound, model(), samples()],
  collapseAlarm: () => [vae.collapseAlarm, model()],
  contractivePenaltyEstimate: () => [vae.contractivePenaltyEstimate, encode, samples()],
  convDecoder: () => [vae.convDecoder],
  convEncoder: () => [vae.convEncoder],
  convVae: () => [vae.convVae],
  elbo: () => [vae.elbo, model(), samples()],
  gaussianCorruption: () => [vae.gaussianCorruption, samples()],
  importanceWeightedBound: () => [vae.importanceWeightedBound, model(), samples()],
  infoVaeBound: () => [vae.infoVaeBound, model(), samples()],
  klThroughTime: () => [vae.klThroughTime, model()],
  latentReport: () => [vae.latentReport, model()],
  latentsOf: () => [vae.latentsOf, autoencoder()],
  logLikelihood: () => [vae.logLikelihood, model(), samples()],
  maskingCorruption: () => [vae.maskingCorruption, samples()],
  mlpVae: () => [vae.mlpVae],
  mixtureSampler: () => [vae.mixtureSampler, autoencoder(), normal([32, 2])],
  normalSampler: () => [vae.normalSampler, autoencoder(), normal([32, 2])],
  secondStageSampler: () => [vae.secondStageSampler, autoencoder(), normal([32, 2])],
  posteriorCollapse: () => [vae.posteriorCollapse, { kl: 1, varianceOfMeans: [] }],
  priorSampler: () => [vae.priorSampler, autoencoder(), 2],
  renyiBound: () => [vae.renyiBound, model(), samples()],
  sparsityPenalty: () => [vae.sparsityPenalty, ones([2, 2]).mul(0.5)],
  variationalStep: () => [vae.variationalStep, model()],
  vqStep: () => [vae.vqStep, new vae.VqVae({ width: 2, blocks: 1, codes: 2, size: 2 })],
  wassersteinLoss: () => [vae.wassersteinLoss, autoencoder(), samples()],
};
