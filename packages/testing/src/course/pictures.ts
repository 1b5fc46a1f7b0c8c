import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DataLoader, loadMnist, ProceduralDigits, type Dataset } from "@dl/data";
import { bernoulli, Generator, type Tensor } from "@dl/tensor";

const folder =
  process.env["DL_MNIST"] ?? join(import.meta.dirname, "../../../../../shared/data/mnist");

/** Grey digits to learn from, and binary ones, drawn once, to judge by. */
export interface Pictures {
  readonly name: string;
  readonly train: Dataset;
  /** [count, 1, 28, 28], zeros and ones. */
  readonly test: Tensor;
}

/** Whether MNIST's four files are there; nothing needs them. */
export const hasMnist: boolean = existsSync(join(folder, "train-images-idx3-ubyte.gz"));

export async function mnistPictures(): Promise<Pictures> {
  const [train, test] = await Promise.all(
    ["train", "t10k"].map((split) =>
      loadMnist({
        images: readFileSync(join(folder, `${split}-images-idx3-ubyte.gz`)),
        labels: readFileSync(join(folder, `${split}-labels-idx1-ubyte.gz`)),
      }),
    ),
  );
  return { name: "MNIST", train: train!, test: binary(test!) };
}

export function drawnPictures(): Pictures {
  const digits = (length: number, split: "train" | "test"): Dataset =>
    new ProceduralDigits({ length, seed: 0, split });
  return {
    name: "drawn digits",
    train: digits(3000, "train"),
    test: binary(digits(1000, "test")),
  };
}

function binary(set: Dataset): Tensor {
  const [all] = new DataLoader(set, { batchSize: set.length });
  return bernoulli(all!.inputs, { generator: new Generator(99) });
}
