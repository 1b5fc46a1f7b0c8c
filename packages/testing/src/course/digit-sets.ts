import { DataLoader, type Dataset } from "@dl/data";
import { drawDigits, type Digits } from "./digits.ts";
import { hasMnist, mnistSets } from "./pictures.ts";

/** Digits to learn, and digits to hold against what was learnt. */
export interface DigitSets {
  readonly name: "MNIST" | "drawn digits";
  readonly train: Digits;
  readonly test: Digits;
}

/** All of MNIST where pages are written and its files are there; else a few drawn digits. */
export async function digitsToPlayWith(chapter: number): Promise<DigitSets> {
  if (!hasMnist(chapter))
    return { name: "drawn digits", train: drawDigits(2000), test: drawDigits(1000, "test") };
  const { train, test } = await mnistSets();
  return { name: "MNIST", train: whole(train), test: whole(test) };
}

function whole(set: Dataset): Digits {
  const [all] = new DataLoader(set, { batchSize: set.length });
  return all!;
}
