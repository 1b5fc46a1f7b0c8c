import { ArgumentError, checkList } from "@dl/backend";
import type { GameReport } from "./game-report.ts";

/** How a game goes; the first five are alarms. */
export type GameState =
  | "penalty explodes"
  | "dead generator"
  | "memorises"
  | "discriminator wins"
  | "generator collapsed"
  | "still learning"
  | "healthy";

/** What {@link gameVerdict} says. */
export interface GameVerdict {
  readonly state: GameState;
  /** Whether something is wrong that more steps will not mend. */
  readonly isAlarm: boolean;
  /** The figures that led to it, and advice, in words. */
  readonly message: string;
  /** The latest look. */
  readonly report: GameReport;
}

/** Looks that must agree where one alone may be chance. */
const patience = 3;
/** How much nearer samples must have come in so many looks: healthy games gained a third of the way or were there. */
const progress = 0.9;
/** Energy distance below which there is not much left to gain; healthy rings end at 0.00, digits at 0.02 to 0.03. */
const near = 0.1;
/** A loss that many times as large as its scores explain; healthy games stayed below 2, and began below 6. */
const explosion = 20;
/** Length of the generator's gradient below which it stands still; healthy ones were above 0.05, of collapsed ones 0.005. */
const faint = 1e-3;
/** Chance to know learnt data from held-out data: means of three looks were at most 0.55 in healthy games, 0.60 and more with 64 samples. */
const byHeart = 0.59;

interface Rule {
  readonly state: GameState;
  /** The figures, where the rule holds. */
  readonly figures: (latest: GameReport, looks: readonly GameReport[]) => string | undefined;
  readonly advice: string;
}

/** In the order in which they are asked: what explains the others stands first. */
const alarms: readonly Rule[] = [
  {
    state: "penalty explodes",
    figures: (r) => {
      const { discriminatorLoss: loss = 0, lossOverScores: ratio = 0 } = r;
      const broken = [loss, r.realScore, r.fakeScore].find((x) => !Number.isFinite(x));
      if (broken !== undefined) return `the discriminator's figures include ${broken}`;
      return ratio > explosion
        ? `the discriminator's loss was ${fixed(ratio)} times what its scores explain, its slope is ${fixed(r.slope)}`
        : undefined;
    },
    advice:
      "Lower the discriminator's learning rate or the penalty's weight, keep its beta1 at 0 or 0.5, and have the penalty in every step instead of now and then.",
  },
  {
    state: "dead generator",
    figures: (latest, looks) => {
      const dead = (r: GameReport): boolean =>
        (r.gradientNorms?.["generator"] ?? 1) < faint || (r.idle?.["generator"] ?? 0) >= 0.5;
      if (!agree(looks, 2, dead)) return undefined;
      const [norm = Number.NaN, idle = Number.NaN] = [
        latest.gradientNorms?.["generator"],
        latest.idle?.["generator"],
      ];
      return `the generator's gradient has length ${fixed(norm)}, and ${percent(idle)} of its parameters have none at all`;
    },
    advice:
      "Use a loss whose gradient does not vanish where the discriminator is sure (nonSaturating, leastSquares, hinge), a lower learning rate for the generator, and LeakyReLU or normalisation in it.",
  },
  {
    state: "memorises",
    figures: (r, looks) => {
      const known = meanOf(looks, ({ remembered }) => remembered) > byHeart;
      const copies = agree(looks, 2, ({ copied, diversity }) => copied > 0.85 && diversity > 0.6);
      return known || copies
        ? `the discriminator puts data it learnt from above held-out data ${percent(r.remembered)} of the time, and ${percent(r.copied)} of the samples lie nearer to the data than held-out data do, where half is right`
        : undefined;
    },
    advice:
      "Get more data, augment what the discriminator sees (augment), make it smaller, or stop earlier.",
  },
  {
    state: "discriminator wins",
    figures: (r, looks) =>
      isStuck(looks) && agree(looks, patience, ({ told }) => told >= 0.99)
        ? `it tells ${percent(r.told)} of the samples from data (scores ${fixed(r.realScore)} and ${fixed(r.fakeScore)}), and they came no nearer: energy distance ${fixed(r.distance)}`
        : undefined,
    advice:
      "Lower its learning rate or raise the generator's, give it fewer steps for each of the generator's, a gradient penalty or spectral norms, or noise on what it sees.",
  },
  {
    state: "generator collapsed",
    figures: (r, looks) => {
      if (!(isStuck(looks) || wanders(looks)) || !isNarrow(looks)) return undefined;
      const modes = r.modes === undefined ? "" : `, ${r.modes} of ${r.modesKnown} modes`;
      return `samples differ ${percent(r.diversity)} as much as data do, and ${percent(r.coverage)} of the data have one near${modes}; energy distance ${fixed(r.distance)}`;
    },
    advice:
      "Lower the generator's learning rate and beta1, let the discriminator see several samples at once (minibatch standard deviation), or use leastSquares, or wasserstein with a gradient penalty.",
  },
];

/**
 * Judges how a game goes by looks at it, the latest one last: a state in words, with the figures that
 * led to it and advice. What one look alone cannot know, such as whether the samples still come nearer,
 * needs the looks before it: about twenty in a training.
 *
 * Alarms, in this order: the discriminator's loss is not finite or 20 times as large as its scores
 * explain; twice the generator's gradient is below 10⁻³, or half of its parameters have none; in the mean
 * of three looks the discriminator knows learnt data from held-out data 59 % of the time, or twice 85 % of
 * samples that are varied lie nearer to the data than held-out data do; for three looks samples come no
 * nearer and the discriminator tells 99 % of them; or they come no nearer, or go away again, and differ in
 * the mean by less than 0.7 of what data do, or miss a quarter of the modes. A generator that begins narrow
 * is not collapsed as long as its samples come nearer. The thresholds lie between what healthy and failing
 * trainings on rings and digits showed.
 *
 * @throws {ArgumentError} without a look.
 * @example
 * const latent = new Independent(new Normal(zeros([4]), 1), 1);
 * const game = [new LatentGenerator(new Linear(4, 4), latent), new Linear(4, 1)];
 * const report = await gameReport(...game, { data: normal([64, 4]), heldOut: normal([64, 4]) });
 * gameVerdict([report]).isAlarm; // => false
 * gameVerdict([{ ...report, discriminatorLoss: Infinity }]).state; // => "penalty explodes"
 */
export function gameVerdict(looks: readonly GameReport[]): GameVerdict {
  checkList("gameVerdict", looks, "the looks", "reports");
  const report = looks.at(-1);
  if (report === undefined)
    throw new ArgumentError(
      "gameVerdict",
      "needs a look at the game: received an empty list. Take one with gameReport.",
    );
  for (const { state, figures, advice } of alarms) {
    const found = figures(report, looks);
    if (found !== undefined)
      return { state, isAlarm: true, message: `${capital(state)}: ${found}. ${advice}`, report };
  }
  const state =
    report.distance < near && report.diversity > 0.8 ? ("healthy" as const) : "still learning";
  const message = `${capital(state)}: energy distance ${fixed(report.distance)}, samples differ ${percent(report.diversity)} as much as data do, the discriminator tells ${percent(report.told)} of them.`;
  return { state, isAlarm: false, message, report };
}

function agree(
  looks: readonly GameReport[],
  count: number,
  holds: (look: GameReport) => boolean,
): boolean {
  return looks.length >= count && looks.slice(-count).every(holds);
}

/** Whether the latest looks saw samples no nearer to the data than those before had. */
function isStuck(looks: readonly GameReport[]): boolean {
  const nearest = (some: readonly GameReport[]): number =>
    Math.min(...some.map(({ distance }) => distance));
  const [before, lately] = [looks.slice(0, -patience), looks.slice(-patience)];
  return before.length > 0 && nearest(lately) > Math.max(near, progress * nearest(before));
}

/** Whether the latest looks saw samples on average further away than they had been at best. */
function wanders(looks: readonly GameReport[]): boolean {
  const before = Math.min(...looks.slice(0, -patience).map(({ distance }) => distance));
  return meanOf(looks, ({ distance }) => distance) > Math.max(near, before);
}

function isNarrow(looks: readonly GameReport[]): boolean {
  const misses = ({ modes, modesKnown }: GameReport): boolean =>
    modes !== undefined && modes <= 0.75 * modesKnown!;
  return meanOf(looks, ({ diversity }) => diversity) < 0.7 || agree(looks, patience, misses);
}

/** Of the latest looks; not a number where there are too few. */
function meanOf(looks: readonly GameReport[], of: (look: GameReport) => number): number {
  if (looks.length < patience) return Number.NaN;
  return looks.slice(-patience).reduce((sum, look) => sum + of(look), 0) / patience;
}

const fixed = (value: number): string => String(Number(value.toPrecision(3)));
const percent = (share: number): string => `${Math.round(100 * share)} %`;
const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);
