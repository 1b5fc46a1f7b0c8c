import type { Distribution } from "@dl/distributions";
import { linspace, stack } from "@dl/tensor";
import type { Point } from "./plot/line-plot.ts";

const turn = 2 * Math.PI;

/**
 * The ellipses that hold a share of normals over the plane, one for each of the batch.
 *
 * Along a line through its peak, a normal's log-density falls with the square of the distance.
 */
export async function outlines(normals: Distribution, share: number): Promise<Point[][]> {
  const angles = linspace(0, turn, 181);
  const rays = stack([angles.cos(), angles.sin()], -1).unsqueeze(1); // [181, 1, 2]
  const peak = normals.mode;
  const falls = normals.logProb(peak).sub(normals.logProb(peak.add(rays)));
  const reach = falls
    .reciprocal()
    .mul(-Math.log(1 - share))
    .sqrt(); // [181, batch]
  const points = peak.add(rays.mul(reach.unsqueeze(-1)));
  return (await points.permute([1, 0, 2]).toArray()) as unknown as Point[][];
}
