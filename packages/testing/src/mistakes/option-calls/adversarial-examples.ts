import * as gan from "@dl/gan";
import { Linear } from "@dl/nn";
import { ones, zeros, type Tensor } from "@dl/tensor";
import type { OptionCalls } from "./option-call.ts";

const network = (): Linear => new Linear(4, 3);
const inputs = (): Tensor => ones([2, 4]);
const targets = (): Tensor => zeros([2], { dtype: "int32" });

const model = { sample: (count: number): Tensor => ones([count, 4]) };

/** Of attacks, what is measured by them, training against them; of looks at games. */
export const adversarialExampleCalls: OptionCalls = {
  adversarialAccuracy: () => [gan.adversarialAccuracy, network()],
  adversarialTrainingStep: () => [gan.adversarialTrainingStep, network()],
  fgsm: () => [gan.fgsm, network(), inputs(), targets()],
  gameHealth: () => [gan.gameHealth],
  gameReport: () => [gan.gameReport, model, network()],
  pgd: () => [gan.pgd, network(), inputs(), targets()],
  pgdAttack: () => [gan.pgdAttack, network()],
};
