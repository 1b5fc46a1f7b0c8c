import { frechetDistance } from "@dl/generator";
import { Generator, normal } from "@dl/tensor";
import type { BenchCase } from "./bench-case.ts";

const seed = 1;

/** How far generated samples are from real ones, once a network has said what it sees in them. */
export const frechet: BenchCase = {
  id: "frechet-5000x64",
  group: "quality",
  definition:
    "Fréchet distance of two sets of features [5000, 64]: means and covariances in float64, trace of the root of their product by eigenvalues",
  kind: "frechet",
  params: { count: 5000, width: 64 },
  samples: 10_000,
  checkParams: { count: 200, width: 16 },
  build(setting, { count, width }) {
    const options = { ...setting, generator: new Generator(seed) };
    const samples = normal([count!, width!], { mean: 0.1, std: 1.1, ...options });
    const reference = normal([count!, width!], options);
    let found = NaN;
    return {
      async step() {
        found = (await frechetDistance(samples, reference)).distance;
        return undefined;
      },
      results: async () => [[found]],
      given: [samples, reference],
    };
  },
};
