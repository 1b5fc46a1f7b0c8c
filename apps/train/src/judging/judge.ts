import { Conv2d, MaxPool2d } from "@dl/conv";
import { DataLoader } from "@dl/data";
import { Flatten, heNormal, Linear, ReLU, Sequential } from "@dl/nn";
import { Adam, linearSchedule, Scheduler } from "@dl/optim";
import { Generator } from "@dl/tensor";
import { fit, progressLine, supervised } from "@dl/training";
import type { Picture, Pictures } from "../pictures/load-pictures.ts";
import type { Run } from "../task.ts";
import { judgeFile, keepWeights, takeWeights } from "./judge-file.ts";
import { lessonOf, type KnownBatch, type Lesson } from "./lesson.ts";

/** A small network by whose features pictures are compared: what it sees depends on what it learnt. */
export interface Judge {
  readonly lesson: Lesson;
  /** Pictures to 64 numbers. */
  readonly features: Sequential;
  /** From those to what the lesson asks for. */
  readonly answer: Linear;
}

const featureCount = 64;
const batchSize = 64;
/** Enough passes over few pictures, and three over many. */
const leastSteps = 150;
const leastEpochs = 3;

/** The judge of such pictures: the one kept beside them, or else one that learns now and is kept. */
export async function judgeOf(pictures: Pictures, run: Run): Promise<Judge> {
  const lesson = lessonOf(pictures);
  const [features, answer] = judgeNetworks(pictures.shape, lesson.outputs);
  const judge = new Sequential(features, answer);
  const file = judgeFile(pictures, lesson);
  if (!(await takeWeights(file, judge))) {
    await learn(judge, lesson, pictures, run);
    run.say(await keepWeights(file, judge));
  }
  return { lesson, features, answer };
}

/** Two convolutions 3x3, a pooling after each, 64 features; the last layer reads them. */
function judgeNetworks(
  [channels, height, width]: Pictures["shape"],
  outputs: number,
): readonly [Sequential, Linear] {
  const options = { init: heNormal, generator: new Generator(0) };
  const side = (length: number): number => Math.floor(Math.floor(length / 2) / 2);
  const features = new Sequential(
    new Conv2d(channels, 16, 3, { padding: 1, ...options }),
    new ReLU(),
    new MaxPool2d(2),
    new Conv2d(16, 32, 3, { padding: 1, ...options }),
    new ReLU(),
    new MaxPool2d(2),
    new Flatten(),
    new Linear(32 * side(height) * side(width), featureCount, options),
    new ReLU(),
  );
  return [features, new Linear(featureCount, outputs, { generator: options.generator })];
}

async function learn(
  judge: Sequential,
  lesson: Lesson,
  { train }: Pictures,
  { output, say, signal }: Run,
): Promise<void> {
  say(`a small judge of such pictures learns their ${lesson.name} first, once`);
  const data = new DataLoader<Picture>(train, { batchSize, shuffle: true, seed: 0 });
  const epochs = Math.max(leastEpochs, Math.ceil(leastSteps / data.length));
  const optimizer = new Adam(judge.parameters(), { learningRate: 2e-3 });
  const step = supervised<KnownBatch>(judge, {
    optimizer,
    forwardPass: (batch) => ({ loss: lesson.loss((x) => judge.forward(x), batch) }),
  });
  await fit(step, {
    data,
    epochs,
    schedule: new Scheduler(
      optimizer,
      linearSchedule({ from: 1, to: 0, steps: epochs * data.length }),
    ),
    // Elsewhere than in a terminal a hundred short epochs would be a hundred lines.
    callbacks: output.isTTY === true ? [progressLine(output, { unit: "pictures" })] : [],
    signal,
  });
}
