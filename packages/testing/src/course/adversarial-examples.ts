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
  type AttackOptions,
} from "@dl/gan";
import { crossEntropy, Flatten, heNormal, Linear, ReLU, Sequential } from "@dl/nn";
import { Adam, Scheduler } from "@dl/optim";
import { concatenate, Generator, type Tensor } from "@dl/tensor";
import { fit, supervised, type SupervisedBatch, type TrainingStep } from "@dl/training";
import { round, type Chapter } from "./chapter.ts";
import { digitsToTell, type LabelledDigits } from "./labelled-digits.ts";
import { pictureGrid } from "./picture-grid.ts";
import { linePlot, type Point } from "./plot/line-plot.ts";

/** How far a pixel may be moved, from 0 (black) to 1 (white); how long is learnt, how much is tried. */
const { epsilon, plainEpochs, epochs, channels, tried, steps } =
  process.env["DL_COURSE"] === "write"
    ? { epsilon: 0.3, plainEpochs: 0.3, epochs: 3, channels: 16, tried: 1000, steps: 50 }
    : { epsilon: 0.2, plainEpochs: 3, epochs: 8, channels: 16, tried: 250, steps: 20 };
const bounds = [0, 1] as const;

const makeClassifier = (generator: Generator): Sequential => {
  const halving = { stride: 2, padding: 1, init: heNormal, generator };
  return new Sequential(
    new Conv2d(1, channels, 4, halving),
    new ReLU(),
    new Conv2d(channels, 2 * channels, 4, halving),
    new ReLU(),
    new Flatten(),
    new Linear(2 * channels * 49, 64, { init: heNormal, generator }),
    new ReLU(),
    new Linear(64, 10, { generator }),
  );
};

/** A network at school: what it learns from, by which step. */
interface Course {
  readonly model: Sequential;
  readonly digits: LabelledDigits;
  readonly generator: Generator;
}

/** So many passes; over the last third the rate falls to nothing. */
async function teach(
  { digits: { train }, generator }: Course,
  passes: number,
  optimizer: Adam,
  step: TrainingStep<SupervisedBatch>,
): Promise<void> {
  const set = new TensorDataset({ inputs: train.inputs, targets: train.targets });
  const length = Math.floor((passes * set.length) / 64);
  const falling = (i: number, base: number): number =>
    base * Math.min(1, (3 * (length - i)) / length);
  const batches = function* (): Iterable<SupervisedBatch> {
    for (let i = 0; i < length; i++) yield set.sample(64, { generator });
  };
  const data = { length, [Symbol.iterator]: () => batches()[Symbol.iterator]() };
  const schedule = new Scheduler(optimizer, falling);
  await fit(step, { data, epochs: 1, schedule, generators: [generator] });
}

const adam = (model: Sequential): Adam => new Adam(model.parameters(), { learningRate: 2e-3 });

/** Digits alone. */
async function teachPlainly(course: Course, passes: number): Promise<void> {
  const optimizer = adam(course.model);
  await teach(
    course,
    passes,
    optimizer,
    supervised(course.model, { loss: crossEntropy, optimizer }),
  );
}

/** The course's way: adversarial examples are made, and added to the digits. */
async function teachWithExamples(course: Course): Promise<void> {
  const { model } = course;
  const optimizer = adam(model);
  const attack = (x: Tensor, y: Tensor): Tensor => fgsm(model, x, y, { epsilon, bounds });
  const step = adversarialTrainingStep(model, { optimizer, attack, lesson: adversarialAdded });
  await teach(course, epochs, optimizer, step);
}

/** As practice does: from a random start, one step a quarter too long, brought back; learnt alone. */
async function teachFromRandomStarts(course: Course): Promise<void> {
  const { model, generator } = course;
  const optimizer = adam(model);
  const oneStep = { epsilon, steps: 1, stepSize: 1.25 * epsilon, bounds, generator };
  const step = adversarialTrainingStep(model, { optimizer, attack: pgdAttack(model, oneStep) });
  await teach(course, epochs, optimizer, step);
}

/** How well a network holds out. */
interface Resistance {
  readonly name: string;
  /** Share of right answers: of all test digits; of those tried, by one step and by many. */
  readonly clean: number;
  readonly oneStep: number;
  readonly fewSteps: number;
  readonly manySteps: number;
  /** Of the processor, to learn all it learnt. */
  readonly seconds: number;
  /** Share of right answers by how far pixels may be moved. */
  readonly curve: readonly Point[];
  /** Digits, what was added to them, as grey for nothing, and the sum. */
  readonly pictures: readonly Tensor[];
  /** What the network answers to those sums. */
  readonly answers: readonly number[];
}

/** As many digits as are tried, from all of the test set. */
function someOf({ test }: LabelledDigits, count: number): SupervisedBatch {
  const all = test.targets.shape[0]!;
  const rows = Array.from({ length: count }, (_, i) => Math.floor((i * all) / count));
  return { inputs: test.inputs.indexSelect(0, rows), targets: test.targets.indexSelect(0, rows) };
}

function inBatches({ inputs, targets }: SupervisedBatch): SupervisedBatch[] {
  const labels = targets.split(250);
  return inputs.split(250).map((some, i) => ({ inputs: some, targets: labels[i]! }));
}

/** Small steps, each a twentieth of the way, from a random start. */
function descent(model: Sequential, reach: number, count: number): Attack {
  const options = { bounds, steps: count, generator: new Generator(1) };
  return pgdAttack(model, { ...options, epsilon: reach, stepSize: (2.5 * reach) / count });
}

async function resistanceOf(name: string, course: Course, seconds: number): Promise<Resistance> {
  const { model, digits } = course;
  const some = someOf(digits, tried);
  const under = async (attack: Attack, of = some): Promise<number> =>
    (await adversarialAccuracy(model, { data: inBatches(of), attack })).robust;
  const sign: AttackOptions = { epsilon, bounds };
  const curve: Point[] = [];
  const fewer = someOf(digits, Math.min(tried, 250));
  for (const share of [0, 0.25, 0.5, 0.75, 1, 1.25])
    curve.push([share * epsilon, await under(descent(model, share * epsilon, 20), fewer)]);
  const { inputs, targets } = someOf(digits, 10);
  const found = descent(model, epsilon, 20)(inputs, targets);
  const added = found
    .sub(inputs)
    .div(2 * epsilon)
    .add(0.5);
  return {
    name,
    seconds,
    curve,
    clean: await under((x) => x, digits.test),
    oneStep: await under((x, y) => fgsm(model, x, y, sign)),
    fewSteps: await under(descent(model, epsilon, 20)),
    manySteps: await under(descent(model, epsilon, steps)),
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
  readonly random: Resistance;
}

async function run(): Promise<AdversarialExamples> {
  const digits = await digitsToTell();
  const school = async (
    name: string,
    lesson: (course: Course) => Promise<void>,
  ): Promise<Resistance> => {
    const started = process.cpuUsage();
    const generator = new Generator(11);
    const course = { digits, generator, model: makeClassifier(generator) };
    await teachPlainly(course, plainEpochs);
    await lesson(course);
    const { user, system } = process.cpuUsage(started);
    return await resistanceOf(name, course, (user + system) / 1e6);
  };
  return {
    set: digits.name,
    plain: await school("digits alone", async () => {}),
    added: await school("examples added to the digits", teachWithExamples),
    random: await school("random starts", teachFromRandomStarts),
  };
}

export const adversarialExamples: Chapter<AdversarialExamples> = {
  number: 11,
  title: "Adversarial examples",
  claim:
    "A network that reads digits well is wrong about nearly all of them once each pixel may be moved a little; trained on such examples of itself it holds out against attacks much longer than those it learnt from, and reads digits as well as before.",
  file: import.meta.filename,
  run,
  figures: ({ set, plain, added, random }) => [
    { what: "digits", value: set },
    ...[plain, added, random].flatMap(({ name, clean, oneStep, fewSteps, manySteps, seconds }) => [
      {
        what: `learnt from ${name}: right answers to all test digits; moved by ${epsilon} in one step (FGSM), in 20 and in ${steps} (PGD)`,
        value: [clean, oneStep, fewSteps, manySteps].map(round).join("; "),
      },
      {
        what: `learnt from ${name}: seconds of the processor, to learn`,
        value: seconds.toFixed(0),
      },
    ]),
  ],
  plots: async ({ plain, added, random }) => ({
    "How many answers stay right, by how far each pixel may be moved": linePlot({
      title: "Right answers under attack (PGD, 20 steps)",
      x: { label: "epsilon" },
      y: { label: "share of right answers", include: [0, 1], fixed: true },
      series: [plain, added, random].map(({ name, curve }) => ({
        name,
        points: curve,
        marks: "both",
      })),
    }),
    [`Digits, what an attack on the network that learnt from digits alone adds, the sum, read as ${plain.answers.join(", ")}; and what one adds to them against the network that learnt from random starts, the sum, read as ${random.answers.join(", ")}`]:
      await pictureGrid(concatenate([...plain.pictures, ...random.pictures.slice(1)]), 10),
  }),
};
