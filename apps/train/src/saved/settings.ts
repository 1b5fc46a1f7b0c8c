import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UsageError } from "../usage-error.ts";

const fileName = "settings.json";
/** What may be said anew where a training goes on. */
const free = ["epochs", "every", "backend", "samples", "export", "json", "resume"];

/** Keeps what a training was asked for, beside its checkpoints. @throws {UsageError} if it cannot be written. */
export async function keepSettings(folder: string, args: readonly string[]): Promise<void> {
  const path = join(folder, fileName);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(`${path}.tmp`, `${JSON.stringify({ args })}\n`);
    await rename(`${path}.tmp`, path);
  } catch (error) {
    throw new UsageError(
      `--save: cannot write in ${folder}: ${error instanceof Error ? error.message : String(error)}. Name a folder that can be written.`,
    );
  }
}

/**
 * The arguments of a training that goes on: those it began with, and what is said anew.
 *
 * @throws {UsageError} if there is no training, or something is said anew that would make it another one.
 */
export async function resumedArgs(folder: string, args: readonly string[]): Promise<string[]> {
  const text = await readFile(join(folder, fileName), "utf8").catch(() => undefined);
  let kept: unknown;
  try {
    kept = text === undefined ? undefined : (JSON.parse(text) as { args?: unknown }).args;
  } catch {
    // Damaged: said below.
  }
  if (!Array.isArray(kept) || !kept.every((arg) => typeof arg === "string"))
    throw new UsageError(
      `--resume: ${folder} holds no training: ${fileName} is ${text === undefined ? "not there" : "damaged"}. Name a folder that --save wrote.`,
    );
  const other = args.find(
    (arg) => arg.startsWith("--") && !free.includes(arg.slice(2).replace(/=.*/, "")),
  );
  if (other !== undefined)
    throw new UsageError(
      `--resume goes on with the settings that it began with: ${other} cannot be changed. Beside it stand ${free.map((name) => `--${name}`).join(", ")}.`,
    );
  return [...kept, ...args];
}
