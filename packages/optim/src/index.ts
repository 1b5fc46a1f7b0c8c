export { Adadelta } from "./adadelta.ts";
export type { AdadeltaOptions } from "./adadelta.ts";
export { Adagrad } from "./adagrad.ts";
export type { AdagradOptions } from "./adagrad.ts";
export { Adam } from "./adam.ts";
export type { AdamOptions } from "./adam.ts";
export { Adamax } from "./adamax.ts";
export type { AdamaxOptions } from "./adamax.ts";
export { AdamW } from "./adamw.ts";
export type { AdamWOptions } from "./adamw.ts";
export type { AnyOptimizer, SteppingOptimizer } from "./any-optimizer.ts";
export { ASGD } from "./asgd.ts";
export type { AsgdOptions } from "./asgd.ts";
export { clipGradNorm, clipGradValue } from "./clipping.ts";
export { CourseAdam } from "./course-adam.ts";
export type { CourseAdamOptions } from "./course-adam.ts";
export { CourseMomentum } from "./course-momentum.ts";
export type { CourseMomentumOptions } from "./course-momentum.ts";
export { CourseNesterov } from "./course-nesterov.ts";
export type { CourseNesterovOptions } from "./course-nesterov.ts";
export { EMA } from "./ema.ts";
export type { EmaOptions } from "./ema.ts";
export { gradNorm } from "./gradient-norm.ts";
export { LBFGS } from "./lbfgs.ts";
export type { Closure, LbfgsOptions, LbfgsState } from "./lbfgs.ts";
export type { CurvaturePair, LbfgsMemory } from "./lbfgs-memory.ts";
export { Lion } from "./lion.ts";
export type { LionOptions } from "./lion.ts";
export { Muon, newtonSchulz } from "./muon.ts";
export type { MuonOptions } from "./muon.ts";
export { NAdam } from "./nadam.ts";
export type { NAdamOptions } from "./nadam.ts";
export { Optimizer } from "./optimizer.ts";
export type { OptimizerOptions, Progress, Slots } from "./optimizer.ts";
export type { OptimizerState, ParameterState } from "./optimizer-state.ts";
export type { ParameterGroup, ParametersOrGroups } from "./parameter-groups.ts";
export { PointwiseOptimizer, updateRule } from "./pointwise-optimizer.ts";
export type { Formula, UpdateRule } from "./pointwise-optimizer.ts";
export { RAdam } from "./radam.ts";
export type { RAdamOptions } from "./radam.ts";
export { ReduceOnPlateau } from "./reduce-on-plateau.ts";
export type { ReduceOnPlateauOptions, ReduceOnPlateauState } from "./reduce-on-plateau.ts";
export { RMSprop } from "./rmsprop.ts";
export type { RmspropOptions } from "./rmsprop.ts";
export { Rprop } from "./rprop.ts";
export type { RpropOptions } from "./rprop.ts";
export { SAM } from "./sam.ts";
export type { SamOptions } from "./sam.ts";
export { Scheduler } from "./scheduler.ts";
export type { Schedulable, SchedulerState } from "./scheduler.ts";
export {
  chainedSchedules,
  lambdaSchedule,
  sequentialSchedules,
  warmupSchedule,
} from "./schedule-composition.ts";
export {
  constantSchedule,
  cosineRestartsSchedule,
  cosineSchedule,
  cyclicSchedule,
  exponentialSchedule,
  linearSchedule,
  multiStepSchedule,
  oneCycleSchedule,
  polynomialSchedule,
  stepSchedule,
} from "./schedules.ts";
export type { OneCycleOptions, Schedule } from "./schedules.ts";
export { SGD } from "./sgd.ts";
export type { SgdOptions } from "./sgd.ts";
export { SWA } from "./swa.ts";
export { WeightAverage } from "./weight-average.ts";
export type { WeightAverageState } from "./weight-average.ts";
