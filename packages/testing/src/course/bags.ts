import { avgPool2d, maxPool2d } from "@dl/conv";
import { DataLoader, ProceduralDigits } from "@dl/data";
import type { UnpairedBatch } from "@dl/gan";
import { Generator, pad, uniform, type Tensor } from "@dl/tensor";
import { outlinesOf } from "./drawings.ts";
import { drawFaces } from "./faces.ts";

/**
 * Pictures of two kinds, from −1 to 1. To learn from: two bags in which no picture has its counterpart
 * in the other. To judge by: pictures with their true counterparts, never seen.
 */
export interface Bags {
  readonly train: UnpairedBatch;
  readonly test: UnpairedBatch;
}

/** How many to learn from and to judge by; how often the sides are halved. */
export interface BagSizes {
  readonly train: number;
  readonly test: number;
  readonly halvings: number;
}

type Both = (count: number, split: "train" | "test") => Promise<UnpairedBatch>;

/** Of pairs, one bag gets the first half's pictures and the other the second half's counterparts. */
async function bagsOf(both: Both, sizes: BagSizes): Promise<Bags> {
  const smaller = async ({ a, b }: UnpairedBatch): Promise<UnpairedBatch> => {
    const side = 2 ** sizes.halvings;
    const small = { a: avgPool2d(a, side), b: avgPool2d(b, side) };
    await Promise.all([small.a.data(), small.b.data()]);
    return small;
  };
  const pairs = await smaller(await both(2 * sizes.train, "train"));
  return {
    train: {
      a: pairs.a.narrow(0, 0, sizes.train),
      b: pairs.b.narrow(0, sizes.train, sizes.train),
    },
    test: await smaller(await both(sizes.test, "test")),
  };
}

/** Digits from 0 to 1, [count, 1, 28, 28]. */
function digits(count: number, split: "train" | "test"): Tensor {
  const drawn = new ProceduralDigits({ length: count, seed: 0, split });
  const [all] = new DataLoader(drawn, { batchSize: count });
  return all!.inputs;
}

/** Each line a pixel wider on both sides. */
function bold(thin: Tensor): Tensor {
  const around = [
    [1, 1],
    [1, 1],
  ] as const;
  return maxPool2d(pad(thin, around), 3, { stride: 1 });
}

/** Thin digits, white on black; bold ones, black on white. */
export const thinAndBold = async (sizes: BagSizes): Promise<Bags> =>
  await bagsOf((count, split) => {
    const thin = digits(count, split).round();
    return Promise.resolve({ a: thin.mul(2).sub(1), b: bold(thin).mul(-2).add(1) });
  }, sizes);

/** Thin grey digits; bold ones, each in a bright colour of its own. */
export const greyAndColoured = async (sizes: BagSizes): Promise<Bags> =>
  await bagsOf((count, split) => {
    const thin = digits(count, split);
    const generator = new Generator(split === "train" ? 7 : 8);
    const ink = uniform([count, 3, 1, 1], { low: 0.1, generator });
    const bright = ink.div(ink.amax(1, { keepDims: true }));
    const inPixels = (x: Tensor): Tensor => x.mul(2).sub(1);
    return Promise.resolve({
      a: inPixels(thin.expand([count, 3, 28, 28])),
      b: inPixels(bold(thin).mul(bright)),
    });
  }, sizes);

/** Outlines of faces, and faces. */
export const outlinesAndFaces = async (sizes: BagSizes): Promise<Bags> =>
  await bagsOf(async (count, split) => {
    const { inputs } = await drawFaces(count, split);
    const faces = inputs.mul(2).sub(1);
    return { a: outlinesOf(faces), b: faces };
  }, sizes);
