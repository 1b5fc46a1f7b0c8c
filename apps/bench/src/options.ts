import { parseArgs } from "node:util";
import { casesOf, suiteNames, type SuiteName } from "./cases/suites.ts";
import { hostNames, type HostName } from "./hosts.ts";
import { isBackendName, peerNames, type PeerName } from "./peers.ts";
import { backendNames, type BackendName } from "./subject.ts";

/** A mistake of the user's: told in one line, without a stack trace, exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export interface RunOptions {
  readonly command: "run";
  readonly suite: SuiteName;
  readonly cases: readonly string[];
  readonly backend: BackendName;
  /** Where ours and the JavaScript peers run. */
  readonly host: HostName;
  readonly peers: readonly PeerName[];
  readonly blocks: number;
  readonly rounds: number;
  /** Milliseconds of one block. */
  readonly blockMs: number;
  /** Trainings of the suite `accuracy`, and where MNIST lies. */
  readonly seeds: number;
  readonly mnist: string;
  /** Interpreter that has PyTorch. */
  readonly python: string;
  /** Where the lines go; "-" is stdout, and the summary is then its last line. */
  readonly json: string | undefined;
}

export type BenchOptions =
  | RunOptions
  | { readonly command: "compare"; readonly a: string; readonly b: string }
  | {
      readonly command: "report";
      readonly files: readonly string[];
      readonly out: string;
      readonly markdown: boolean;
    }
  | {
      readonly command: "gate";
      readonly baseline: string;
      readonly candidate: string;
      readonly maxSlowdown: number;
    }
  | {
      readonly command: "gate-build";
      /** Another checkout, built. */
      readonly base: string;
      readonly maxSlowdown: number;
      readonly run: RunOptions;
    }
  | { readonly command: "serve"; readonly backend: BackendName };

const defaultPython = "/usr/bin/python3";
const most = 1000;

export const help = `Times our work in turn with other libraries' on the same machine.

  npm run bench                                        the course suite beside PyTorch
  npm run bench -- run --suite course --backend cpu --peer torch,tfjs,jax-js --json out.jsonl
  npm run bench -- compare a.jsonl b.jsonl             two runs on one machine
  npm run bench -- report out.jsonl                    one page: report.html; --markdown: text
  npm run bench -- gate --baseline ../base --max-slowdown 1.05
                                                       beside another built checkout, in turn
  npm run bench -- gate --baseline main.jsonl --max-slowdown 1.05 new.jsonl

run:
  --suite NAME     ${suiteNames.join(" | ")} (default course)
  --case NAME      one case of the suite; may be given several times, or separated by commas
  --filter TEXT    the cases whose name has TEXT in it
  --backend NAME   ${backendNames.join(" | ")} (default cpu)
  --host NAME      ${hostNames.join(" | ")}: where ours, tfjs and jax-js run (default node)
  --peer NAMES     of ${peerNames.join(", ")}, build:PATH (a built checkout), or none (default torch)
  --blocks N       interleaved blocks per case and peer (default 8)
  --rounds N       fresh processes per case; the blocks are divided among them (default 2)
  --block-ms N     length of a block (default 300)
  --seeds N        trainings of the suite accuracy (default 3)
  --mnist DIR      MNIST's four files, for the suite accuracy (default data/mnist)
  --python PATH    interpreter that has PyTorch (default ${defaultPython})
  --json FILE      one line per case and library; "-" for stdout, with a summary as the last line
report:
  --out FILE       where the page goes (default report.html; of --markdown, stdout)
  --help           this text
`;

const flags = {
  suite: { type: "string" },
  case: { type: "string", multiple: true },
  filter: { type: "string" },
  backend: { type: "string" },
  host: { type: "string" },
  peer: { type: "string", multiple: true },
  blocks: { type: "string" },
  rounds: { type: "string" },
  "block-ms": { type: "string" },
  seeds: { type: "string" },
  mnist: { type: "string" },
  python: { type: "string" },
  json: { type: "string" },
  out: { type: "string" },
  markdown: { type: "boolean" },
  baseline: { type: "string" },
  "max-slowdown": { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

const flagsOf: Readonly<Record<string, readonly string[]>> = {
  run: [
    "suite",
    "case",
    "filter",
    "backend",
    "host",
    "peer",
    "blocks",
    "rounds",
    "block-ms",
    "seeds",
    "mnist",
    "python",
    "json",
  ],
  compare: [],
  report: ["out", "markdown"],
  gate: ["baseline", "max-slowdown", "suite", "case", "filter", "backend", "blocks", "rounds"],
  serve: ["backend"],
};

/** @returns the options, or `"help"`. @throws {UsageError} for anything it does not understand. */
export function parseOptions(args: readonly string[]): BenchOptions | "help" {
  const isCommand = args[0] !== undefined && Object.hasOwn(flagsOf, args[0]);
  const command = isCommand ? args[0]! : "run";
  const { values, positionals } = parse(isCommand ? args.slice(1) : args);
  if (values.help === true) return "help";
  for (const flag of Object.keys(values))
    if (!flagsOf[command]!.includes(flag))
      throw new UsageError(`${command} has no option '--${flag}'. See --help.`);
  const files = (least: number, largest: number, what: string): readonly string[] => {
    if (positionals.length < least || positionals.length > largest)
      throw new UsageError(`${command} needs ${what}: received ${positionals.length}.`);
    return positionals;
  };
  switch (command) {
    case "compare": {
      const [a, b] = files(2, 2, "two result files");
      return { command, a: a!, b: b! };
    }
    case "report": {
      const markdown = values.markdown === true;
      const out = values.out ?? (markdown ? "-" : "report.html");
      return { command, files: files(1, most, "result files"), out, markdown };
    }
    case "gate": {
      const [candidate] = files(0, 1, "--baseline and at most one result file");
      if (values.baseline === undefined)
        throw new UsageError("gate needs --baseline: a built checkout, or a result file.");
      const maxSlowdown = Number(values["max-slowdown"] ?? "1.05");
      if (!(maxSlowdown >= 1))
        throw new UsageError(
          `--max-slowdown must be 1 or more: received "${values["max-slowdown"]}".`,
        );
      if (candidate !== undefined)
        return { command, baseline: values.baseline, candidate, maxSlowdown };
      const run = runOptions(values);
      return { command: "gate-build", base: values.baseline, maxSlowdown, run };
    }
    case "serve":
      return { command, backend: backendNamed(values.backend ?? "cpu") };
  }
  if (positionals.length > 0)
    throw new UsageError(`Unexpected argument '${positionals[0]}'. See --help.`);
  return runOptions(values);
}

type FlagValues = ReturnType<typeof parse>["values"];

function runOptions(values: FlagValues): RunOptions {
  const suite = oneOf("--suite", values.suite ?? "course", suiteNames);
  return {
    command: "run",
    suite,
    cases: chosenCases(suite, values),
    backend: backendNamed(values.backend ?? "cpu"),
    host: oneOf("--host", values.host ?? "node", hostNames),
    peers: peersNamed(values.peer ?? ["torch"]),
    blocks: wholeNumber("--blocks", values.blocks ?? "8", most),
    rounds: wholeNumber("--rounds", values.rounds ?? "2", most),
    blockMs: wholeNumber("--block-ms", values["block-ms"] ?? "300", 60_000),
    seeds: wholeNumber("--seeds", values.seeds ?? "3", most),
    mnist: values.mnist ?? "data/mnist",
    python: values.python ?? defaultPython,
    json: values.json,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: flags, allowPositionals: true });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // Node's messages go on with advice about dashes that does not help here.
    throw new UsageError(`${message.split(/\.\s/)[0]!}. See --help.`, { cause: error });
  }
}

function chosenCases(suite: SuiteName, { case: named, filter }: FlagValues): readonly string[] {
  const known = casesOf(suite).map(({ id }) => id);
  if (known.length === 0) {
    if (named !== undefined || filter !== undefined)
      throw new UsageError(`the suite ${suite} is one whole: it has no cases to choose from.`);
    return [];
  }
  const wanted = named?.flatMap((names) => names.split(","));
  const chosen =
    wanted === undefined ? known : [...new Set(wanted.map((name) => oneOf("--case", name, known)))];
  const left = filter === undefined ? chosen : chosen.filter((id) => id.includes(filter));
  if (left.length === 0)
    throw new UsageError(`--filter must be part of a case's name: received "${filter}".`);
  return left;
}

function backendNamed(name: string): BackendName {
  return isBackendName(name) ? name : oneOf("--backend", name, backendNames);
}

function peersNamed(values: readonly string[]): readonly PeerName[] {
  const names = values.flatMap((value) => value.split(",")).filter((name) => name !== "none");
  const peer = (name: string): PeerName =>
    name.startsWith("build:") ? (name as PeerName) : oneOf("--peer", name, peerNames);
  return [...new Set(names.map(peer))];
}

function oneOf<Name extends string>(flag: string, name: string, known: readonly Name[]): Name {
  const found = known.find((candidate) => candidate === name);
  if (found === undefined)
    throw new UsageError(`${flag} must be ${known.join(" or ")}: received "${name}".`);
  return found;
}

function wholeNumber(flag: string, text: string, largest: number): number {
  const count = text.trim() === "" ? NaN : Number(text);
  if (!Number.isInteger(count) || count < 1 || count > largest)
    throw new UsageError(
      `${flag} must be a whole number from 1 to ${largest}: received "${text}".`,
    );
  return count;
}
