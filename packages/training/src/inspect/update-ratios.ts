import { noGrad } from "@dl/autograd";
import { checkOptions } from "@dl/backend";
import { concatenate, type Tensor } from "@dl/tensor";
import { checkCount } from "@dl/nn";
import type { Callback } from "../callback.ts";
import type { StepReport } from "../reports.ts";
import { namedParametersOf } from "../training-step.ts";

/** ‖change‖ / ‖parameter‖ of one step, by the parameters' paths. */
export type UpdateRatios = ReadonlyMap<string, number>;

/**
 * Tells how large a step was beside what it changed: ‖θ after − θ before‖ / ‖θ before‖ for every
 * parameter; about 10⁻³ is healthy. A parameter that was all 0 is left out.
 *
 * Source: the rule of thumb: Karpathy, notes of CS231n, "Ratio of weights:updates".
 *
 * @throws {ArgumentError} unless `every` is a whole number of at least 1.
 * @example
 * const data = [{ inputs, targets }];
 * const ratios = [];
 * const callbacks = [updateRatios((found) => ratios.push(found.get("0.weight")), { every: 1 })];
 * await fit(model, { loss: crossEntropy, optimizer, data, epochs: 1, callbacks });
 * ratios[0] > 0; // => true
 */
export function updateRatios(
  listener: (ratios: UpdateRatios, step: StepReport) => void,
  options: { readonly every?: number } = {},
): Callback {
  const { every = 100 } = checkOptions("updateRatios", options, { every: "number" });
  checkCount("updateRatios", "every", every);
  let before: ReadonlyMap<string, Tensor> | undefined;
  return {
    beforeStep(step, { trainingStep }) {
      const isDue = step % every === 0;
      before = isDue
        ? new Map([...namedParametersOf(trainingStep)].map(([name, x]) => [name, x.detach()]))
        : undefined;
    },
    async onStep(step, { trainingStep }) {
      if (before === undefined) return;
      const old = before;
      before = undefined;
      const after = [...namedParametersOf(trainingStep)];
      const lengths = await noGrad(() =>
        concatenate(
          after.flatMap(([name, x]) => {
            const start = old.get(name)!;
            return [x.sub(start).norm(), start.norm()].map((n) => n.cast("float32").reshape([1]));
          }),
        ),
      ).data();
      const found = after.map(
        ([name], i) => [name, lengths[2 * i]! / lengths[2 * i + 1]!] as const,
      );
      listener(new Map(found.filter(([, ratio]) => Number.isFinite(ratio))), step);
    },
  };
}
