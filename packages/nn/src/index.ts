export {
  GELU,
  Identity,
  LeakyReLU,
  LogSoftmax,
  ReLU,
  Sigmoid,
  SiLU,
  Softmax,
  Softplus,
  Tanh,
} from "./activations/activations.ts";
export { GLU, PReLU } from "./activations/gated.ts";
export type { PReLUOptions } from "./activations/gated.ts";
export { CELU, ELU, Mish, ReLU6, SELU, Threshold } from "./activations/linear-units.ts";
export {
  Hardshrink,
  Hardsigmoid,
  Hardswish,
  Hardtanh,
  LogSigmoid,
  Softmin,
  Softshrink,
  Softsign,
  Tanhshrink,
} from "./activations/squashing.ts";
export { activityPenalty } from "./activity-penalty.ts";
export { BatchNorm } from "./normalization/batch-norm.ts";
export type { BatchNormOptions } from "./normalization/batch-norm.ts";
export { MultiHeadAttention } from "./attention.ts";
export type { AttentionMasks, AttentionOutput, MultiHeadAttentionOptions } from "./attention.ts";
export { GroupNorm } from "./normalization/group-norm.ts";
export { InstanceNorm } from "./normalization/instance-norm.ts";
export type { InstanceNormOptions } from "./normalization/instance-norm.ts";
export { LayerNorm, RMSNorm } from "./normalization/layer-norm.ts";
export type { RMSNormOptions } from "./normalization/layer-norm.ts";
export { SpectralNorm } from "./normalization/spectral-norm.ts";
export type { SpectralNormOptions } from "./normalization/spectral-norm.ts";
export type { NormOptions } from "./normalization/standardize.ts";
export { WeightNorm } from "./normalization/weight-norm.ts";
export type { WeightNormOptions } from "./normalization/weight-norm.ts";
export type { WeightedLayer } from "./normalization/weight-wrapper.ts";
export { Bilinear } from "./bilinear.ts";
export { cosineSimilarity, normalize, pairwiseDistance } from "./distances.ts";
export { AlphaDropout, Dropout, SpatialDropout } from "./dropout.ts";
export type { DropoutOptions } from "./dropout.ts";
export { Flatten, Unflatten } from "./flatten.ts";
export { Embedding } from "./embedding.ts";
export type { EmbeddingOptions } from "./embedding.ts";
export { initialize } from "./initialize.ts";
export type { InitializeOptions } from "./initialize.ts";
export { observeForward } from "./observe-forward.ts";
export type { ForwardObserver } from "./observe-forward.ts";
export { gainOf } from "./initializers/gain.ts";
export type { GainActivation } from "./initializers/gain.ts";
export {
  constantInitializer,
  normalInitializer,
  truncatedNormalInitializer,
  uniformInitializer,
} from "./initializers/plain.ts";
export {
  defaultUniform,
  heNormal,
  heUniform,
  leCunNormal,
  leCunUniform,
  xavierNormal,
  xavierUniform,
} from "./initializers/scaled.ts";
export type { HeOptions, Initializer, XavierOptions } from "./initializers/scaled.ts";
export { dirac, identityInitializer, orthogonal, sparse } from "./initializers/structured.ts";
export type { SparseOptions } from "./initializers/structured.ts";
export { checkCount, randomOptions, weightKinds } from "./layer-options.ts";
export type { Layer, WeightOptions } from "./layer-options.ts";
export { Linear, linear } from "./linear.ts";
export type { LoadOptions, LoadReport } from "./load-state.ts";
export { binaryCrossEntropy, binaryCrossEntropyWithLogits } from "./losses/binary-cross-entropy.ts";
export type { BinaryLogitsOptions } from "./losses/binary-cross-entropy.ts";
export { crossEntropy, negativeLogLikelihood } from "./losses/cross-entropy.ts";
export type { ClassLossOptions, CrossEntropyOptions } from "./losses/cross-entropy.ts";
export {
  gaussianNegativeLogLikelihood,
  klDivergenceLoss,
  poissonNegativeLogLikelihood,
} from "./losses/likelihood.ts";
export type {
  GaussianLossOptions,
  KlDivergenceLossOptions,
  PoissonLossOptions,
} from "./losses/likelihood.ts";
export {
  cosineEmbeddingLoss,
  hingeEmbeddingLoss,
  marginRankingLoss,
  multiMarginLoss,
  tripletMarginLoss,
} from "./losses/margin.ts";
export type {
  CosineEmbeddingLossOptions,
  HingeEmbeddingLossOptions,
  MarginRankingLossOptions,
  MultiMarginLossOptions,
  TripletMarginLossOptions,
} from "./losses/margin.ts";
export type { LossOptions, Reduction } from "./losses/reduction.ts";
export {
  huberLoss,
  meanAbsoluteError,
  meanSquaredError,
  smoothL1Loss,
} from "./losses/regression.ts";
export type { HuberLossOptions, SmoothL1LossOptions } from "./losses/regression.ts";
export { Module } from "./module.ts";
export type { StateDict } from "./module.ts";
export { ModuleDict } from "./module-dict.ts";
export { ModuleList } from "./module-list.ts";
export { Parameter } from "./parameter.ts";
export { matchState } from "./pytorch/match-state.ts";
export type { MatchedState, StateMatch } from "./pytorch/match-state.ts";
export type { PytorchNaming } from "./pytorch/names-table.ts";
export { differingTies, loadPytorchStateDict, pytorchStateDict } from "./pytorch/pytorch-state.ts";
export { pytorchNames, stateEntries } from "./pytorch/state-entries.ts";
export type { StateEntry } from "./pytorch/state-entries.ts";
export { GRUCell, LSTMCell, RNNCell } from "./recurrent/cells.ts";
export type { LSTMState, RNNCellOptions } from "./recurrent/cells.ts";
export { RecurrentCell } from "./recurrent/recurrent-cell.ts";
export type { RecurrentCellOptions } from "./recurrent/recurrent-cell.ts";
export { GRU, LSTM, Recurrent, RNN } from "./recurrent/recurrent-layers.ts";
export type { RecurrentOptions, RecurrentOutput } from "./recurrent/recurrent-layers.ts";
export {
  constrainMaxNorm,
  elasticNetPenalty,
  l1Penalty,
  l2Penalty,
  lpPenalty,
} from "./regularizers.ts";
export type { ElasticNetOptions } from "./regularizers.ts";
export { Sequential } from "./sequential.ts";
export { summary } from "./summary.ts";
export type { SummaryInput } from "./summary.ts";
export { checkClasses, checkClassNumbers } from "./losses/check-loss.ts";
