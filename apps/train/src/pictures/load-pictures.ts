import {
  ArrayDataset,
  ProceduralFaces,
  randomSplit,
  stackSamples,
  type AsyncDataset,
  type Dataset,
  type HostArray,
} from "@dl/data";
import { openImageFolder } from "@dl/data/node";
import { readdir } from "node:fs/promises";
import type { TrainOptions } from "../options.ts";
import { UsageError } from "../usage-error.ts";
import { drawnDigits } from "./drawn-digits.ts";
import { findFolder, loadMnistFolder } from "./load-digits.ts";

/** A picture [channels, height, width], from 0 to 1, and what is known of it. */
export type Picture = {
  readonly inputs: HostArray;
  /** The class that it belongs to. */
  readonly targets?: number;
  /** What can be measured of it. */
  readonly attributes?: HostArray;
};

/** What is learnt from, and what it is tested on. */
export interface Pictures {
  readonly name: string;
  /** Where their files lie; drawn ones have none. */
  readonly folder?: string;
  readonly train: ArrayDataset<Picture>;
  readonly test: ArrayDataset<Picture>;
  /** Of one: channels, height, width. */
  readonly shape: readonly [channels: number, height: number, width: number];
}

/** Side that the pictures of a folder are scaled to. */
const folderSize = 32;
/** Of a folder of pictures, this share is tested on. */
const testShare = 0.1;
const drawnFaces = 8000;
const mostTestFaces = 1000;

/**
 * Drawn digits, drawn faces, MNIST's files, or a folder of PNG and JPEG files, in memory.
 *
 * @throws {UsageError | FormatError | ArgumentError} if the folder or a file is not what it should be.
 */
export async function loadPictures(options: TrainOptions): Promise<Pictures> {
  const { data = "digits", examples, seed } = options;
  if (data === "digits") {
    const { name, train, test } = drawnDigits(examples ?? 20_000, seed);
    return picturesOf(name, await inMemory(train), await inMemory(test));
  }
  if (data === "faces") {
    const length = examples ?? drawnFaces;
    const part = (split: "train" | "test", count: number): Dataset<Picture> =>
      new ProceduralFaces({ length: count, split, seed });
    const [train, test] = [part("train", length), part("test", Math.min(length, mostTestFaces))];
    return picturesOf("drawn faces", await inMemory(train), await inMemory(test));
  }
  const folder = await findFolder(data);
  if ((await readdir(folder)).some((file) => file.includes("-images-idx3-ubyte"))) {
    const { name, train, test } = await loadMnistFolder(folder, data);
    return picturesOf(name, await inMemory(train), await inMemory(test), folder);
  }
  const all = await openImageFolder(folder, { size: folderSize });
  if (all.length < 2)
    throw new UsageError(
      `--data: ${folder} has ${all.length} picture, but one to learn from and one to test on are needed. Add some.`,
    );
  const count = Math.max(1, Math.round(testShare * all.length));
  const [train, test] = randomSplit<Picture>(all, [all.length - count, count], { seed });
  return picturesOf(data, await inMemory(train!), await inMemory(test!), folder);
}

async function inMemory(dataset: AsyncDataset<Picture>): Promise<ArrayDataset<Picture>> {
  const samples: Picture[] = [];
  for (let i = 0; i < dataset.length; i++) {
    samples.push(await dataset.get(i));
  }
  return new ArrayDataset<Picture>(stackSamples(samples));
}

function picturesOf(
  name: string,
  train: ArrayDataset<Picture>,
  test: ArrayDataset<Picture>,
  folder?: string,
): Pictures {
  const [channels, height, width] = train.get(0).inputs.shape as Pictures["shape"];
  return { name, train, test, shape: [channels, height, width], ...(folder && { folder }) };
}
