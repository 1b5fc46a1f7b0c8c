// What the program knows by name: models, losses, penalties, backends, optimisers.

export const classifierNames = ["cnn", "mlp"] as const;
export const autoencoderNames = ["autoencoder", "vae", "vae-conv", "vq-vae"] as const;
export const gameNames = ["dcgan", "sngan", "stylegan", "pix2pix", "cyclegan"] as const;
export const modelNames = [...classifierNames, ...autoencoderNames, ...gameNames] as const;
export const lossNames = [
  "minimax",
  "non-saturating",
  "least-squares",
  "hinge",
  "wasserstein",
  "relativistic",
] as const;
export const penaltyNames = ["none", "gradient", "one-sided", "dragan", "r1", "r2"] as const;
export const backendNames = ["cpu", "webgpu", "reference"] as const;
export const optimizerNames = ["adam", "sgd", "momentum", "nesterov"] as const;

export type ClassifierName = (typeof classifierNames)[number];
export type AutoencoderName = (typeof autoencoderNames)[number];
export type GameName = (typeof gameNames)[number];
export type ModelName = ClassifierName | AutoencoderName | GameName;
export type LossName = (typeof lossNames)[number];
export type PenaltyName = (typeof penaltyNames)[number];
export type BackendName = (typeof backendNames)[number];
export type OptimizerName = (typeof optimizerNames)[number];
