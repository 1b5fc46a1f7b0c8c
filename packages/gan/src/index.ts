export { adversarialAccuracy } from "./attacks/adversarial-accuracy.ts";
export type { AdversarialAccuracyOptions, RobustAccuracy } from "./attacks/adversarial-accuracy.ts";
export type { AttackOptions, Bounds } from "./attacks/attack-options.ts";
export type { AttackProgress } from "./attacks/attack-pace.ts";
export { fgsm } from "./attacks/fgsm.ts";
export { adversarialAdded, adversarialOnly } from "./attacks/lessons.ts";
export type { Lesson } from "./attacks/lessons.ts";
export { pgd } from "./attacks/pgd.ts";
export type { PgdOptions } from "./attacks/pgd.ts";
export { pgdAttack } from "./attacks/pgd-attack.ts";
export type { Attack, PgdAttackOptions } from "./attacks/pgd-attack.ts";
export { gameHealth } from "./health/game-health.ts";
export type { GameHealth, GameHealthOptions } from "./health/game-health.ts";
export { gameReport } from "./health/game-report.ts";
export type {
  GameFigures,
  GameReport,
  GameReportOptions,
  KnownModes,
} from "./health/game-report.ts";
export { gameVerdict } from "./health/game-verdict.ts";
export type { GameState, GameVerdict } from "./health/game-verdict.ts";
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
export { adversarialTrainingStep } from "./steps/adversarial-training-step.ts";
export type { AdversarialTrainingOptions } from "./steps/adversarial-training-step.ts";
