import { parseArgs } from "node:util";
import { UsageError } from "./usage-error.ts";

const classifierNames = ["cnn", "mlp"] as const;
const autoencoderNames = ["autoencoder", "vae", "vae-conv", "vq-vae"] as const;
const modelNames = [...classifierNames, ...autoencoderNames] as const;
const backendNames = ["cpu", "webgpu", "reference"] as const;
const optimizerNames = ["adam", "sgd", "momentum", "nesterov"] as const;

export type ClassifierName = (typeof classifierNames)[number];
export type AutoencoderName = (typeof autoencoderNames)[number];
export type ModelName = ClassifierName | AutoencoderName;
export type BackendName = (typeof backendNames)[number];
export type OptimizerName = (typeof optimizerNames)[number];

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
  /** How many pictures are drawn, where they are. */
  readonly examples: number | undefined;
  /** File that pictures made by the model are written to. */
  readonly samples: string | undefined;
  /** File that the computation graph is drawn to. */
  readonly graph: string | undefined;
  readonly json: boolean;
}

export const help = `Trains a network in the terminal: to read digits, or to make pictures.

  npm start                          a convolutional network reads drawn digits
  npm run train -- --data FOLDER     the same on MNIST's files in FOLDER
  npm run train -- --model vae       a variational autoencoder of drawn digits

  --model NAME          reads digits: ${classifierNames.join(" | ")} (default cnn)
                        makes pictures: ${autoencoderNames.join(" | ")}
  --data PLACE          digits or faces, which are drawn, or a folder with
                        train-images-idx3-ubyte, train-labels-idx1-ubyte,
                        t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte, plain or .gz;
                        for models that make pictures also a folder of PNG and JPEG files
  --examples N          pictures drawn, where they are (default 40000 digits to read,
                        20000 digits or 8000 faces to make)
  --backend NAME        ${backendNames.join(" | ")} (default cpu)
  --optimizer NAME      ${optimizerNames.join(" | ")} (default adam)
  --epochs N            passes over the training data (default 1; 5 to make pictures)
  --batch-size N        examples per step (default 64; 128 to make pictures)
  --learning-rate X     of the first step, falling to 0 at the last
                        (default 0.003 for adam, 0.1 for sgd, 0.02 for the others;
                        to make pictures 0.002 for adam, 0.00001 for the others)
  --seed N              of weights, order and drawn pictures (default 0)
  --graph FILE          draw the computation graph of a step to FILE, as SVG, before training
  --samples FILE        write pictures that the model made to FILE, as PNG
  --json                print one line of JSON at the end; everything else goes to stderr
  --help                this text
`;

const defaultLearningRates: { readonly [Name in OptimizerName]: number } = {
  adam: 0.003,
  sgd: 0.1,
  momentum: 0.02,
  nesterov: 0.02,
};
/** A picture's bound is a sum over its pixels, so that its gradients are large. */
const pictureLearningRates: typeof defaultLearningRates = {
  adam: 0.002,
  sgd: 1e-5,
  momentum: 1e-5,
  nesterov: 1e-5,
};

/** Of the random streams: their seeds are 32 bits. */
const mostSeed = 2 ** 32 - 1;
/** Bounds that keep a slip of the finger from asking for more memory than a machine has. */
const mostExamples = 10_000_000;
const mostBatchSize = 65_536;
const mostEpochs = 10_000;

/** @returns the options, or `"help"`. @throws {UsageError} for anything it does not understand. */
export function parseOptions(args: readonly string[]): TrainOptions | "help" {
  const values = parseFlags(args);
  if (values.help === true) return "help";
  const optimizer = choice("optimizer", values.optimizer ?? "adam", optimizerNames);
  const model = choice("model", values.model ?? "cnn", modelNames);
  const isReader = classifierNames.some((name) => name === model);
  // Before there were models that make pictures, --samples was the number of drawn digits.
  const [countFlag, count] =
    isReader && values.samples !== undefined
      ? (["samples", values.samples] as const)
      : (["examples", values.examples] as const);
  if (!isReader && values.graph !== undefined)
    throw new UsageError(
      `--graph needs a model that reads digits, ${classifierNames.join(" or ")}: received it for ${model}.`,
    );
  return {
    data: values.data,
    epochs: wholeNumber("epochs", values.epochs ?? (isReader ? "1" : "5"), 1, mostEpochs),
    seed: wholeNumber("seed", values.seed ?? "0", 0, mostSeed),
    model,
    backend: choice("backend", values.backend ?? "cpu", backendNames),
    optimizer,
    batchSize: wholeNumber(
      "batch-size",
      values["batch-size"] ?? (isReader ? "64" : "128"),
      1,
      mostBatchSize,
    ),
    learningRate: positive(
      "learning-rate",
      values["learning-rate"] ??
        String((isReader ? defaultLearningRates : pictureLearningRates)[optimizer]),
    ),
    examples: count === undefined ? undefined : wholeNumber(countFlag, count, 1, mostExamples),
    graph: values.graph,
    samples: isReader ? undefined : values.samples,
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
  examples: text,
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
