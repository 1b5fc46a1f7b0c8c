import { dcgan, sngan, wganGp } from "./adversarial.ts";
import type { BenchCase } from "./bench-case.ts";
import { frechet } from "./frechet.ts";
import { mvnHead } from "./normal-head.ts";
import {
  adamCase,
  convCase,
  gelu,
  layerNormCase,
  matmulCase,
  matrixCase,
  vectorCase,
} from "./operations.ts";
import { pgd } from "./attack.ts";
import { sampleDecoder } from "./sampling.ts";
import { stylegan } from "./style.ts";
import { cyclegan, pix2pix } from "./translation.ts";
import { trainingCases } from "./training.ts";
import { variationalCases } from "./variational.ts";
import { vqVae } from "./vector-quantized.ts";

/** The work that the course's reader does. */
const course: readonly BenchCase[] = [
  ...trainingCases,
  ...variationalCases,
  vqVae,
  mvnHead,
  dcgan,
  wganGp,
  sngan,
  pix2pix,
  cyclegan,
  stylegan,
  pgd,
  sampleDecoder,
  frechet,
  gelu,
  {
    ...convCase("conv3x3", "convolution", { ...convSizes(8, 64, 56, 3), backward: 1 }),
    definition:
      "64 to 64 channels, 3x3, padding 1, on [8, 64, 56, 56]: forward, and backward to both",
  },
  matmulCase(512, 512, 512, "matmul-512"),
  matmulCase(1024, 1024, 1024, "matmul-1024"),
];

const vectorSizes = [2 ** 12, 2 ** 16, 2 ** 20, 2 ** 22];

const kernel: readonly BenchCase[] = [
  ...[64, 128, 256, 512, 1024, 2048].map((n) => matmulCase(n, n, n, `matmul-${n}`)),
  matmulCase(2048, 2048, 16, "matmul-skinny-2048x2048x16"),
  matmulCase(16, 2048, 2048, "matmul-skinny-16x2048x2048"),
  matmulCase(128, 4096, 128, "matmul-deep-128x4096x128"),
  convCase("conv3x3-forward", "convolution", convSizes(8, 64, 56, 3)),
  convCase("conv1x1-forward", "convolution", convSizes(8, 128, 28, 1)),
  convCase("conv5x5-forward", "convolution", convSizes(8, 32, 28, 5)),
  matrixCase("softmax", "normalisation", 128, 10),
  matrixCase("softmax", "normalisation", 1024, 1024),
  layerNormCase(1024, 1024),
  matrixCase("sum", "reduction", 1024, 1024),
  matrixCase("sum-columns", "reduction", 1024, 1024),
  matrixCase("sum-all", "reduction", 1024, 1024),
  matrixCase("max", "reduction", 1024, 1024),
  ...vectorSizes.map((n) => vectorCase(`add-${n}`, "elementwise", "add", n, 2, (a, b) => a.add(b))),
  ...vectorSizes.map((n) => vectorCase(`exp-${n}`, "elementwise", "exp", n, 1, (a) => a.exp())),
  vectorCase(`tanh-${2 ** 20}`, "elementwise", "tanh", 2 ** 20, 1, (a) => a.tanh()),
  ...[2 ** 16, 2 ** 20].map(adamCase),
];

function convSizes(
  batch: number,
  channels: number,
  size: number,
  side: number,
): Record<string, number> {
  return { batch, channels, size, kernel: side, backward: 0 };
}

/** Suites of timed steps; `size`, `cold` and `accuracy` measure whole programs. */
export const stepSuites = { course, kernel } as const;

export const suiteNames = ["course", "kernel", "size", "cold", "accuracy"] as const;
export type SuiteName = (typeof suiteNames)[number];

export function casesOf(suite: SuiteName): readonly BenchCase[] {
  return suite === "course" || suite === "kernel" ? stepSuites[suite] : [];
}

export function caseById(id: string): BenchCase | undefined {
  return [...course, ...kernel].find((candidate) => candidate.id === id);
}
