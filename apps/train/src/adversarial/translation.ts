import { DataLoader, type ArrayDataset } from "@dl/data";
import type { GenerativeModel } from "@dl/generator";
import type { Tensor } from "@dl/tensor";
import type { Picture } from "../pictures/load-pictures.ts";

/** The first pictures of a set; where there are fewer, they come again. */
export function firstPictures(set: ArrayDataset<Picture>, count: number): Tensor {
  return picturesAt(
    set,
    Array.from({ length: count }, (_, i) => i % set.length),
  );
}

/** The first pictures of a set, at most so many. */
export const somePictures = (set: ArrayDataset<Picture>, most: number): Tensor =>
  firstPictures(set, Math.min(most, set.length));

function picturesAt(set: ArrayDataset<Picture>, places: readonly number[]): Tensor {
  const some = places.map((i) => set.get(i));
  const [batch] = new DataLoader<Picture>(
    { length: some.length, get: (i) => some[i]! },
    { batchSize: some.length },
  );
  return batch!.inputs;
}

/** What is made of a set's pictures, as samples: one after the other, and again from the start. */
export function translator(
  set: ArrayDataset<Picture>,
  turn: (pictures: Tensor) => Tensor,
): GenerativeModel {
  let next = 0;
  return {
    sample(count) {
      const places = Array.from({ length: count }, (_, i) => (next + i) % set.length);
      next = (next + count) % set.length;
      return turn(picturesAt(set, places));
    },
  };
}

/** Grey pictures with as many channels as coloured ones have, to be shown beside them. */
export const asColored = (pictures: Tensor, channels: number): Tensor => {
  const [count, own, ...sides] = pictures.shape;
  return own === channels ? pictures : pictures.expand([count!, channels, ...sides]);
};
