import { noGrad } from "@dl/autograd";
import { checkOptions, GradientError, isFloat } from "@dl/backend";
import { checkCount, observeForward, type Module } from "@dl/nn";
import { stack, Tensor, type GeneratorState } from "@dl/tensor";
import type { Callback, TrainingRun } from "../callback.ts";
import type { StepReport } from "../reports.ts";
import {
  loadTrainingStepState,
  trainingStepState,
  type TrainingStepState,
} from "../trainer-state.ts";
import { namedParametersOf } from "../training-step.ts";

/** How often {@link nanStop} looks. */
export interface NanStopOptions {
  /** Steps from one look to the next. Default 1. */
  readonly every?: number;
}

/** What training can be put back to. */
interface Good {
  readonly state: TrainingStepState;
  readonly generators: readonly GeneratorState[];
}

/**
 * Ends training with an error when a scalar or gradient of a step is NaN or infinite, and puts
 * networks and optimisers back to where they were at the last look, so that the weights stay good.
 * The error names the first layer whose output is not finite, or the parameters whose gradients are
 * not.
 *
 * Costs a sum over all gradients and one read per look.
 *
 * @throws {GradientError} from `fit`, when it has found one.
 * @throws {ArgumentError} unless `every` is a whole number of at least 1.
 * @example
 * const data = [{ inputs: inputs.mul(NaN), targets }];
 * await fit(model, { loss: crossEntropy, optimizer, data, epochs: 1, callbacks: [nanStop()] }); // throws
 */
export function nanStop(options: NanStopOptions = {}): Callback {
  const { every = 1 } = checkOptions("nanStop", options, { every: "number" });
  checkCount("nanStop", "every", every);
  let good: Good;
  const remember = ({ trainingStep, generators }: TrainingRun): void => {
    good = {
      state: trainingStepState(trainingStep),
      generators: generators.map((generator) => generator.getState()),
    };
  };
  return {
    onStart: remember,
    async onStep(step, run) {
      if (step.step % every !== 0) return;
      const scalars = Object.entries(step.scalars).flatMap(([name, value]) =>
        value === undefined ? [] : [{ name, value }],
      );
      const gradients = [...namedParametersOf(run.trainingStep)].flatMap(([name, { grad }]) =>
        grad === null ? [] : [{ name, value: grad }],
      );
      const looked = [...scalars, ...gradients];
      const areFinite = await noGrad(() =>
        // A sum is finite only where all its terms are; one too large to add up is as bad.
        stack(looked.map(({ value }) => value.sum().cast("float32"))).isFinite(),
      ).data();
      const faulty = looked.filter((_, i) => areFinite[i] === 0).map(({ name }) => name);
      if (faulty.length === 0) {
        remember(run);
        return;
      }
      putBack(run, good);
      const layer = await firstFaultyLayer(step, run);
      putBack(run, good);
      throw await diagnosis(step, layer, faulty);
    },
  };
}

function putBack(
  { trainingStep, generators }: TrainingRun,
  { state, generators: states }: Good,
): void {
  loadTrainingStepState(trainingStep, state);
  generators.forEach((generator, i) => generator.setState(states[i]!));
}

async function diagnosis(
  step: StepReport,
  layer: string | undefined,
  faulty: readonly string[],
): Promise<GradientError> {
  const told = await Promise.all(
    Object.entries(step.scalars).map(async ([name, value]) =>
      value === undefined ? "" : `${name} ${await value.item()}`,
    ),
  );
  const names = new Set(Object.keys(step.scalars));
  const gradients = faulty.filter((name) => !names.has(name));
  const cause =
    layer !== undefined
      ? `the first output that is not finite is that of ${layer}`
      : gradients.length === faulty.length
        ? `the outputs are finite, the gradients of ${gradients.join(", ")} are not`
        : "the outputs of all layers are finite, so it is the loss function or the targets";
  return new GradientError(
    "nanStop",
    `step ${step.step} (epoch ${step.epoch}) has ${told.filter(Boolean).join(", ")}: ${cause}. Networks and optimizers are those of the last look before. Try a smaller learning rate, clipping, or detectAnomaly() around one step to find the operation.`,
    { received: faulty },
  );
}

/** Path and class of the first module, in the order of computation, that gives out a NaN or infinity. */
async function firstFaultyLayer(step: StepReport, run: TrainingRun): Promise<string | undefined> {
  const calls: { readonly module: Module; readonly isFinite: Tensor }[] = [];
  const stop = observeForward((module, _inputs, outputs) => {
    if (outputs instanceof Tensor && isFloat(outputs.dtype))
      calls.push({ module, isFinite: outputs.detach().isFinite().all() });
  });
  try {
    await run.runPlain(step.from);
  } finally {
    stop();
  }
  const networks = Object.entries(run.trainingStep.modules);
  for (const { module, isFinite } of calls) {
    if ((await isFinite.item()) === 1) continue;
    for (const [network, model] of networks)
      for (const [path, part] of model.namedModules()) {
        if (part !== module) continue;
        const place = [networks.length > 1 ? network : "", path].filter(Boolean).join(".");
        const { name } = module.constructor;
        return place === "" ? name : `${place} (${name})`;
      }
  }
  return undefined;
}
