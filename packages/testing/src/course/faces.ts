import { noGrad } from "@dl/autograd";
import { blur, Conv2d } from "@dl/conv";
import { DataLoader, faceAttributes, ProceduralFaces, TensorDataset } from "@dl/data";
import { Flatten, heNormal, Linear, meanSquaredError, ReLU, Sequential } from "@dl/nn";
import { Adam } from "@dl/optim";
import { concatenate, Generator, uniform, type Tensor } from "@dl/tensor";
import { learn } from "./learn.ts";

/** How large the experiments on faces are: for pages, or for a quick test. */
export const sizes =
  process.env["DL_COURSE"] === "write"
    ? {
        train: 16_000,
        test: 4000,
        judgeSteps: 1500,
        channels: 24,
        steps: 2500,
        components: 8,
        secondEpochs: 60,
      }
    : {
        train: 3000,
        test: 1000,
        judgeSteps: 400,
        channels: 12,
        steps: 300,
        components: 3,
        secondEpochs: 40,
      };

/** Drawn faces as tensors: [count, 3, 32, 32] and [count, 4]; the attributes by name besides. */
export interface Faces {
  readonly inputs: Tensor;
  readonly attributes: Tensor;
  readonly values: Readonly<Record<string, readonly number[]>>;
}

export async function drawFaces(
  count: number,
  split: "train" | "test",
  detail = 0,
): Promise<Faces> {
  const faces = new ProceduralFaces({ length: count, seed: 0, split, detail });
  const [all] = new DataLoader(faces, { batchSize: count });
  return { ...all!, values: await byAttribute(all!.attributes) };
}

/** Columns by the name of the attribute. */
async function byAttribute(attributes: Tensor): Promise<Record<string, readonly number[]>> {
  const columns = await attributes.transpose(0, 1).toArray<number[][]>();
  return Object.fromEntries(faceAttributes.map((name, i) => [name, columns[i]!]));
}

/** A network that tells the attributes of faces, and the features that it tells them by. */
export interface FaceJudge {
  readonly features: Sequential;
  /** Of each picture, by attribute, from −1 to 1 or so. */
  judge(pictures: Tensor): Promise<Readonly<Record<string, readonly number[]>>>;
}

/**
 * Learns the attributes. What autoencoders make is blurred, and a judge that never saw a blurred face
 * calls nearly all of them smiling: one that is to judge them learns from
 * pictures blurred at random, and by Adam: what Muon teaches it holds for true faces alone.
 */
export async function trainJudge(faces: Faces, sight: "sharp" | "blurred"): Promise<FaceJudge> {
  const generator = new Generator(21);
  const start = { init: heNormal, generator };
  const features = new Sequential(
    new Conv2d(3, 16, 4, { stride: 2, padding: 1, ...start }),
    new ReLU(),
    new Conv2d(16, 32, 4, { stride: 2, padding: 1, ...start }),
    new ReLU(),
    new Flatten(),
    new Linear(32 * 8 * 8, 64, start),
    new ReLU(),
  );
  const network = new Sequential(features, new Linear(64, 4, { generator }));
  const data = new TensorDataset({ inputs: faces.inputs, attributes: faces.attributes });
  await learn(
    network,
    sizes.judgeSteps,
    () => {
      const { inputs, attributes } = data.sample(32, { generator });
      const seen = sight === "sharp" ? inputs : blurredAtRandom(inputs, generator);
      return meanSquaredError(network.forward(seen), attributes);
    },
    [new Adam(network.parameters(), { learningRate: 2e-3 })],
  );
  return {
    features,
    judge: async (pictures) => await byAttribute(await inParts(network, pictures)),
  };
}

/** Each picture between sharp and twice blurred. */
function blurredAtRandom(inputs: Tensor, generator: Generator): Tensor {
  const once = blur(inputs, [1, 2, 1]);
  const twice = blur(once, [1, 2, 1]);
  const amount = uniform([inputs.shape[0]!, 1, 1, 1], { high: 2, generator });
  return inputs.lerp(once, amount.clamp(0, 1)).lerp(twice, amount.sub(1).clamp(0, 1));
}

/** What a network makes of many inputs, without gradients. */
export async function inParts(
  network: { forward(inputs: Tensor): Tensor },
  inputs: Tensor,
): Promise<Tensor> {
  const parts: Tensor[] = [];
  for (const part of inputs.split(500)) {
    const outputs = noGrad(() => network.forward(part));
    await outputs.data();
    parts.push(outputs);
  }
  return concatenate(parts);
}
