import { noGrad } from "@dl/autograd";
import { checkOptions, GradientError, isFloat } from "@dl/backend";
import { stack, Tensor } from "@dl/tensor";
import { checkCount } from "../../layer-options.ts";
import { modulePaths } from "../../module-paths.ts";
import { observeForward } from "../../observe-forward.ts";
import type { Module } from "../../module.ts";
import type { Callback, TrainingRun } from "../callback.ts";
import type { StepReport } from "../reports.ts";

/** How often {@link nanStop} looks. */
export interface NanStopOptions {
  /** Steps from one look to the next. Default 1. */
  readonly every?: number;
}

/**
 * Ends training with an error before a step with a loss or gradient that is NaN or infinite, so that
 * the weights stay good; the error names the first layer whose output is not finite, or the
 * parameters whose gradients are not.
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
  return {
    async onGradients(step, run) {
      if (step.step % every !== 0) return;
      const named = [...run.model.namedParameters()].flatMap(([name, { grad }]) =>
        grad === null ? [] : [{ name, grad }],
      );
      const figures = noGrad(() =>
        // A sum is finite only where all its terms are; one too large to add up is as bad.
        stack([step.loss, ...named.map(({ grad }) => grad.sum())].map(asFloat32)).isFinite(),
      );
      const [isLossFinite, ...areFinite] = await figures.data();
      const faulty = named.filter((_, i) => areFinite[i] === 0).map(({ name }) => name);
      if (isLossFinite === 1 && faulty.length === 0) return;
      throw await diagnosis(step, run, faulty);
    },
  };
}

const asFloat32 = (x: Tensor): Tensor => x.reshape([]).cast("float32");

async function diagnosis(
  step: StepReport,
  run: TrainingRun,
  faulty: readonly string[],
): Promise<GradientError> {
  const layer = await firstFaultyLayer(step, run);
  const loss = await step.loss.item();
  const cause =
    layer !== undefined
      ? `the first output that is not finite is that of ${layer}`
      : Number.isFinite(loss)
        ? `the outputs are finite, the gradients of ${faulty.join(", ")} are not`
        : "the outputs of all layers are finite, so it is the loss function or the targets";
  return new GradientError(
    "nanStop",
    `step ${step.step} (epoch ${step.epoch}) has loss ${loss}: ${cause}. The weights are those of before this step. Try a smaller learning rate, clipping, or detectAnomaly() around one step to find the operation.`,
    { received: loss },
  );
}

/** Path and class of the first module, in the order of computation, that gives out a NaN or infinity. */
async function firstFaultyLayer(step: StepReport, run: TrainingRun): Promise<string | undefined> {
  const calls: { readonly module: Module; readonly isFinite: Tensor }[] = [];
  const stop = observeForward((module, _inputs, outputs) => {
    if (outputs instanceof Tensor && isFloat(outputs.dtype))
      calls.push({ module, isFinite: outputs.isFinite().all() });
  });
  try {
    noGrad(() => step.from.forEach((batch) => run.forwardPass(batch)));
  } finally {
    stop();
  }
  const paths = modulePaths(run.model);
  for (const { module, isFinite } of calls) {
    if ((await isFinite.item()) === 1) continue;
    const path = paths.get(module) ?? "";
    const { name } = module.constructor;
    return path === "" ? name : `${path} (${name})`;
  }
  return undefined;
}
