import {
  checkCount,
  checkFunction,
  checkOptions,
  extendKinds,
  type OptionKinds,
} from "@dl/backend";
import type { GenerativeModel, Network } from "@dl/generator";
import { Module } from "@dl/nn";
import type { Callback, TrainingRun } from "@dl/training";
import {
  gameReport,
  gameReportKinds,
  type GameReport,
  type GameReportOptions,
} from "./game-report.ts";
import { gameVerdict, type GameVerdict } from "./game-verdict.ts";
import { gradientReport } from "./gradient-report.ts";

/** Who plays, when {@link gameHealth} looks, and whom it tells. */
export interface GameHealthOptions extends GameReportOptions {
  /** What judges samples: the network, or a function of samples. */
  readonly discriminator: Network;
  /** What makes them. */
  readonly model: GenerativeModel;
  /** Steps from one look to the next. Default 200; a twentieth of the training is a good choice. */
  readonly every?: number;
  /** Called with the verdict once something is wrong, and again if it is something else; prints its message unless said. */
  readonly warn?: (verdict: GameVerdict) => void;
  /** Called with each verdict. */
  readonly show?: (verdict: GameVerdict) => void;
}

const kinds: OptionKinds<GameHealthOptions> = /* @__PURE__ */ extendKinds(gameReportKinds, {
  discriminator: "function|object",
  model: "object",
  every: "number",
  warn: "function",
  show: "function",
});

/** A callback that has judged a game so far. */
export interface GameHealth extends Callback {
  /** One for each look, the last one last. */
  readonly verdicts: readonly GameVerdict[];
}

/** Steps from one glance at the losses that were read anyway to the next. */
const stepsBetweenGlances = 10;

/**
 * A callback that tells how a game goes: every so many steps {@link gameReport}, the lengths of the
 * gradients of the step just made, and {@link gameVerdict} of all looks so far. For any training step in
 * which a discriminator judges what a generator makes; losses are glanced at where the step gives
 * `discriminatorLoss`, `realScore` and `fakeScore`, gradients where it names its networks `generator`
 * and `discriminator`. The looks are part of the training's state.
 *
 * @throws {ArgumentError} for options out of their range.
 * @example
 * const latent = new Independent(new Normal(zeros([2]), 1), 1);
 * const model = new LatentGenerator(new Linear(2, 4), latent);
 * const discriminator = new Linear(4, 1);
 * const optimizers = {
 *   generator: new Adam(model.parameters()),
 *   discriminator: new Adam(discriminator.parameters()),
 * };
 * const step = adversarialStep(model, discriminator, { optimizers });
 * const heldOut = normal([64, 4]);
 * const health = gameHealth({ model, discriminator, data: inputs, heldOut, every: 2 });
 * await fit(step, { data: [inputs], epochs: 4, callbacks: [health] });
 * health.verdicts.map(({ state }) => state); // => ["still learning", "still learning"]
 */
export function gameHealth(options: GameHealthOptions): GameHealth {
  const op = "gameHealth";
  const {
    model,
    discriminator,
    every = 200,
    // oxlint-disable-next-line no-console -- an alarm that nobody hears is none
    warn = ({ message }: GameVerdict): void => console.warn(message),
    show,
    ...look
  } = checkOptions(op, options, kinds);
  checkFunction(op, "model.sample", (model as GenerativeModel | undefined)?.sample);
  checkCount(op, "every", every);
  const verdicts: GameVerdict[] = [];
  let largest = 0;
  const glance = ({ discriminatorLoss, realScore, fakeScore }: Figures): void => {
    if (discriminatorLoss === undefined) return;
    const explained = 1 + Math.abs(realScore ?? 0) + Math.abs(fakeScore ?? 0);
    largest = Math.max(largest, discriminatorLoss / explained);
  };
  const judge = async (step: number, run: TrainingRun): Promise<void> => {
    const { discriminatorLoss } = await run.readRecent();
    const report: GameReport = {
      ...(await gameReport(model, discriminator, look)),
      ...(await gradientReport(playersOf(run, model, discriminator))),
      step,
      ...(discriminatorLoss !== undefined && { discriminatorLoss, lossOverScores: largest }),
    };
    largest = 0;
    const before = verdicts.at(-1)?.state;
    const verdict = gameVerdict([...verdicts.map((each) => each.report), report]);
    verdicts.push(verdict);
    show?.(verdict);
    if (verdict.isAlarm && verdict.state !== before) warn(verdict);
  };
  return {
    verdicts,
    async onStep({ step }, run) {
      if (step % stepsBetweenGlances === 0) glance(run.recent());
      if (step % every === 0) await judge(step, run);
    },
    stateDict: (): readonly GameVerdict[] => [...verdicts],
    loadStateDict(state: readonly GameVerdict[]) {
      verdicts.splice(0, verdicts.length, ...state);
    },
  };
}

type Figures = Readonly<Record<string, number | undefined>>;

/** The networks that learn; what is looked at may be an average of them. */
function playersOf(
  { trainingStep }: TrainingRun,
  model: unknown,
  discriminator: unknown,
): Record<string, Module> {
  const { generator = model, discriminator: other = discriminator } = trainingStep.modules;
  const players = { generator, discriminator: other };
  return Object.fromEntries(
    Object.entries(players).filter(
      (entry): entry is [string, Module] => entry[1] instanceof Module,
    ),
  );
}
