import { exponential, logarithm, type DType } from "@dl/backend";
import type { HostSampler } from "../host-sampling.ts";
import { drawLogGamma } from "./gamma-draw.ts";
import { logGammaSlope } from "./incomplete-gamma.ts";

/** Smallest normal number: what a sample too small for its type becomes, so that its logarithm exists. */
const smallestOf = (dtype: DType): number => (dtype === "float64" ? 2 ** -1022 : 2 ** -126);

const gammaOf = (dtype: DType): HostSampler => ({
  name: "Gamma",
  draw({ random, parameters: [concentration, rate], at, result, to }) {
    const logarithmOfValue = drawLogGamma(concentration![at]!, random) - logarithm(rate![at]!);
    result[to] = Math.max(smallestOf(dtype), exponential(logarithmOfValue));
  },
});

/** By the type of the values. */
export const gammaSamplers: Record<"float32" | "float64", HostSampler> = {
  float32: /* @__PURE__ */ gammaOf("float32"),
  float64: /* @__PURE__ */ gammaOf("float64"),
};

/** Derivative of each sample in the concentration, from the same random words. */
export const gammaSlopes: HostSampler = {
  name: "GammaSlopes",
  draw({ random, parameters: [concentration, rate], at, result, to }) {
    const logSample = drawLogGamma(concentration![at]!, random);
    const value = exponential(logSample - logarithm(rate![at]!));
    result[to] = value * logGammaSlope(concentration![at]!, logSample);
  },
};

/** x = n / √(g / ½df), n normal and g gamma-distributed with concentration ½ df. */
export const studentTSampler: HostSampler = {
  name: "StudentT",
  draw({ random, parameters: [df], at, result, to }) {
    const half = 0.5 * df![at]!;
    const normal = random.normal();
    result[to] = normal * exponential(0.5 * (logarithm(half) - drawLogGamma(half, random)));
  },
};

/** Derivative in df of ln x: ½ (1 / df - ½ d ln g / d(½ df)). */
export const studentTSlopes: HostSampler = {
  name: "StudentTSlopes",
  draw({ random, parameters: [df], at, result, to }) {
    const half = 0.5 * df![at]!;
    const normal = random.normal();
    const logSample = drawLogGamma(half, random);
    const value = normal * exponential(0.5 * (logarithm(half) - logSample));
    result[to] = 0.5 * value * (1 / df![at]! - 0.5 * logGammaSlope(half, logSample));
  },
};

/** Shares gᵢ / Σ g of gamma-distributed numbers, by their logarithms: with small concentrations all g are 0. */
const dirichletOf = (dtype: DType): HostSampler => ({
  name: "Dirichlet",
  draw({ random, parameters: [concentration], at, result, to, size }) {
    let largest = -Infinity;
    for (let i = 0; i < size; i++) {
      result[to + i] = drawLogGamma(concentration![at * size + i]!, random);
      largest = Math.max(largest, result[to + i]!);
    }
    let sum = 0;
    for (let i = 0; i < size; i++) sum += result[to + i] = exponential(result[to + i]! - largest);
    const smallest = smallestOf(dtype);
    for (let i = 0; i < size; i++) result[to + i] = Math.max(smallest, result[to + i]! / sum);
  },
});
export const dirichletSamplers: Record<"float32" | "float64", HostSampler> = {
  float32: /* @__PURE__ */ dirichletOf("float32"),
  float64: /* @__PURE__ */ dirichletOf("float64"),
};

/** d ln gᵢ / dcᵢ of each, from the same random words. */
export const dirichletSlopes: HostSampler = {
  name: "DirichletSlopes",
  draw({ random, parameters: [concentration], at, result, to, size }) {
    for (let i = 0; i < size; i++) {
      const own = concentration![at * size + i]!;
      result[to + i] = logGammaSlope(own, drawLogGamma(own, random));
    }
  },
};
