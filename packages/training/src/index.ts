export type { Batches, LoaderState, SeekableBatches } from "./batches.ts";
export type { Callback, TrainingEnd, TrainingRun } from "./callback.ts";
export { compiledPart } from "./compiled-part.ts";
export type { CompiledPart } from "./compiled-part.ts";
export { descend } from "./descend.ts";
export type { DescendOptions, LossOf } from "./descend.ts";
export { evaluate } from "./evaluate.ts";
export type { Evaluable, EvaluateOptions, PassOptions } from "./evaluate.ts";
export { fit } from "./fit.ts";
export type { FitOptions } from "./fit.ts";
export { inEvaluation } from "./in-evaluation.ts";
export type {
  ForwardPass,
  ForwardPassResult,
  LossFunction,
  Objective,
  SupervisedBatch,
} from "./objective.ts";
export type { EpochReport, Monitor, StepReport } from "./reports.ts";
export type { RunningFiguresState } from "./running-figures.ts";
export { ModelAverage } from "./model-average.ts";
export { retakeStatistics } from "./retake-statistics.ts";
export type { RetakeOptions } from "./retake-statistics.ts";
export { RunningMean } from "./metrics/running-mean.ts";
export { supervised } from "./supervised.ts";
export type { Loss, SupervisedOptions } from "./supervised.ts";
export { Trainer } from "./trainer.ts";
export type { TrainerOptions } from "./trainer-options.ts";
export type {
  AnyOptimizerState,
  ProgressState,
  TrainerState,
  TrainingStepState,
} from "./trainer-state.ts";
export type { Figures, FiguresOf, Part, Scalars, TrainingStep } from "./training-step.ts";
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
export { accuracy, Accuracy } from "./metrics/accuracy.ts";
export { classificationScores, PrecisionRecallF1 } from "./metrics/class-scores.ts";
export type { ClassificationScores, Scores } from "./metrics/class-scores.ts";
export { ConfusionMatrix } from "./metrics/confusion-matrix.ts";
export type { ConfusionCounts } from "./metrics/confusion-matrix.ts";
export type { Metric, Metrics, MetricValues, TotalState } from "./metrics/metric.ts";
export type { BestState, JudgeOptions } from "./callbacks/best-epoch.ts";
export { checkpoints } from "./callbacks/checkpoints.ts";
export type { CheckpointOptions, KeepState } from "./callbacks/checkpoints.ts";
export { csvLog } from "./callbacks/csv-log.ts";
export type { TextSink } from "./callbacks/csv-log.ts";
export { earlyStopping } from "./callbacks/early-stopping.ts";
export type { EarlyStoppingOptions, EarlyStoppingState } from "./callbacks/early-stopping.ts";
export { imageGrid } from "./callbacks/image-grid.ts";
export type { ImageGridOptions } from "./callbacks/image-grid.ts";
export { learningRateLog } from "./callbacks/learning-rate-log.ts";
export type { LearningRateEntry, LearningRateLog } from "./callbacks/learning-rate-log.ts";
export { nanStop } from "./callbacks/nan-stop.ts";
export type { NanStopOptions } from "./callbacks/nan-stop.ts";
export { progress } from "./callbacks/progress.ts";
export type { ProgressOptions, TrainingProgress } from "./callbacks/progress.ts";
export { progressLine } from "./callbacks/progress-line.ts";
export type { ProgressLineOptions, Terminal } from "./callbacks/progress-line.ts";
export { sampleGrid } from "./callbacks/sample-grid.ts";
export type { SampleGridOptions } from "./callbacks/sample-grid.ts";
export { tensorBoardLog } from "./tensorboard/tensorboard-log.ts";
export type { ByteSink, TensorBoardOptions } from "./tensorboard/tensorboard-log.ts";
export { loadModel } from "./model-files/load-model.ts";
export type { LoadModelOptions } from "./model-files/load-model.ts";
export { modelBytes, saveModel } from "./model-files/save-model.ts";
export type { SaveModelOptions } from "./model-files/save-model.ts";
export type { ModelTarget } from "./model-files/write-target.ts";
export {
  memoryPlace,
  type CheckpointPlace,
  type CheckpointWhere,
} from "./checkpoints/checkpoint-place.ts";
export {
  checkpointBlob,
  CheckpointStore,
  readCheckpoint,
  type Checkpoint,
  type CheckpointStoreOptions,
  type SaveCheckpointOptions,
} from "./checkpoints/checkpoint-store.ts";
export {
  keepCheckpoints,
  resume,
  type KeepCheckpointsOptions,
} from "./checkpoints/keep-checkpoints.ts";
export type { Resumable } from "./checkpoints/resumable.ts";
export { dataFingerprint } from "./run-file/data-fingerprint.ts";
export { recordRun, RunRecorder, type RecordRunOptions } from "./run-file/record-run.ts";
export {
  openRun,
  type RunDescription,
  type RunFile,
  type StepDigests,
} from "./run-file/run-file.ts";
export {
  compareRun,
  verifyRun,
  type Verification,
  type VerifyRunOptions,
} from "./run-file/verify-run.ts";
