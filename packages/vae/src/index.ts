export { Autoencoder } from "./autoencoders/autoencoder.ts";
export { autoencoderStep } from "./autoencoders/autoencoder-step.ts";
export type {
  AutoencoderScalars,
  AutoencoderStepOptions,
} from "./autoencoders/autoencoder-step.ts";
export {
  contractivePenalty,
  contractivePenaltyEstimate,
} from "./autoencoders/contractive-penalty.ts";
export type { Encode, PenaltyEstimateOptions } from "./autoencoders/contractive-penalty.ts";
export { gaussianCorruption, maskingCorruption } from "./autoencoders/corruptions.ts";
export type { GaussianCorruptionOptions, MaskingOptions } from "./autoencoders/corruptions.ts";
export { reconstructionError } from "./autoencoders/reconstruction-error.ts";
export { sparsityPenalty } from "./autoencoders/sparsity-penalty.ts";
export type { SparsityOptions } from "./autoencoders/sparsity-penalty.ts";
export { wassersteinLoss } from "./autoencoders/wasserstein-loss.ts";
export type { WassersteinOptions, WassersteinScalars } from "./autoencoders/wasserstein-loss.ts";
export { betaTcBound } from "./bounds/beta-tc-bound.ts";
export type { BetaTcEvidence, BetaTcOptions } from "./bounds/beta-tc-bound.ts";
export { elbo } from "./bounds/elbo.ts";
export type { ElboOptions } from "./bounds/elbo.ts";
export { klPerDimension } from "./bounds/evidence.ts";
export type { Evidence, Weight } from "./bounds/evidence.ts";
export { importanceWeightedBound } from "./bounds/importance-weighted-bound.ts";
export type { DrawOptions } from "./bounds/importance-weighted-bound.ts";
export { infoVaeBound } from "./bounds/info-vae-bound.ts";
export type { InfoVaeEvidence, InfoVaeOptions } from "./bounds/info-vae-bound.ts";
export {
  gaussianKernel,
  inverseMultiquadraticKernel,
  maximumMeanDiscrepancy,
} from "./bounds/maximum-mean-discrepancy.ts";
export type { Kernel } from "./bounds/maximum-mean-discrepancy.ts";
export { renyiBound } from "./bounds/renyi-bound.ts";
export type { RenyiOptions } from "./bounds/renyi-bound.ts";
export { WarmUp } from "./bounds/warm-up.ts";
export type { WarmUpOptions } from "./bounds/warm-up.ts";
export { ConditionalVariationalAutoencoder } from "./conditional-vae.ts";
export type { ConditionalNetwork } from "./conditional-vae.ts";
export { ConditionedNetwork } from "./conditioned-network.ts";
export { LinearGaussian } from "./linear-gaussian.ts";
export type { LinearGaussianOptions } from "./linear-gaussian.ts";
export { standardNormalLike } from "./latent-model.ts";
export type { LatentModel } from "./latent-model.ts";
export { convDecoder, convEncoder } from "./models/conv-halves.ts";
export type { ConvHalfOptions } from "./models/conv-halves.ts";
export type { ConvSizes } from "./models/conv-sizes.ts";
export { convVae } from "./models/conv-vae.ts";
export type { ConvVaeOptions } from "./models/conv-vae.ts";
export { mlpVae } from "./models/mlp-vae.ts";
export type { MlpVaeOptions } from "./models/mlp-vae.ts";
export { VectorQuantizer } from "./quantization/vector-quantizer.ts";
export type { Quantized, VectorQuantizerOptions } from "./quantization/vector-quantizer.ts";
export { vqStep } from "./quantization/vq-step.ts";
export type { VqModel, VqScalars, VqStepOptions } from "./quantization/vq-step.ts";
export { VqVae } from "./quantization/vq-vae.ts";
export type { VqReconstruction, VqVaeOptions } from "./quantization/vq-vae.ts";
export { collapseAlarm } from "./reports/collapse-alarm.ts";
export type { CollapseAlarm, CollapseAlarmOptions } from "./reports/collapse-alarm.ts";
export { klThroughTime } from "./reports/kl-through-time.ts";
export type {
  KlThroughTime,
  KlThroughTimeOptions,
  TimedReport,
} from "./reports/kl-through-time.ts";
export { latentReport } from "./reports/latent-report.ts";
export type { LatentReportOptions } from "./reports/latent-report.ts";
export type { LatentReport } from "./reports/latent-totals.ts";
export { logLikelihood } from "./reports/log-likelihood.ts";
export type { LogLikelihoodOptions } from "./reports/log-likelihood.ts";
export { posteriorCollapse } from "./reports/posterior-collapse.ts";
export type { CollapseOptions, CollapseVerdict } from "./reports/posterior-collapse.ts";
export { LatentSampler } from "./samplers/latent-sampler.ts";
export type { Decoding, LatentSamplerOptions } from "./samplers/latent-sampler.ts";
export { latentsOf } from "./samplers/latents-of.ts";
export type { EncodingModel, LatentsOptions } from "./samplers/latents-of.ts";
export { mixtureSampler, normalSampler, priorSampler } from "./samplers/samplers.ts";
export type { MixtureSamplerOptions, NormalSamplerOptions } from "./samplers/samplers.ts";
export { secondStageSampler } from "./samplers/second-stage-sampler.ts";
export type { SecondStageOptions } from "./samplers/second-stage-sampler.ts";
export { VariationalAutoencoder } from "./variational-autoencoder.ts";
export { variationalStep } from "./variational-step.ts";
export type { VariationalStepOptions } from "./variational-step.ts";
