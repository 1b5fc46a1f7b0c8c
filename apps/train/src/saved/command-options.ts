import { parseArgs } from "node:util";
import { backendNames, modelNames, type BackendName, type ModelName } from "../names.ts";
import { choice, wholeNumber } from "../options.ts";
import { UsageError } from "../usage-error.ts";

const needsPictures = {
  predict: true,
  sample: false,
  interpolate: false,
  "mix-styles": false,
  project: true,
  translate: true,
} as const;

/** What can be done with the weights of a file. */
export type CommandName = keyof typeof needsPictures;

export const isCommand = (word: string): word is CommandName => Object.hasOwn(needsPictures, word);

export interface CommandOptions {
  /** File of weights. */
  readonly load: string;
  /** What the weights are of, where the file does not say. */
  readonly model: ModelName | undefined;
  /** Files of pictures. */
  readonly pictures: readonly string[];
  /** How many pictures are made. */
  readonly count: number;
  readonly seed: number;
  readonly backend: BackendName;
  /** Whether the second kind is turned into the first. */
  readonly back: boolean;
  /** File that pictures are written to. */
  readonly samples: string | undefined;
  readonly json: boolean;
}

const mostPictures = 10_000;
const usualCount = 24;

/** @throws {UsageError} for anything it does not understand. */
export function parseCommand(command: CommandName, args: readonly string[]): CommandOptions {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const { values, positionals } = orUsageError(() =>
    parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        load: text,
        model: text,
        count: text,
        seed: text,
        backend: text,
        samples: text,
        back: flag,
        json: flag,
      },
    }),
  );
  if (values.load === undefined)
    throw new UsageError(`${command} needs --load FILE, the weights that --export wrote.`);
  if (needsPictures[command] !== positionals.length > 0)
    throw new UsageError(
      needsPictures[command]
        ? `${command} needs pictures: name PNG or JPEG files.`
        : `${command} takes no pictures: received ${positionals.join(" ")}.`,
    );
  return {
    load: values.load,
    model: values.model === undefined ? undefined : choice("model", values.model, modelNames),
    pictures: positionals,
    count: wholeNumber("count", values.count ?? String(usualCount), 1, mostPictures),
    seed: wholeNumber("seed", values.seed ?? "0", 0, 2 ** 32 - 1),
    backend: choice("backend", values.backend ?? "cpu", backendNames),
    back: values.back === true,
    samples: values.samples,
    json: values.json === true,
  };
}

function orUsageError<Result>(parse: () => Result): Result {
  try {
    return parse();
  } catch (error) {
    const [problem] = (error as Error).message.split(/\.\s/) as [string];
    throw new UsageError(`${problem}. See --help.`);
  }
}
