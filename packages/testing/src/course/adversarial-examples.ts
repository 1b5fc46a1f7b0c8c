import { noGrad } from "@dl/autograd";
import { Conv2d } from "@dl/conv";
import { TensorDataset } from "@dl/data";
import {
  adversarialAccuracy,
  adversarialAdded,
  adversarialTrainingStep,
  fgsm,
  pgdAttack,
  type Attack,
  type PgdAttackOptions,
} from "@dl/gan";
import { crossEntropy, Flatten, heNormal, Linear, ReLU, Sequential } from "@dl/nn";
import { Adam, Scheduler } from "@dl/optim";
import { concatenate, Generator, oneHot, where, type Tensor } from "@dl/tensor";
import { fit, supervised, type SupervisedBatch, type TrainingStep } from "@dl/training";
import { round, type Chapter } from "./chapter.ts";
import { digitsToTell, type LabelledDigits } from "./labelled-digits.ts";
import { pictureGrid } from "./picture-grid.ts";
import { linePlot, type Point } from "./plot/line-plot.ts";

/** How far a pixel may be moved, from 0 (black) to 1 (white); passes over the digits; how much is tried. */
const { epsilon, plainPasses, passes, tried, shown, few, many } =
  process.env["DL_COURSE"] === "write"
    ? { epsilon: 0.3, plainPasses: 0.3, passes: 2, tried: 1000, shown: 250, few: 20, many: 50 }
    : { epsilon: 0.15, plainPasses: 2, passes: 4, tried: 100, shown: 40, few: 10, many: 20 };
const bounds = [0, 1] as const;

/**
 * The first layer looks at one pixel at a time, and can learn to ask whether it is bright: what an attack
 * may add is then mostly below what counts (Madry et al. 2018, appendix C).
 */
function makeClassifier(generator: Generator): Sequential {
  const halving = { stride: 2, padding: 1, init: heNormal, generator };
  return new Sequential(
    new Conv2d(1, 4, 1, { generator }),
    new ReLU(),
    new Conv2d(4, 16, 4, halving),
    new ReLU(),
    new Conv2d(16, 32, 4, halving),
    new ReLU(),
    new Flatten(),
    new Linear(32 * 49, 64, { init: heNormal, generator }),
    new ReLU(),
    new Linear(64, 10, { generator }),
  );
}

/** A network at school: what it learns from, and where chance comes from. */
interface Course {
  readonly model: Sequential;
  readonly digits: LabelledDigits;
  readonly generator: Generator;
}

/** So many passes of a step; over the last third the rate falls to nothing. */
async function teach(
  { model, digits: { train }, generator }: Course,
  count: number,
  stepOf: (optimizer: Adam) => TrainingStep<SupervisedBatch>,
): Promise<void> {
  const optimizer = new Adam(model.parameters(), { learningRate: 2e-3 });
  const set = new TensorDataset({ inputs: train.inputs, targets: train.targets });
  const length = Math.floor((count * set.length) / 64);
  const batches = function* (): Iterator<SupervisedBatch> {
    for (let i = 0; i < length; i++) yield set.sample(64, { generator });
  };
  const data = { length, [Symbol.iterator]: batches };
  const falling = (i: number, rate: number): number =>
    rate * Math.min(1, (3 * (length - i)) / length);
  const schedule = new Scheduler(optimizer, falling);
  await fit(stepOf(optimizer), { data, epochs: 1, schedule, generators: [generator] });
}

/** What a network goes on to learn from, once it knows the digits a little. */
type Lesson = (course: Course) => Promise<void>;

/** The course's way: adversarial examples are made, and added to the digits. */
const addExamples: Lesson = async (course) => {
  const { model } = course;
  const attack: Attack = (x, y) => fgsm(model, x, y, { epsilon, bounds });
  await teach(course, passes, (optimizer) =>
    adversarialTrainingStep(model, { optimizer, attack, lesson: adversarialAdded }),
  );
};

/** As practice does: examples alone, each found in two steps from a random start. */
const findExamples: Lesson = async (course) => {
  const { model, generator } = course;
  const search = { epsilon, bounds, steps: 2, stepSize: 0.6 * epsilon, generator };
  const attack = pgdAttack(model, search);
  await teach(course, passes, (optimizer) => adversarialTrainingStep(model, { optimizer, attack }));
};

/** How well a network holds out: shares of right answers, but for the seconds and the pictures. */
interface Resistance {
  readonly name: string;
  /** To all test digits; to those tried, moved by one step, by some, and by many. */
  readonly clean: number;
  readonly oneStep: number;
  readonly fewSteps: number;
  readonly manySteps: number;
  /** To fewer of them, under the best of three starts that go for the margin instead of the loss. */
  readonly hardest: number;
  /** Of the processor, to learn all that it learnt. */
  readonly seconds: number;
  /** By how far pixels may be moved. */
  readonly curve: readonly Point[];
  /** Digits, what was added to them, as grey for nothing, and the sum. */
  readonly pictures: readonly Tensor[];
  /** What the network answers to those sums. */
  readonly answers: readonly number[];
}

/** So many of the test digits, from all over them. */
function someOf({ test }: LabelledDigits, count: number): SupervisedBatch {
  const all = test.targets.shape[0]!;
  const rows = Array.from({ length: count }, (_, i) => Math.floor((i * all) / count));
  return { inputs: test.inputs.indexSelect(0, rows), targets: test.targets.indexSelect(0, rows) };
}

/** By how much the best wrong answer is ahead: its slope does not vanish where a network is sure. */
function margin(logits: Tensor, targets: Tensor): Tensor {
  const isTarget = oneHot(targets, 10).cast("bool");
  return where(isTarget, -Infinity, logits)
    .amax(1)
    .sub(where(isTarget, logits, 0).sum(1));
}

async function resistanceOf(name: string, course: Course, seconds: number): Promise<Resistance> {
  const { model, digits } = course;
  const descent = (reach: number, steps: number, more: Partial<PgdAttackOptions> = {}): Attack => {
    const generator = new Generator(1);
    return pgdAttack(model, { epsilon: reach, steps, bounds, generator, ...more });
  };
  const rightAnswers = async (attack: Attack, { inputs, targets }: SupervisedBatch) => {
    const labels = targets.split(250);
    const data = inputs.split(250).map((some, i) => ({ inputs: some, targets: labels[i]! }));
    return (await adversarialAccuracy(model, { data, attack })).robust;
  };
  const [some, fewer] = [someOf(digits, tried), someOf(digits, shown)];
  const curve: Point[] = [];
  for (const share of [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5])
    curve.push([share * epsilon, await rightAnswers(descent(share * epsilon, few), fewer)]);
  const { inputs, targets } = someOf(digits, 10);
  const found = descent(epsilon, few)(inputs, targets);
  const added = found
    .sub(inputs)
    .div(2 * epsilon)
    .add(0.5);
  return {
    name,
    seconds,
    curve,
    clean: await rightAnswers((x) => x, digits.test),
    oneStep: await rightAnswers((x, y) => fgsm(model, x, y, { epsilon, bounds }), some),
    fewSteps: await rightAnswers(descent(epsilon, few), some),
    manySteps: await rightAnswers(descent(epsilon, many), some),
    hardest: await rightAnswers(descent(epsilon, many, { restarts: 3, loss: margin }), fewer),
    pictures: [inputs, added, found],
    answers: Array.from(
      await noGrad(() => model.forward(found))
        .argmax(1)
        .data(),
    ),
  };
}

interface AdversarialExamples {
  readonly set: string;
  readonly plain: Resistance;
  readonly added: Resistance;
  readonly twoSteps: Resistance;
}

async function run(): Promise<AdversarialExamples> {
  const digits = await digitsToTell();
  const school = async (name: string, lesson: Lesson): Promise<Resistance> => {
    const started = process.cpuUsage();
    const generator = new Generator(11);
    const model = makeClassifier(generator);
    const course = { digits, generator, model };
    await teach(course, plainPasses, (optimizer) =>
      supervised(model, { loss: crossEntropy, optimizer }),
    );
    await lesson(course);
    const { user, system } = process.cpuUsage(started);
    return await resistanceOf(name, course, (user + system) / 1e6);
  };
  return {
    set: digits.name,
    plain: await school("digits alone", async () => {}),
    added: await school("examples added to the digits", addExamples),
    twoSteps: await school("examples alone, found in two steps", findExamples),
  };
}

export const adversarialExamples: Chapter<AdversarialExamples> = {
  number: 11,
  title: "Adversarial examples",
  claim:
    "A network that reads digits well is wrong about nearly all of them once each pixel may be moved a little. Made to learn from such examples of itself it answers most of them rightly, also those of attacks much stronger than the one that it learnt from, and reads digits no worse; examples of one crude step added to the digits, the course's way, help against that step, and less or not at all against many small ones.",
  file: import.meta.filename,
  run,
  figures: ({ set, ...networks }) => [
    { what: "digits", value: set },
    ...Object.values(networks).flatMap(({ name, seconds, ...shares }) => [
      {
        what: `learnt from ${name}: right answers to all test digits; to ${tried} moved by ${epsilon} in one step (FGSM), in ${few} and in ${many} (PGD); to ${shown} by the best of three starts for the margin`,
        value: [shares.clean, shares.oneStep, shares.fewSteps, shares.manySteps, shares.hardest]
          .map(round)
          .join("; "),
      },
      { what: `learnt from ${name}: seconds of the processor`, value: seconds.toFixed(0) },
    ]),
  ],
  plots: async ({ plain, added, twoSteps }) => ({
    "Right answers by how far each pixel may be moved": linePlot({
      title: `Right answers under attack (PGD, ${few} steps)`,
      x: { label: "epsilon" },
      y: { label: "share of right answers", include: [0, 1], fixed: true },
      series: [
        { ...plain, name: "digits alone" },
        { ...added, name: "examples added" },
        { ...twoSteps, name: "examples alone" },
      ].map(({ name, curve }) => ({ name, points: curve, marks: "both" })),
    }),
    [`Digits; what an attack adds against the network that learnt from digits alone, and the sum, read as ${plain.answers.join(", ")}; what one adds against the network that learnt from examples alone, and the sum, read as ${twoSteps.answers.join(", ")}`]:
      await pictureGrid(concatenate([...plain.pictures, ...twoSteps.pictures.slice(1)]), 10),
  }),
};
