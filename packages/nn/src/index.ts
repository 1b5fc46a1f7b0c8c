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
export { observeForward } from "./observe-forward.ts";
export type { ForwardObserver } from "./observe-forward.ts";
export { recordActivations } from "./inspect/activations.ts";
export type { Activations } from "./inspect/activations.ts";
export { deadUnits, DeadUnitWatch, watchDeadUnits } from "./inspect/dead-units.ts";
export type { DeadUnitOptions, DeadUnits } from "./inspect/dead-units.ts";
export { histograms } from "./inspect/histogram.ts";
export type { Histogram, HistogramOptions } from "./inspect/histogram.ts";
export { moments } from "./inspect/moments.ts";
export type { Moments } from "./inspect/moments.ts";
export { saturationShares } from "./inspect/saturation.ts";
export type { SaturationOptions } from "./inspect/saturation.ts";
export { updateRatios } from "./inspect/update-ratios.ts";
export type { UpdateRatios } from "./inspect/update-ratios.ts";
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
export { accuracy, crossEntropy, negativeLogLikelihood } from "./losses/cross-entropy.ts";
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
export { Accuracy } from "./metrics/accuracy.ts";
export { classificationScores, PrecisionRecallF1 } from "./metrics/class-scores.ts";
export type { ClassificationScores, Scores } from "./metrics/class-scores.ts";
export { ConfusionMatrix } from "./metrics/confusion-matrix.ts";
export type { ConfusionCounts } from "./metrics/confusion-matrix.ts";
export type { Metric, Metrics, MetricValues, TotalState } from "./metrics/metric.ts";
export { RunningMean } from "./metrics/running-mean.ts";
export { Module } from "./module.ts";
export type { StateDict } from "./module.ts";
export { ModuleDict } from "./module-dict.ts";
export { ModuleList } from "./module-list.ts";
export { Parameter } from "./parameter.ts";
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
export type { Batches, LoaderState, SeekableBatches } from "./training/batches.ts";
export type { Callback, TrainingEnd, TrainingRun } from "./training/callback.ts";
export type { EpochReport, StepReport } from "./training/reports.ts";
export type { BestState, JudgeOptions } from "./training/callbacks/best-epoch.ts";
export { checkpoints } from "./training/callbacks/checkpoints.ts";
export type { CheckpointOptions, KeepState } from "./training/callbacks/checkpoints.ts";
export { csvLog } from "./training/callbacks/csv-log.ts";
export type { TextSink } from "./training/callbacks/csv-log.ts";
export { earlyStopping } from "./training/callbacks/early-stopping.ts";
export type {
  EarlyStoppingOptions,
  EarlyStoppingState,
} from "./training/callbacks/early-stopping.ts";
export { imageGrid } from "./training/callbacks/image-grid.ts";
export type { ImageGridOptions } from "./training/callbacks/image-grid.ts";
export { learningRateLog } from "./training/callbacks/learning-rate-log.ts";
export type { LearningRateEntry, LearningRateLog } from "./training/callbacks/learning-rate-log.ts";
export { nanStop } from "./training/callbacks/nan-stop.ts";
export type { NanStopOptions } from "./training/callbacks/nan-stop.ts";
export { progress } from "./training/callbacks/progress.ts";
export type { ProgressOptions, TrainingProgress } from "./training/callbacks/progress.ts";
export { progressLine } from "./training/callbacks/progress-line.ts";
export type { Terminal } from "./training/callbacks/progress-line.ts";
export { sampleGrid } from "./training/callbacks/sample-grid.ts";
export type { SampleGridOptions } from "./training/callbacks/sample-grid.ts";
export { evaluate } from "./training/evaluate.ts";
export type { EvaluateOptions, Evaluation } from "./training/evaluate.ts";
export type {
  ForwardPass,
  ForwardPassResult,
  LossFunction,
  Objective,
  SupervisedBatch,
} from "./training/forward-pass.ts";
export type {
  AscendingOptimizer,
  ClosureOptimizer,
  GradientOptimizer,
  TrainingOptimizer,
} from "./training/optimizer-step.ts";
export { tensorBoardLog } from "./training/tensorboard/tensorboard-log.ts";
export type { ByteSink, TensorBoardOptions } from "./training/tensorboard/tensorboard-log.ts";
export { trainEpoch } from "./training/train-epoch.ts";
export type { LoopOptions, PassReport, TrainEpochOptions } from "./training/train-epoch.ts";
export type { StepOptions, StepSchedule, TrainingStep } from "./training/train-step.ts";
export { fit, Trainer } from "./training/trainer.ts";
export type { EpochSchedule, FitOptions } from "./training/trainer.ts";
export type { ProgressState, TrainerState } from "./training/trainer-state.ts";
