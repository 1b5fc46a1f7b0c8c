import { ProceduralDigits, type Dataset } from "@dl/data";

export interface Digits {
  readonly name: string;
  readonly train: Dataset;
  readonly test: Dataset;
}

const mostTestSamples = 2000;

/** Digits that need no files; the test digits are drawn from other random numbers. */
export function drawnDigits(samples: number, seed: number): Digits {
  const part = (split: "train" | "test", length: number): Dataset =>
    new ProceduralDigits({ length, split, seed });
  return {
    name: "drawn digits",
    train: part("train", samples),
    test: part("test", Math.min(samples, mostTestSamples)),
  };
}
