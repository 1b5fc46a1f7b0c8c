import { parseArgs } from "node:util";
import { modelDefaults } from "./model-defaults.ts";
import {
  backendNames,
  classifierNames,
  gameNames,
  lossNames,
  modelNames,
  optimizerNames,
  penaltyNames,
  type BackendName,
  type LossName,
  type ModelName,
  type OptimizerName,
  type PenaltyName,
} from "./names.ts";
import { UsageError } from "./usage-error.ts";
import { userPath } from "./user-path.ts";

export interface TrainOptions {
  /** "digits" or "faces", which are drawn, or a folder; drawn digits when absent. */
  readonly data: string | undefined;
  readonly epochs: number;
  readonly seed: number;
  readonly model: ModelName;
  readonly backend: BackendName;
  readonly optimizer: OptimizerName;
  readonly batchSize: number;
  readonly learningRate: number;
  /** Folder of what pictures are to become: pairs by name, or any bag of pictures. */
  readonly targets: string | undefined;
  /** Of the game; the model's own unless said. */
  readonly loss: LossName | undefined;
  readonly penalty: PenaltyName | undefined;
  /** How many pictures are drawn, where they are. */
  readonly examples: number | undefined;
  /** File that pictures made by the model are written to. */
  readonly samples: string | undefined;
  /** File that the computation graph is drawn to. */
  readonly graph: string | undefined;
  /** Folder that checkpoints are kept in. */
  readonly save: string | undefined;
  /** Folder of checkpoints to go on from. */
  readonly resume: string | undefined;
  /** Steps from one checkpoint to the next; one after each epoch unless said. */
  readonly every: number | undefined;
  /** File that the weights are written to at the end. */
  readonly export: string | undefined;
  /** File of weights to begin with. */
  readonly load: string | undefined;
  /** File that the run is recorded in. */
  readonly run: string | undefined;
  readonly json: boolean;
}

/** Of the random streams: their seeds are 32 bits. */
const mostSeed = 2 ** 32 - 1;
/** Bounds that keep a slip of the finger from asking for more memory than a machine has. */
const mostExamples = 10_000_000;
const mostBatchSize = 65_536;
const mostEpochs = 10_000;
const mostSteps = 1_000_000_000;

/** @returns the options, or `"help"`. @throws {UsageError} for anything it does not understand. */
export function parseOptions(args: readonly string[]): TrainOptions | "help" {
  const values = parseFlags(args);
  if (values.help === true) return "help";
  const optimizer = choice("optimizer", values.optimizer ?? "adam", optimizerNames);
  const model = choice("model", values.model ?? "cnn", modelNames);
  const isReader = classifierNames.some((name) => name === model);
  const defaults = modelDefaults[model];
  // Before there were models that make pictures, --samples was the number of drawn digits.
  const [countFlag, count] =
    isReader && values.samples !== undefined
      ? (["samples", values.samples] as const)
      : (["examples", values.examples] as const);
  if (!isReader && values.graph !== undefined)
    throw new UsageError(
      `--graph needs a model that reads digits, ${classifierNames.join(" or ")}: received it for ${model}.`,
    );
  const only = (flag: keyof FlagValues, models: readonly ModelName[]): void => {
    if (values[flag] !== undefined && !models.includes(model))
      throw new UsageError(`--${flag} needs ${models.join(" or ")}: received it for ${model}.`);
  };
  if (values.every !== undefined && values.save === undefined && values.resume === undefined)
    throw new UsageError("--every needs --save FOLDER or --resume FOLDER.");
  if (values.run !== undefined && (values.save ?? values.resume ?? values.load) !== undefined)
    throw new UsageError("--run records a whole run: leave out --save, --resume and --load.");
  only("loss", gameNames);
  only("penalty", ["dcgan", "sngan", "stylegan"]);
  only("targets", ["pix2pix", "cyclegan"]);
  return {
    data: values.data,
    targets: values.targets,
    loss: values.loss === undefined ? undefined : choice("loss", values.loss, lossNames),
    penalty:
      values.penalty === undefined ? undefined : choice("penalty", values.penalty, penaltyNames),
    epochs: wholeNumber("epochs", values.epochs ?? String(defaults.epochs), 1, mostEpochs),
    seed: wholeNumber("seed", values.seed ?? "0", 0, mostSeed),
    model,
    backend: choice("backend", values.backend ?? "cpu", backendNames),
    optimizer,
    batchSize: wholeNumber(
      "batch-size",
      values["batch-size"] ?? String(defaults.batchSize),
      1,
      mostBatchSize,
    ),
    learningRate: positive(
      "learning-rate",
      values["learning-rate"] ?? String(defaults.learningRates[optimizer]),
    ),
    examples: count === undefined ? undefined : wholeNumber(countFlag, count, 1, mostExamples),
    graph: values.graph,
    samples: isReader ? undefined : values.samples,
    save: optionalPath(values.save),
    resume: optionalPath(values.resume),
    every:
      values.every === undefined ? undefined : wholeNumber("every", values.every, 1, mostSteps),
    export: values.export,
    load: values.load,
    run: values.run,
    json: values.json === true,
  };
}

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;
const flags = {
  data: text,
  targets: text,
  loss: text,
  penalty: text,
  model: text,
  backend: text,
  optimizer: text,
  epochs: text,
  "batch-size": text,
  "learning-rate": text,
  examples: text,
  samples: text,
  seed: text,
  save: text,
  resume: text,
  every: text,
  export: text,
  load: text,
  run: text,
  graph: text,
  json: flag,
  help: { ...flag, short: "h" },
} as const;

type FlagValues = {
  [Name in keyof typeof flags]?: (typeof flags)[Name]["type"] extends "boolean" ? boolean : string;
};

const optionalPath = (path: string | undefined): string | undefined =>
  path === undefined ? undefined : userPath(path);

function parseFlags(args: readonly string[]): FlagValues {
  try {
    return parseArgs({ args: joinNegativeNumbers(args), options: flags }).values;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // Node's messages go on with advice about dashes that does not help here.
    const [problem] = message.split(/\.\s/) as [string];
    throw new UsageError(
      `${problem.replace(/(?: <value>)?' argument (?:is ambiguous|missing)/, "' argument missing")}. See --help.`,
    );
  }
}

/** `--epochs -1` becomes `--epochs=-1`, so that the complaint is about the number, not the dash. */
function joinNegativeNumbers(args: readonly string[]): string[] {
  const joined: string[] = [];
  for (const arg of args) {
    const before = joined.at(-1);
    if (before !== undefined && /^--[a-z-]+$/.test(before) && /^-[\d.]/.test(arg))
      joined[joined.length - 1] = `${before}=${arg}`;
    else joined.push(arg);
  }
  return joined;
}

export function choice<Name extends string>(
  name: string,
  value: string,
  known: readonly Name[],
): Name {
  const found = known.find((candidate) => candidate === value);
  if (found === undefined)
    throw new UsageError(`--${name} must be ${known.join(" or ")}: received "${value}".`);
  return found;
}

export function wholeNumber(name: string, value: string, least: number, most: number): number {
  const number = value.trim() === "" ? NaN : Number(value);
  if (!Number.isInteger(number) || number < least || number > most)
    throw new UsageError(
      `--${name} must be a whole number from ${least} to ${most}: received "${value}".`,
    );
  return number;
}

function positive(name: string, value: string): number {
  const number = value.trim() === "" ? NaN : Number(value);
  if (!(number > 0 && Number.isFinite(number)))
    throw new UsageError(`--${name} must be a number above 0: received "${value}".`);
  return number;
}
