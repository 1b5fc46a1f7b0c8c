import { ArrayDataset, stackSamples, type HostArray } from "@dl/data";
import { readdir } from "node:fs/promises";
import type { TrainOptions } from "../options.ts";
import { UsageError } from "../usage-error.ts";
import { boldOf, outlineOf } from "./counterparts.ts";
import { findFolder } from "./load-digits.ts";
import { loadPictures, type Picture, type Pictures } from "./load-pictures.ts";

/** Pictures, and what they are to become. */
export interface PictureKinds {
  readonly from: Pictures;
  /** In the order of those where they are pairs. */
  readonly to: Pictures;
}

/** Pictures and their targets, pair by pair: outlines of what is drawn or read, or two folders with the same names. */
export async function loadPairs(options: TrainOptions): Promise<PictureKinds> {
  if (options.targets !== undefined) {
    await checkNames(options.data, options.targets);
    return twoFolders(options);
  }
  const to = await loadPictures(options);
  return { from: mapped(to, "outlines", outlineOf), to };
}

/** Two bags: thin and bold digits, outlines and faces, or two folders. */
export async function loadBags(options: TrainOptions): Promise<PictureKinds> {
  if (options.targets !== undefined) return twoFolders(options);
  const all = await loadPictures(options);
  if (all.shape[0] === 1) return { from: all, to: mapped(all, "bold", boldOf) };
  return { from: mapped(all, "outlines", outlineOf), to: all };
}

async function twoFolders({ targets, ...options }: TrainOptions): Promise<PictureKinds> {
  const from = await loadPictures({ ...options, targets: undefined });
  return { from, to: await loadPictures({ ...options, targets: undefined, data: targets }) };
}

/** The same pictures otherwise. */
function mapped(
  { name, train, test }: Pictures,
  how: string,
  change: (picture: HostArray) => HostArray,
): Pictures {
  const all = (set: ArrayDataset<Picture>): ArrayDataset<Picture> =>
    new ArrayDataset<Picture>(
      stackSamples(
        Array.from({ length: set.length }, (_, i) => {
          const { inputs, ...known } = set.get(i);
          return { ...known, inputs: change(inputs) };
        }),
      ),
    );
  const changed = all(train);
  const shape = changed.get(0).inputs.shape as Pictures["shape"];
  return { name: `${name}, ${how}`, train: changed, test: all(test), shape };
}

/** @throws {UsageError} unless both folders have pictures of the same names. */
async function checkNames(data: string | undefined, targets: string): Promise<void> {
  if (data === undefined)
    throw new UsageError("--targets: --data must name the folder of the pictures they belong to.");
  const [from, to] = await Promise.all([data, targets].map(pictureNames));
  const lone =
    [...from!].find((name) => !to!.has(name)) ?? [...to!].find((name) => !from!.has(name));
  if (lone !== undefined)
    throw new UsageError(
      `--targets: ${from!.has(lone) ? targets : data} has no ${lone}, but pairs have one name in both folders. Add it, or take --model cyclegan, which needs no pairs.`,
    );
}

async function pictureNames(data: string): Promise<Set<string>> {
  const names = await readdir(await findFolder(data), { recursive: true });
  return new Set(names.filter((name) => /\.(png|jpe?g)$/i.test(name)));
}
