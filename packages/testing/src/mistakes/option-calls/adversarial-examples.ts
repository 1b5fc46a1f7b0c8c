import * as gan from "@dl/gan";
import { Linear } from "@dl/nn";
import { ones, zeros, type Tensor } from "@dl/tensor";
import type { OptionCalls } from "./option-call.ts";

const network = (): Linear => new Linear(4, 3);
const inputs = (): Tensor => ones([2, 4]);
const targets = (): Tensor => zeros([2], { dtype: "int32" });

/** Of attacks, what is measured by them, and training against them. */
export const adversarialExampleCalls: OptionCalls = {
  adversarialAccuracy: () => [gan.adversarialAccuracy, network()],
  adversarialTrainingStep: () => [gan.adversarialTrainingStep, network()],
  fgsm: () => [gan.fgsm, network(), inputs(), targets()],
  pgd: () => [gan.pgd, network(), inputs(), targets()],
  pgdAttack: () => [gan.pgdAttack, network()],
};
