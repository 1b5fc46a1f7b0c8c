import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { BlockAnswer, BlockRequest, Identity, Subject } from "./subject.ts";

export interface ProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What to say when it ends before it answers. */
  readonly whenAbsent: string;
  /** Stops it between its blocks: threads that spin while they wait would take our cores. */
  readonly pauses?: boolean;
  readonly startTimeoutMs?: number;
  readonly blockTimeoutMs?: number;
}

type FirstLine = Identity | { readonly absent: string };

/** Longest that anything may take; a hung peer, or one that takes minutes for a step, must not hold up the run. */
const defaultTimeoutMs = 60_000;

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
  // A stopped process must not outlive us.
  const kill = (): boolean => child.kill("SIGKILL");
  process.once("exit", kill);
  const stop = async (): Promise<void> => {
    process.off("exit", kill);
    if (options.pauses === true) kill();
    else child.kill();
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
      if (options.pauses === true) child.kill("SIGCONT");
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const received = (await answer(request.timeoutMs ?? blockTimeoutMs)) as BlockAnswer;
      if (options.pauses === true) child.kill("SIGSTOP");
      return received;
    },
    stop,
  };
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1)!;
}
