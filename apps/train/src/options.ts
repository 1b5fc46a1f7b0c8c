import { parseArgs } from "node:util";
import { UsageError } from "./usage-error.ts";

const modelNames = ["cnn", "mlp"] as const;
const backendNames = ["cpu", "webgpu", "reference"] as const;
const optimizerNames = ["adam", "sgd", "momentum", "nesterov"] as const;

export type ClassifierName = "cnn" | "mlp";
export type ModelName = (typeof modelNames)[number];
export type BackendName = (typeof backendNames)[number];
export type OptimizerName = (typeof optimizerNames)[number];

export interface TrainOptions {
  /** Folder with MNIST's four files; procedural digits when absent. */
  readonly data: string | undefined;
  readonly epochs: number;
  readonly seed: number;
  readonly model: ModelName;
  readonly backend: BackendName;
  readonly optimizer: OptimizerName;
  readonly batchSize: number;
  readonly learningRate: number;
  /** Procedural digits drawn per epoch. */
  readonly samples: number;
  /** File that the computation graph is drawn to. */
  readonly graph: string | undefined;
  readonly json: boolean;
}

export const help = `Trains a network to read digits, in the terminal.

  npm start                          a convolutional network on drawn digits
  npm run train -- --data FOLDER     the same on MNIST's files in FOLDER

  --data FOLDER         folder with train-images-idx3-ubyte, train-labels-idx1-ubyte,
                        t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte, plain or .gz
  --model NAME          ${modelNames.join(" | ")} (default cnn)
  --backend NAME        ${backendNames.join(" | ")} (default cpu)
  --optimizer NAME      ${optimizerNames.join(" | ")} (default adam)
  --epochs N            passes over the training data (default 1)
  --batch-size N        examples per step (default 64)
  --learning-rate X     of the first step, falling to 0 at the last
                        (default 0.003 for adam, 0.1 for sgd, 0.02 for the others)
  --samples N           drawn digits per epoch, without --data (default 40000)
  --seed N              of weights, order and drawn digits (default 0)
  --graph FILE          draw the computation graph of a step to FILE, as SVG, before training
  --json                print one line of JSON at the end; everything else goes to stderr
  --help                this text
`;

const defaultLearningRates: { readonly [Name in OptimizerName]: number } = {
  adam: 0.003,
  sgd: 0.1,
  momentum: 0.02,
  nesterov: 0.02,
};

/** Of the random streams: their seeds are 32 bits. */
const mostSeed = 2 ** 32 - 1;
/** Bounds that keep a slip of the finger from asking for more memory than a machine has. */
const mostSamples = 10_000_000;
const mostBatchSize = 65_536;
const mostEpochs = 10_000;

/** @returns the options, or `"help"`. @throws {UsageError} for anything it does not understand. */
export function parseOptions(args: readonly string[]): TrainOptions | "help" {
  const values = parseFlags(args);
  if (values.help === true) return "help";
  const optimizer = choice("optimizer", values.optimizer ?? "adam", optimizerNames);
  return {
    data: values.data,
    epochs: wholeNumber("epochs", values.epochs ?? "1", 1, mostEpochs),
    seed: wholeNumber("seed", values.seed ?? "0", 0, mostSeed),
    model: choice("model", values.model ?? "cnn", modelNames),
    backend: choice("backend", values.backend ?? "cpu", backendNames),
    optimizer,
    batchSize: wholeNumber("batch-size", values["batch-size"] ?? "64", 1, mostBatchSize),
    learningRate: positive(
      "learning-rate",
      values["learning-rate"] ?? String(defaultLearningRates[optimizer]),
    ),
    samples: wholeNumber("samples", values.samples ?? "40000", 1, mostSamples),
    graph: values.graph,
    json: values.json === true,
  };
}

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;
const flags = {
  data: text,
  model: text,
  backend: text,
  optimizer: text,
  epochs: text,
  "batch-size": text,
  "learning-rate": text,
  samples: text,
  seed: text,
  graph: text,
  json: flag,
  help: { ...flag, short: "h" },
} as const;

type FlagValues = {
  [Name in keyof typeof flags]?: (typeof flags)[Name]["type"] extends "boolean" ? boolean : string;
};

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

function choice<Name extends string>(name: string, value: string, known: readonly Name[]): Name {
  const found = known.find((candidate) => candidate === value);
  if (found === undefined)
    throw new UsageError(`--${name} must be ${known.join(" or ")}: received "${value}".`);
  return found;
}

function wholeNumber(name: string, value: string, least: number, most: number): number {
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
