import { encodePng } from "@dl/formats";
import { repeatInterleave, type Tensor } from "@dl/tensor";
import { imageGrid } from "@dl/training";

/** Pictures in rows of so many, twice as large, as the bytes of a PNG file. */
export async function pictureGrid(pictures: Tensor, columns: number): Promise<Uint8Array> {
  const grid = imageGrid(pictures, { columns, gap: 1 });
  // So many levels are enough for the eye, and make smaller files.
  const coarse = grid.mul(47).round().div(47);
  const [channels, height, width] = grid.shape as readonly [number, number, number];
  const large = repeatInterleave(repeatInterleave(coarse, 2, 1), 2, 2);
  return await encodePng({
    data: await large.data(),
    shape: [channels, 2 * height, 2 * width],
  });
}
