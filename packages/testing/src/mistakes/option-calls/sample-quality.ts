import * as generator from "@dl/generator";
import { ones, type Tensor } from "@dl/tensor";
import type { OptionCalls } from "./option-call.ts";

const features = (): Tensor => ones([8, 2]);
const itself = (x: Tensor): Tensor => x;

/** Measures of samples. */
export const sampleQualityCalls: OptionCalls = {
  collectFeatures: () => [generator.collectFeatures, itself, features()],
  densityCoverage: () => [generator.densityCoverage, features(), features()],
  halves: () => [generator.halves, features()],
  kernelDistance: () => [generator.kernelDistance, features(), features()],
  modeCoverage: () => [generator.modeCoverage, features(), features()],
  perceptualPathLength: () => [
    generator.perceptualPathLength,
    itself,
    itself,
    features(),
    features(),
  ],
  precisionRecall: () => [generator.precisionRecall, features(), features()],
  sampleQuality: () => [generator.sampleQuality, features(), features()],
  withFloor: () => [generator.withFloor, generator.frechetDistance, features(), features()],
};
