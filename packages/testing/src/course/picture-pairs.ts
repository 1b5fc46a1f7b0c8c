import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { avgPool2d } from "@dl/conv";
import { readIdx } from "@dl/formats";
import { tensor, type Tensor } from "@dl/tensor";
import type { SupervisedBatch } from "@dl/training";
import { outlinesOf } from "./drawings.ts";
import { drawFaces } from "./faces.ts";

const folder =
  process.env["DL_EMOJI"] ?? join(import.meta.dirname, "../../../../../shared/data/emoji-pairs64");

/** Pictures from −1 to 1, [count, 3, side, side], and what each is to become. */
export interface PicturePairs {
  readonly name: "emojis in two styles" | "outlines and faces";
  readonly train: SupervisedBatch;
  readonly test: SupervisedBatch;
}

/** Emojis where pages are written and their files are there; else a few faces and their outlines. */
export async function pairsToLearn(): Promise<PicturePairs> {
  if (process.env["DL_COURSE"] !== "write") return await facePairs();
  if (existsSync(join(folder, "index.json"))) return await emojiPairs();
  process.stderr.write(`no emojis in ${folder}: chapter 13 learns faces from outlines instead\n`);
  return await facePairs();
}

/** The same signs as two houses draw them. */
async function emojiPairs(): Promise<PicturePairs> {
  const [inputs, targets] = await Promise.all(["noto", "emojitwo"].map(halfSized));
  const { split_half_open_row_ranges: ranges } = JSON.parse(
    readFileSync(join(folder, "index.json"), "utf8"),
  ) as { split_half_open_row_ranges: Readonly<Record<string, readonly [number, number]>> };
  const part = (range: string): SupervisedBatch => {
    const [start, end] = ranges[range]!;
    const cut = (pictures: Tensor): Tensor => pictures.narrow(0, start, end - start);
    return { inputs: cut(inputs!), targets: cut(targets!) };
  };
  return { name: "emojis in two styles", train: part("paired_train"), test: part("paired_test") };
}

/** [count, 3, 32, 32]. */
async function halfSized(style: string): Promise<Tensor> {
  const { data, shape } = await readIdx(readFileSync(join(folder, `${style}-idx4-ubyte.gz`)));
  const large = tensor(
    Float32Array.from(data, (level) => level / 127.5 - 1),
    { shape },
  );
  return await halved(large);
}

/** Faces of 16x16 pixels, and where in them something ends. */
async function facePairs(): Promise<PicturePairs> {
  const pairs = async (count: number, split: "train" | "test"): Promise<SupervisedBatch> => {
    const { inputs } = await drawFaces(count, split);
    const targets = await halved(inputs.mul(2).sub(1));
    return { inputs: outlinesOf(targets), targets };
  };
  return {
    name: "outlines and faces",
    train: await pairs(500, "train"),
    test: await pairs(120, "test"),
  };
}

/** Read at once, so that the large ones are let go. */
async function halved(pictures: Tensor): Promise<Tensor> {
  const small = avgPool2d(pictures, 2);
  await small.data();
  return small;
}
