import type { HostArray } from "@dl/data";
import { latentWalk } from "@dl/generator";
import { concatenate, Generator, type Tensor } from "@dl/tensor";
import { imageGrid } from "@dl/training";
import { pictureText, type PictureTextOptions } from "../pictures/picture-text.ts";
import type { PictureBatch, PictureModel } from "./picture-model.ts";

/** Pictures by what they are, in rows of so many: what a training ends with. */
export type Gallery = ReadonlyMap<string, Tensor>;

const perRow = 8;
const sampleRows = 3;
const gap = 2;

/** New pictures, test pictures and the same made again, and a walk from one test picture to another. */
export async function makeGallery(
  model: PictureModel,
  test: readonly PictureBatch[],
  train: Iterable<PictureBatch>,
): Promise<Gallery> {
  await model.fit?.(train);
  const { inputs } = test[0]!;
  // Where there are fewer, they come again.
  const originals = inputs.indexSelect(
    0,
    Array.from({ length: perRow }, (_, i) => i % inputs.shape[0]!),
  );
  const latents = model.encode(originals);
  const [first, last] = [0, perRow - 1].map((i) => latents.select(0, i));
  const walk = latentWalk(first!, last!, perRow, { path: "linear" });
  return new Map([
    ["new pictures", model.trained.uses.sample(sampleRows * perRow, new Generator(0))],
    ["pictures not learnt from", originals],
    ["made again", model.decode(latents)],
    ["on the way from the first to the last", model.decode(walk)],
  ]);
}

/** As many of each row as fit, half as large where that shows more. */
export async function galleryText(
  gallery: Gallery,
  { width, isColored }: PictureTextOptions,
): Promise<string> {
  const parts: string[] = [];
  for (const [caption, pictures] of gallery) {
    const side = pictures.shape[3]! + gap;
    const columns = Math.min(perRow, Math.max(1, Math.floor((2 * width - gap) / side)));
    const rows = Math.ceil(pictures.shape[0]! / perRow);
    const shown = Array.from({ length: rows }, (_, row) => {
      const start = row * perRow;
      return pictures.narrow(0, start, Math.min(columns, pictures.shape[0]! - start));
    });
    const grid = await hostArrayOf(imageGrid(concatenate(shown), { columns, gap }));
    parts.push(`${caption}\n${pictureText(grid, { width, isColored })}`);
  }
  return parts.join("\n\n");
}

/** All of it in one picture. */
export function galleryPicture(gallery: Gallery): Promise<HostArray> {
  const all = [...gallery.values()];
  const columns = Math.min(perRow, Math.max(...all.map(({ shape }) => shape[0]!)));
  const rows = all.map((pictures) => {
    const missing = (columns - (pictures.shape[0]! % columns)) % columns;
    return pictures.pad([[0, missing], ...pictures.shape.slice(1).map(() => [0, 0] as const)]);
  });
  return hostArrayOf(imageGrid(concatenate(rows), { columns, gap }));
}

/** Read to the host. */
export async function hostArrayOf(x: Tensor): Promise<HostArray> {
  return { data: Float32Array.from(await x.data()), shape: x.shape };
}
