import { cpu } from "@dl/backend-cpu";
import { Independent, Normal } from "@dl/distributions";
import { BatchNorm, LeakyReLU, Linear, ReLU, Sequential } from "@dl/nn";
import { Adam } from "@dl/optim";
import { configure, Generator, integers, normal, tensor, zeros, type Tensor } from "@dl/tensor";
import { fit, ModelAverage } from "@dl/training";
import { beforeAll, describe, expect, it } from "vitest";
import { adversarialStep } from "../steps/adversarial-step.ts";
import { auxiliaryClassifier, AuxiliaryDiscriminator } from "./auxiliary-classifier.ts";
import { classConditional } from "./class-conditional.ts";
import { ClassGenerator, ConcatenatedClasses } from "./class-generator.ts";
import { ConditionalBatchNorm } from "./conditional-batch-norm.ts";
import type { LabelledBatch } from "./labelled-batch.ts";
import { ProjectionDiscriminator } from "./projection-discriminator.ts";

beforeAll(async () => {
  configure({ backend: await cpu() });
});

const int32 = (...numbers: number[]): Tensor => tensor(numbers, { dtype: "int32" });

describe("ConditionalBatchNorm", () => {
  it("starts as a batch norm, and scales and shifts by class", async () => {
    const x = normal([6, 2, 3, 3], { generator: new Generator(1) });
    const classes = int32(0, 1, 0, 1, 1, 0);
    const norm = new ConditionalBatchNorm(2, 2);
    const plain = new BatchNorm(2).forward(x);
    expect(await norm.forward(x, classes).sub(plain).abs().max().item()).toBeLessThan(1e-5);
    norm.scale.weight.assign(tensor([[1, 1], [3, 3]])); // prettier-ignore
    norm.shift.weight.assign(tensor([[0, 0], [5, 5]])); // prettier-ignore
    const changed = norm.forward(x, classes);
    const [first, second] = [0, 1].map((i) => changed.select(0, i).sub(plain.select(0, i)));
    expect(await first!.abs().max().item()).toBeLessThan(1e-5);
    const expected = plain.select(0, 1).mul(2).add(5);
    expect(await second!.sub(expected).abs().max().item()).toBeLessThan(1e-5);
  });
});

describe("ProjectionDiscriminator", () => {
  it("adds the features' product with the class's vector", async () => {
    const features = new Linear(3, 4);
    const judge = new ProjectionDiscriminator(features, 4, 5, { normalization: "none" });
    const x = normal([2, 3]);
    const scores = judge.forward(x, int32(1, 4));
    const at = features.forward(x);
    const rows = (judge.embedding as unknown as { weight: Tensor }).weight;
    const along = at.mul(rows.indexSelect(0, int32(1, 4))).sum(1, { keepDims: true });
    const expected = judge.output.forward(at).add(along);
    expect(await scores.sub(expected).abs().max().item()).toBeLessThan(1e-5);
    const bounded = new ProjectionDiscriminator(features, 4, 5);
    expect(bounded.forward(x, int32(1, 4)).shape).toEqual([2, 1]);
  });
});

/** Points around one of three centres: the class says which. */
const centers = (): Tensor =>
  tensor([
    [2, 0],
    [-1, 1.7],
    [-1, -1.7],
  ]);
const pointsOf = (generator: Generator) => (): LabelledBatch => {
  const targets = integers(0, 3, [64], { generator });
  const noise = normal([64, 2], { generator }).mul(0.2);
  return { inputs: centers().indexSelect(0, targets).add(noise), targets };
};
const hidden = (inputs: number, generator: Generator): [Linear, LeakyReLU] => [
  new Linear(inputs, 24, { generator }),
  new LeakyReLU(0.2),
];

describe("class-conditional games", () => {
  const judges = {
    "by projection": (generator: Generator, model: ClassGenerator) => {
      const features = new Sequential(...hidden(2, generator), ...hidden(24, generator));
      const options = { normalization: "none", generator } as const;
      const judge = new ProjectionDiscriminator(features, 24, 3, options);
      return [judge, classConditional(model, judge, { generator })] as const;
    },
    "by an auxiliary classifier": (generator: Generator, model: ClassGenerator) => {
      const features = new Sequential(...hidden(2, generator), ...hidden(24, generator));
      const judge = new AuxiliaryDiscriminator(features, 24, 3, { generator });
      const { penalty, generatorTerm } = auxiliaryClassifier((x) => judge.classify(x));
      const { generate, samples } = classConditional(model, judge, { generator });
      const terms = { penalties: [penalty], generatorTerms: [generatorTerm] };
      return [judge, { generate, samples, ...terms }] as const;
    },
  };

  it.each(Object.entries(judges))("make what they are told: %s", async (_, makeJudge) => {
    const generator = new Generator(3);
    const network = new Sequential(
      new Linear(2 + 4, 24, { generator }),
      new ReLU(),
      new Linear(24, 2, { generator }),
    );
    const latent = new Independent(new Normal(zeros([2]), 1), 1);
    const told = new ConcatenatedClasses(network, 3, 4, { generator });
    const model = new ClassGenerator(told, latent, 3);
    const [judge, options] = makeJudge(generator, model);
    const adam = { beta1: 0.5, beta2: 0.99 };
    const step = adversarialStep<LabelledBatch>(model, judge, {
      optimizers: {
        generator: new Adam(model.parameters(), { learningRate: 0.002, ...adam }),
        discriminator: new Adam(judge.parameters(), { learningRate: 0.004, ...adam }),
      },
      ...options,
    });
    const averages = new ModelAverage(model, { decay: 0.99 });
    const data = Array.from({ length: 50 }, pointsOf(generator));
    await fit(step, { data, epochs: 16, averages, generators: [generator] });
    expect(step.parts!.map(({ refusal }) => refusal)).toEqual([undefined, undefined]);
    for (let k = 0; k < 3; k++) {
      const made = averages.model.sample(400, { classes: k, generator });
      const away = made.sub(centers().select(0, k)).norm(2, -1);
      expect(await away.less(1).cast("float32").mean().item()).toBeGreaterThan(0.9);
    }
    // Of any class, a third each.
    const any = averages.model.sample(3000, { generator });
    const right = any.select(1, 0).greater(0.5).cast("float32").mean();
    expect(Math.abs((await right.item()) - 1 / 3)).toBeLessThan(0.06);
  });
});

describe("ClassGenerator", () => {
  it("samples classes one by one, and refuses what is none", () => {
    const latent = new Independent(new Normal(zeros([2]), 1), 1);
    const network = new ConcatenatedClasses(new Linear(3, 4), 5, 1);
    const model = new ClassGenerator(network, latent, 5);
    expect(model.sample(3, { classes: int32(0, 4, 1) }).shape).toEqual([3, 4]);
    expect(() => model.sample(2, { classes: "4" as never })).toThrow("classes");
    expect(() => new ClassGenerator(network, latent, 0)).toThrow("classCount");
    expect(() => auxiliaryClassifier((x) => x, { weight: -2 })).toThrow("weight");
  });
});
