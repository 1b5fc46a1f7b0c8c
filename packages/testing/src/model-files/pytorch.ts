import { spawnSync } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "../../../..");
const python = "/usr/bin/python3"; // Debian's, for which python3-torch is packaged

function run(args: readonly string[]): { isFine: boolean; output: string } {
  const env = { ...process.env, OMP_NUM_THREADS: "1" };
  const { status, stdout, stderr } = spawnSync(python, args, { cwd: root, env, encoding: "utf8" });
  return { isFine: status === 0, output: status === 0 ? stdout : (stderr ?? "") };
}

/** Whether there is a PyTorch to ask. */
export function hasPyTorch(): boolean {
  return run(["-c", "import torch, numpy"]).isFine;
}

/** Loads the files of a folder in PyTorch; a line for every model. @throws what Python says. */
export function checkInPython(folder: string): string[] {
  const { isFine, output } = run(["scripts/model-files.py", "check", folder]);
  if (!isFine) throw new Error(output);
  return output.trim().split("\n");
}
