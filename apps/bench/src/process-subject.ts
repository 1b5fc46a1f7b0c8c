import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { BlockAnswer, BlockRequest, Identity, Subject } from "./subject.ts";

export interface ProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What to say when it ends before it answers. */
  readonly whenAbsent: string;
  readonly startTimeoutMs?: number;
  readonly blockTimeoutMs?: number;
}

type FirstLine = Identity | { readonly absent: string };

/** Longest that anything may take; a hung peer must not hang the run. */
const defaultTimeoutMs = 120_000;

/**
 * A library in a process of its own, which answers one JSON line per request after a first line
 * that says who it is.
 *
 * @throws {Error} that says why it cannot be had.
 */
export async function openProcess(options: ProcessOptions): Promise<Subject> {
  const { startTimeoutMs = defaultTimeoutMs, blockTimeoutMs = defaultTimeoutMs } = options;
  const child = spawn(options.command, [...options.args], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, ...options.env },
  });
  let complaints = "";
  child.stderr.on("data", (chunk) => (complaints = (complaints + String(chunk)).slice(-2000)));
  // Writing to a process that has ended shows as the end of its answers.
  child.stdin.on("error", () => {});
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) => resolve(`ended with ${signal ?? `status ${code}`}`));
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (timeoutMs: number): Promise<unknown> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), timeoutMs);
    });
    const line = await Promise.race([lines.next(), late]);
    clearTimeout(timer);
    if (line === null) {
      child.kill("SIGKILL");
      throw new Error(`no answer within ${timeoutMs / 1000} s`);
    }
    if (line.done === true)
      throw new Error([await ended, lastLine(complaints)].filter(Boolean).join(": "));
    return JSON.parse(line.value) as unknown;
  };
  const stop = async (): Promise<void> => {
    child.kill();
    await ended;
  };
  const first = await answer(startTimeoutMs).catch((error: Error) => ({
    absent: `${options.whenAbsent} (${error.message})`,
  }));
  if ("absent" in (first as FirstLine)) {
    await stop();
    throw new Error((first as { readonly absent: string }).absent);
  }
  return {
    identity: first as Identity,
    async block(request: BlockRequest) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      return (await answer(blockTimeoutMs)) as BlockAnswer;
    },
    stop,
  };
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1)!;
}
