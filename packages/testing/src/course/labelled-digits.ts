import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DataLoader, loadMnist } from "@dl/data";
import { drawDigits, type Digits } from "./digits.ts";

const folder =
  process.env["DL_MNIST"] ?? join(import.meta.dirname, "../../../../../shared/data/mnist");

/** Grey digits with their classes. */
export interface LabelledDigits {
  readonly name: "MNIST" | "drawn digits";
  readonly train: Digits;
  readonly test: Digits;
}

/** MNIST where pages are written and its files are there; else a few drawn digits. */
export async function digitsToTell(): Promise<LabelledDigits> {
  const isThere = existsSync(join(folder, "train-images-idx3-ubyte.gz"));
  if (process.env["DL_COURSE"] === "write" && isThere)
    return { name: "MNIST", train: await mnist("train"), test: await mnist("t10k") };
  return { name: "drawn digits", train: drawDigits(4000), test: drawDigits(500, "test") };
}

async function mnist(split: "train" | "t10k"): Promise<Digits> {
  const set = await loadMnist({
    images: readFileSync(join(folder, `${split}-images-idx3-ubyte.gz`)),
    labels: readFileSync(join(folder, `${split}-labels-idx1-ubyte.gz`)),
  });
  const [all] = new DataLoader(set, { batchSize: set.length });
  return all!;
}
