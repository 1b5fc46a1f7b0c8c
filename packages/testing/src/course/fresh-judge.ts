import { Conv2d } from "@dl/conv";
import { TensorDataset } from "@dl/data";
import { binaryCrossEntropyWithLogits, Flatten, heNormal, Linear, ReLU, Sequential } from "@dl/nn";
import { Adam } from "@dl/optim";
import { concatenate, Generator, ones, zeros, type Tensor } from "@dl/tensor";
import { inParts } from "./faces.ts";
import { learn } from "./learn.ts";

/**
 * How often a network that had no part in the game tells pictures from real ones: it learns from one
 * half of both and is asked about the other, then the other way round. 0.5 would be by chance.
 *
 * Shape: real and made [count, channels, side, side], sides multiples of 4.
 */
export async function toldApart(real: Tensor, made: Tensor, steps = 300): Promise<number> {
  const half = Math.floor(real.shape[0]! / 2);
  const parts = [real, made].map((pictures) => [
    pictures.narrow(0, 0, half),
    pictures.narrow(0, half, pictures.shape[0]! - half),
  ]);
  const shares: number[] = [];
  for (const [learnt, asked] of [
    [0, 1],
    [1, 0],
  ] as const) {
    const judge = await freshJudge(parts[0]![learnt]!, parts[1]![learnt]!, steps);
    const [onReal, onMade] = [parts[0]![asked]!, parts[1]![asked]!];
    const rightOnReal = (await inParts(judge, onReal)).greater(0).cast("float32").mean();
    const rightOnMade = (await inParts(judge, onMade)).less(0).cast("float32").mean();
    shares.push((await rightOnReal.add(rightOnMade).item()) / 2);
  }
  return (shares[0]! + shares[1]!) / 2;
}

/** Learns to give real pictures scores above 0, and made ones below. */
async function freshJudge(real: Tensor, made: Tensor, steps: number): Promise<Sequential> {
  const generator = new Generator(23);
  const start = { init: heNormal, generator };
  const [, channels, side] = real.shape as readonly [number, number, number, number];
  const judge = new Sequential(
    new Conv2d(channels, 16, 4, { stride: 2, padding: 1, ...start }),
    new ReLU(),
    new Conv2d(16, 32, 4, { stride: 2, padding: 1, ...start }),
    new ReLU(),
    new Flatten(),
    new Linear(32 * (side / 4) ** 2, 64, start),
    new ReLU(),
    new Linear(64, 1, { generator }),
  );
  const data = new TensorDataset({
    pictures: concatenate([real, made]),
    isReal: concatenate([ones([real.shape[0]!, 1]), zeros([made.shape[0]!, 1])]),
  });
  await learn(
    judge,
    steps,
    () => {
      const { pictures, isReal } = data.sample(32, { generator });
      return binaryCrossEntropyWithLogits(judge.forward(pictures), isReal);
    },
    [new Adam(judge.parameters(), { learningRate: 1e-3 })],
  );
  return judge;
}
