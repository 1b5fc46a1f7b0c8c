import type { ModelName, OptimizerName } from "./names.ts";

/** How a model is trained unless the user says otherwise. */
export interface ModelDefaults {
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRates: { readonly [Name in OptimizerName]: number };
}

/** Networks that read. */
const reading: ModelDefaults = {
  epochs: 1,
  batchSize: 64,
  learningRates: { adam: 0.003, sgd: 0.1, momentum: 0.02, nesterov: 0.02 },
};
/** A picture's bound is a sum over its pixels, so that its gradients are large. */
const remaking: ModelDefaults = {
  epochs: 5,
  batchSize: 128,
  learningRates: { adam: 0.002, sgd: 1e-5, momentum: 1e-5, nesterov: 1e-5 },
};
/** Two networks that play, by Adam and, where somebody wants to see it, by plain descent. */
const playing = (batchSize: number, adam: number): ModelDefaults => ({
  epochs: 5,
  batchSize,
  learningRates: { adam, sgd: 0.01, momentum: 0.001, nesterov: 0.001 },
});

export const modelDefaults: { readonly [Name in ModelName]: ModelDefaults } = {
  cnn: reading,
  mlp: reading,
  autoencoder: remaking,
  vae: remaking,
  "vae-conv": remaking,
  "vq-vae": remaking,
  dcgan: playing(64, 5e-4),
  sngan: playing(32, 1e-3),
  stylegan: playing(16, 2e-3),
  pix2pix: playing(8, 2e-4),
  cyclegan: playing(4, 2e-4),
};
