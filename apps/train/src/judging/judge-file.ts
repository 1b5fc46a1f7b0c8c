import { readNpz, writeNpz } from "@dl/formats";
import type { Module } from "@dl/nn";
import { tensor, type Tensor } from "@dl/tensor";
import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import type { Pictures } from "../pictures/load-pictures.ts";
import type { Lesson } from "./lesson.ts";

/** Told apart by it: a judge of another build must not be taken for one of this. */
const version = 1;
/** So many pictures say which data set it is. */
const fingerprinted = 256;

/** Where the judge of such pictures is kept: in their folder, or among the user's cached files. */
export function judgeFile({ train, folder }: Pictures, { name, outputs }: Lesson): string {
  const hash = createHash("sha256").update(JSON.stringify([version, name, outputs, train.length]));
  const stride = Math.max(1, Math.floor(train.length / fingerprinted));
  for (let i = 0; i < train.length; i += stride) {
    const { data } = train.get(i).inputs;
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  const cache = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  const file = `judge-${hash.digest("hex").slice(0, 12)}.npz`;
  return folder === undefined ? join(cache, "dl-train", file) : join(folder, file);
}

/** Takes over weights that are kept; whether there were any that fit. */
export async function takeWeights(file: string, judge: Module): Promise<boolean> {
  const bytes = await readFile(file).catch(() => undefined);
  if (bytes === undefined) return false;
  try {
    const state = new Map<string, Tensor>();
    for (const [name, { data, shape }] of await readNpz(bytes))
      state.set(name, tensor(data as Float32Array, { shape }));
    judge.loadStateDict(state);
    return true;
  } catch {
    // Damaged, or by something else: it is made anew.
    return false;
  }
}

/** Keeps the weights; gives what is to be said of it. */
export async function keepWeights(file: string, judge: Module): Promise<string> {
  const arrays = new Map<string, { data: Float32Array; shape: readonly number[] }>();
  for (const [name, weights] of judge.stateDict())
    arrays.set(name, { data: Float32Array.from(await weights.data()), shape: weights.shape });
  try {
    await mkdir(dirname(file), { recursive: true });
    const aside = `${file}.${process.pid}.tmp`;
    await writeFile(aside, writeNpz(arrays));
    await rename(aside, file);
    return `judge kept: ${file}`;
  } catch (error) {
    return `judge not kept, it learns anew next time: ${error instanceof Error ? error.message : String(error)}`;
  }
}
