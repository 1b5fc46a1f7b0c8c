import { DataLoader, gaussianRing } from "@dl/data";
import { modeCoverage, type ModeCoverage } from "@dl/generator";
import type { Tensor } from "@dl/tensor";
import type { Point } from "./plot/line-plot.ts";

const std = 0.05;

/** Points of the ring of 8 Gaussians: [count, 2]. */
export function ringPoints(count: number, noise = std): Tensor {
  const [all] = new DataLoader(gaussianRing({ length: count, noise }), { batchSize: count });
  return all!.inputs;
}

/** How samples lie on the ring. */
export interface RingReport extends ModeCoverage {
  /** Share within 0.3 of the middle, where the mean of all data lies. */
  readonly middle: number;
  /** The first of them. */
  readonly points: readonly Point[];
}

/** A sample belongs to a mode within 3 standard deviations of its centre. */
export async function judgeRing(samples: Tensor, noise = std): Promise<RingReport> {
  const coverage = await modeCoverage(samples, ringPoints(8, 0), { std: noise });
  const middle = samples.norm(2, -1).less(0.3).cast("float32").mean();
  const points = (await samples.narrow(0, 0, 500).toArray()) as unknown as Point[];
  return { ...coverage, middle: await middle.item(), points };
}
