import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DataLoader, loadMnist, ProceduralDigits, type Dataset } from "@dl/data";
import { bernoulli, Generator, type Tensor } from "@dl/tensor";

const folder =
  process.env["DL_MNIST"] ?? join(import.meta.dirname, "../../../../../shared/data/mnist");

/** Grey digits to learn from, and binary ones, drawn once, to judge by. */
export interface Pictures {
  readonly name: "MNIST" | "drawn digits";
  readonly train: Dataset;
  /** [count, 1, 28, 28], zeros and ones. */
  readonly test: Tensor;
  /** Of these so many are judged by importance sampling, with so many draws. */
  readonly judged: number;
  readonly draws: number;
}

/** MNIST where pages are written and its files are there; else a few drawn digits. */
export async function picturesToLearn(): Promise<Pictures> {
  return hasMnist(19) ? await mnistPictures() : drawnPictures();
}

/** Whether a chapter is to learn MNIST; where it should and cannot, that is said. */
export function hasMnist(chapter: number): boolean {
  if (process.env["DL_COURSE"] !== "write") return false;
  if (existsSync(join(folder, "train-images-idx3-ubyte.gz"))) return true;
  process.stderr.write(`no MNIST in ${folder}: chapter ${chapter} learns drawn digits instead\n`);
  return false;
}

/** MNIST's two sets. */
export async function mnistSets(): Promise<{ train: Dataset; test: Dataset }> {
  const [train, test] = await Promise.all(
    ["train", "t10k"].map((split) =>
      loadMnist({
        images: readFileSync(join(folder, `${split}-images-idx3-ubyte.gz`)),
        labels: readFileSync(join(folder, `${split}-labels-idx1-ubyte.gz`)),
      }),
    ),
  );
  return { train: train!, test: test! };
}

async function mnistPictures(): Promise<Pictures> {
  const { train, test } = await mnistSets();
  return { name: "MNIST", train, test: binary(test), judged: 1000, draws: 500 };
}

function drawnPictures(): Pictures {
  const digits = (length: number, split: "train" | "test"): Dataset =>
    new ProceduralDigits({ length, seed: 0, split });
  return {
    name: "drawn digits",
    train: digits(2000, "train"),
    test: binary(digits(500, "test")),
    judged: 100,
    draws: 50,
  };
}

function binary(set: Dataset): Tensor {
  const [all] = new DataLoader(set, { batchSize: set.length });
  return bernoulli(all!.inputs, { generator: new Generator(99) });
}
