import { runTrainer } from "../src/run.ts";

/** What a run of the program said, and how it ended. */
export interface CapturedRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program with the flags of a line. */
export async function capturedRun(
  line: string,
  signal = new AbortController().signal,
): Promise<CapturedRun> {
  let stdout = "";
  let stderr = "";
  const code = await runTrainer(line.split(" "), signal, {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
  });
  return { code, stdout, stderr };
}
