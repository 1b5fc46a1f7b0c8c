import { parseArgs } from "node:util";

/** A mistake of the user's: told in one line, without a stack trace, exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export const modelNames = ["cnn", "mlp"] as const;
export const backendNames = ["cpu", "reference"] as const;
export const optimizerNames = ["adam", "sgd", "momentum", "nesterov"] as const;

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
  --epochs N            passes over the training data (default 2)
  --batch-size N        examples per step (default 64)
  --learning-rate X     default 0.001 for adam, 0.1 for sgd, 0.01 for the others
  --samples N           drawn digits per epoch, without --data (default 20000)
  --seed N              of weights, order and drawn digits (default 0)
  --json                print one line of JSON at the end, progress goes to stderr
  --help                this text
`;

const defaultLearningRates: { readonly [Name in OptimizerName]: number } = {
  adam: 1e-3,
  sgd: 0.1,
  momentum: 0.01,
  nesterov: 0.01,
};

/** @returns the options, or `"help"`. @throws {UsageError} for anything it does not understand. */
export function parseOptions(args: readonly string[]): TrainOptions | "help" {
  const values = parseFlags(args);
  if (values.help === true) return "help";
  const optimizer = choice("optimizer", values.optimizer ?? "adam", optimizerNames);
  return {
    data: values.data,
    epochs: wholeNumber("epochs", values.epochs ?? "2", 1),
    seed: wholeNumber("seed", values.seed ?? "0", 0),
    model: choice("model", values.model ?? "cnn", modelNames),
    backend: choice("backend", values.backend ?? "cpu", backendNames),
    optimizer,
    batchSize: wholeNumber("batch-size", values["batch-size"] ?? "64", 1),
    learningRate: positive("learning-rate", values["learning-rate"], defaultLearningRates[optimizer]),
    samples: wholeNumber("samples", values.samples ?? "20000", 1),
    json: values.json === true,
  };
}

interface Flags {
  data?: string;
  model?: string;
  backend?: string;
  optimizer?: string;
  epochs?: string;
  "batch-size"?: string;
  "learning-rate"?: string;
  samples?: string;
  seed?: string;
  json?: boolean;
  help?: boolean;
}

function parseFlags(args: readonly string[]): Flags {
  try {
    const text = { type: "string" } as const;
    const flag = { type: "boolean" } as const;
    return parseArgs({
      args: [...args],
      strict: true,
      options: {
        data: text,
        model: text,
        backend: text,
        optimizer: text,
        epochs: text,
        "batch-size": text,
        "learning-rate": text,
        samples: text,
        seed: text,
        json: flag,
        help: flag,
      },
    }).values;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${message.split(". ")[0]!}. See --help.`);
  }
}

function choice<Name extends string>(flag: string, value: string, names: readonly Name[]): Name {
  const name = names.find((known) => known === value);
  if (name === undefined)
    throw new UsageError(`--${flag} must be ${names.join(" or ")}: received "${value}".`);
  return name;
}

function wholeNumber(flag: string, text: string, least: number): number {
  const value = text.trim() === "" ? NaN : Number(text);
  if (!Number.isSafeInteger(value) || value < least)
    throw new UsageError(
      `--${flag} must be a whole number of at least ${least}: received "${text}".`,
    );
  return value;
}

function positive(flag: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const value = text.trim() === "" ? NaN : Number(text);
  if (!(value > 0 && Number.isFinite(value)))
    throw new UsageError(`--${flag} must be a number above 0: received "${text}".`);
  return value;
}
