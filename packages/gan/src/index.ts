export type { AdversarialLoss } from "./losses/adversarial-loss.ts";
export {
  hinge,
  leastSquares,
  minimax,
  nonSaturating,
  relativisticAverage,
  wasserstein,
} from "./losses/losses.ts";
export type { Judge, LazyPenalty, Penalty } from "./penalties/penalty.ts";
export { adversarialStep } from "./steps/adversarial-step.ts";
export type { GameScalars } from "./steps/adversarial-step.ts";
export type { AdversarialStepOptions, GeneratorTerm } from "./steps/adversarial-options.ts";
export type { Players } from "./steps/players.ts";
