import { parseArgs } from "node:util";
import { courseCases, type CourseCase } from "./course-cases.ts";

/** A mistake of the user's: told in one line, without a stack trace, exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export interface BenchOptions {
  readonly cases: readonly CourseCase[];
  readonly blocks: number;
  /** Interpreter that has PyTorch. */
  readonly python: string;
  readonly json: boolean;
}

const caseNames = Object.keys(courseCases) as CourseCase[];
const defaultPython = "/usr/bin/python3";
const mostBlocks = 1000;

export const help = `Times the course suite's training steps on the cpu backend, in turn with PyTorch.

  npm run bench                     every case
  npm run bench -- --case mlp       one of them; may be given several times

  --case NAME      ${caseNames.join(" | ")}
  --blocks N       interleaved blocks per case (default 8)
  --python PATH    interpreter that has PyTorch (default ${defaultPython})
  --json           print one line of JSON at the end
  --help           this text
`;

/** @returns the options, or `"help"`. @throws {UsageError} for anything it does not understand. */
export function parseOptions(args: readonly string[]): BenchOptions | "help" {
  const values = parseFlags(args);
  if (values.help === true) return "help";
  return {
    cases: values.case === undefined ? caseNames : [...new Set(values.case.map(caseNamed))],
    blocks: blockCount(values.blocks ?? "8"),
    python: values.python ?? defaultPython,
    json: values.json === true,
  };
}

const flags = {
  case: { type: "string", multiple: true },
  blocks: { type: "string" },
  python: { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

interface FlagValues {
  readonly case?: string[];
  readonly blocks?: string;
  readonly python?: string;
  readonly json?: boolean;
  readonly help?: boolean;
}

function parseFlags(args: readonly string[]): FlagValues {
  try {
    return parseArgs({ args: [...args], options: flags }).values;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // Node's messages go on with advice about dashes that does not help here.
    throw new UsageError(`${message.split(/\.\s/)[0]!}. See --help.`);
  }
}

function caseNamed(name: string): CourseCase {
  const known = caseNames.find((candidate) => candidate === name);
  if (known === undefined)
    throw new UsageError(`--case must be ${caseNames.join(" or ")}: received "${name}".`);
  return known;
}

function blockCount(text: string): number {
  const count = text.trim() === "" ? NaN : Number(text);
  if (!Number.isInteger(count) || count < 1 || count > mostBlocks)
    throw new UsageError(
      `--blocks must be a whole number from 1 to ${mostBlocks}: received "${text}".`,
    );
  return count;
}
