import { tmpdir } from "node:os";
import { join } from "node:path";
import * as nn from "@dl/nn";
import * as optim from "@dl/optim";
import { Parameter } from "@dl/nn";
import { ones } from "@dl/tensor";
import * as training from "@dl/training";
import type { OptionCalls } from "./option-call.ts";

const parameters = (): Parameter[] => [new Parameter(ones([2, 2]))];
const model = (): nn.Module => new nn.Linear(2, 2);
const step = (): training.TrainingStep => ({
  modules: {},
  optimizers: {},
  step: () => ({}),
});
const terminal = { write: (): void => {} };
const ignore = (): void => {};

/** Optimisers, which all begin with parameters. */
const optimizers = {
  ASGD: optim.ASGD,
  Adadelta: optim.Adadelta,
  Adagrad: optim.Adagrad,
  Adam: optim.Adam,
  AdamW: optim.AdamW,
  Adamax: optim.Adamax,
  CourseAdam: optim.CourseAdam,
  CourseMomentum: optim.CourseMomentum,
  CourseNesterov: optim.CourseNesterov,
  EMA: optim.EMA,
  LBFGS: optim.LBFGS,
  Lion: optim.Lion,
  Muon: optim.Muon,
  NAdam: optim.NAdam,
  RAdam: optim.RAdam,
  RMSprop: optim.RMSprop,
  Rprop: optim.Rprop,
  SGD: optim.SGD,
};

/** What takes nothing but options. */
const schedules = {
  constantSchedule: optim.constantSchedule,
  cosineRestartsSchedule: optim.cosineRestartsSchedule,
  cosineSchedule: optim.cosineSchedule,
  cyclicSchedule: optim.cyclicSchedule,
  exponentialSchedule: optim.exponentialSchedule,
  linearSchedule: optim.linearSchedule,
  multiStepSchedule: optim.multiStepSchedule,
  oneCycleSchedule: optim.oneCycleSchedule,
  polynomialSchedule: optim.polynomialSchedule,
  stepSchedule: optim.stepSchedule,
  warmupSchedule: optim.warmupSchedule,
};

/** Of optimisers, schedules, loops and what is looked at in them. */
export const trainingCalls: OptionCalls = {
  ...Object.fromEntries(
    Object.entries(optimizers).map(([name, of]) => [`new ${name}`, () => [of, parameters()]]),
  ),
  ...Object.fromEntries(Object.entries(schedules).map(([name, of]) => [name, () => [of]])),
  "new Accuracy": () => [training.Accuracy],
  "new DeadUnitWatch": () => [training.DeadUnitWatch, model()],
  "new Optimizer": () => [OneStep, "oneStep", parameters()],
  "new PointwiseOptimizer": () => [OneStep, "oneStep", parameters()],
  "new ReduceOnPlateau": () => [optim.ReduceOnPlateau, new optim.Adam(parameters())],
  saveModel: () => [training.saveModel, model(), join(tmpdir(), "dl-options.safetensors")],
  "new SAM": () => [optim.SAM, new optim.Adam(parameters())],
  "new ModelAverage": () => [training.ModelAverage, model()],
  "new Trainer": () => [training.Trainer, step()],
  checkpoints: () => [training.checkpoints],
  deadUnits: () => [training.deadUnits, ignore],
  earlyStopping: () => [training.earlyStopping],
  evaluate: () => [training.evaluate, model()],
  fit: () => [training.fit, model()],
  histograms: () => [training.histograms, new Map()],
  imageGrid: () => [training.imageGrid, ones([1, 1, 2, 2])],
  initialize: () => [nn.initialize, model()],
  loadModel: () => [training.loadModel, model(), new Uint8Array(8)],
  "CheckpointStore.save": () => {
    const store = new training.CheckpointStore(training.memoryPlace());
    return [store.save.bind(store), trainer().stateDict()];
  },
  keepCheckpoints: () => [
    training.keepCheckpoints,
    new training.CheckpointStore(training.memoryPlace()),
  ],
  modelBytes: () => [training.modelBytes, model()],
  nanStop: () => [training.nanStop],
  progress: () => [training.progress, ignore],
  progressLine: () => [training.progressLine, terminal],
  "new CheckpointStore": () => [training.CheckpointStore, training.memoryPlace()],
  resume: () => [training.resume, trainer(), new training.CheckpointStore(training.memoryPlace())],
  "new RunRecorder": () => [training.RunRecorder, { program: "" }],
  recordRun: () => [training.recordRun, { program: "" }],
  retakeStatistics: () => [training.retakeStatistics, model()],
  sampleGrid: () => [training.sampleGrid],
  saturationShares: () => [training.saturationShares, model(), ignore],
  tensorBoardLog: () => [training.tensorBoardLog, terminal],
  supervised: () => [training.supervised, model()],
  descend: () => [training.descend, new optim.Adam(parameters()), ignore],
  updateRatios: () => [training.updateRatios, ignore],
  verifyRun: () => [
    training.verifyRun,
    { description: { program: "" }, backend: "", history: [], steps: [], checkpoints: [] },
    trainer,
  ],
  watchDeadUnits: () => [training.watchDeadUnits, model()],
};

const trainer = (): training.Trainer<never> => {
  const network = new nn.Linear(2, 2);
  const optimizer = new optim.Adam(network.parameters());
  const supervised = training.supervised(network, { loss: nn.crossEntropy, optimizer });
  return new training.Trainer(supervised, {
    data: [],
    epochs: 1,
  }) as unknown as training.Trainer<never>;
};

/** An optimiser of the user's own. */
class OneStep extends optim.PointwiseOptimizer<optim.OptimizerOptions> {
  constructor(name: string, of: Parameter[], options: Partial<optim.OptimizerOptions> = {}) {
    super(name, of, options, { learningRate: 0.1 });
  }

  protected slots(): optim.Slots {
    return {};
  }

  protected checkOptions(): void {}

  protected updateRule(): optim.UpdateRule {
    return optim.updateRule<never, never>(({ theta }) => ({ theta }), {});
  }
}
