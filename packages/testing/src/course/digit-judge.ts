import { Conv2d } from "@dl/conv";
import { TensorDataset } from "@dl/data";
import { crossEntropy, Flatten, heNormal, Linear, ReLU, Sequential } from "@dl/nn";
import { Adam } from "@dl/optim";
import { Generator, softmax, type Tensor } from "@dl/tensor";
import type { Digits } from "./digits.ts";
import { inParts } from "./faces.ts";
import { learn } from "./learn.ts";

/** What a digit is read as, and how surely, from 0 to 1. */
export interface Reading {
  readonly digit: number;
  readonly confidence: number;
}

export type DigitJudge = (pictures: Tensor) => Promise<readonly Reading[]>;

export function meanConfidence(readings: readonly Reading[]): number {
  return readings.reduce((sum, { confidence }) => sum + confidence, 0) / readings.length;
}

/**
 * A small network that reads digits. One pass over them, by Adam: one that learns more of the same
 * digits is sure of everything, also of two digits on top of each other.
 */
export async function trainDigitJudge(
  { inputs, targets }: Digits,
  steps: number,
): Promise<DigitJudge> {
  const generator = new Generator(22);
  const start = { init: heNormal, generator };
  const network = new Sequential(
    new Conv2d(1, 16, 4, { stride: 2, padding: 1, ...start }),
    new ReLU(),
    new Conv2d(16, 32, 4, { stride: 2, padding: 1, ...start }),
    new ReLU(),
    new Flatten(),
    new Linear(32 * 7 * 7, 64, start),
    new ReLU(),
    new Linear(64, 10, { generator }),
  );
  const data = new TensorDataset({ inputs, targets });
  await learn(
    network,
    steps,
    () => {
      const batch = data.sample(32, { generator });
      return crossEntropy(network.forward(batch.inputs), batch.targets);
    },
    [new Adam(network.parameters(), { learningRate: 2e-3 })],
  );
  return async (pictures) => {
    const rows = await softmax(await inParts(network, pictures), 1).toArray<number[][]>();
    return rows.map((shares) => {
      const confidence = Math.max(...shares);
      return { confidence, digit: shares.indexOf(confidence) };
    });
  };
}
