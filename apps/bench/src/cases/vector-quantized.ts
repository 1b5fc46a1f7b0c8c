import { Conv2d, ConvTranspose2d } from "@dl/conv";
import { meanSquaredError, ReLU, Sequential } from "@dl/nn";
import { Adam } from "@dl/optim";
import { Generator, uniform } from "@dl/tensor";
import { VectorQuantizer } from "@dl/vae";
import type { BenchCase } from "./bench-case.ts";
import { trainingWork } from "./training.ts";

const seed = 1;
const [codes, codeSize] = [64, 32];
const commitment = 0.25;

export const vqVae: BenchCase = {
  id: "vq-vae",
  group: "training",
  definition:
    "convolution 4x4 stride 2 to 16, ReLU, to 32, ReLU, 1x1 to 32; nearest of 64 codes of 32 numbers, straight-through, codes by moving averages (0.99, smoothing 1e-5); 3x3 to 32, ReLU, transposed convolution 4x4 stride 2 to 16, ReLU, to 1; padding 1; squared error + 0.25 commitment, means; Adam(1e-3), batch 64 of 28x28",
  kind: "vq-vae",
  params: { batch: 64 },
  samples: 64,
  learns: true,
  flops:
    6 * 64 * (2 * (196 * 16 * 16 + 49 * 32 * 256) + 49 * (32 * 32 + 32 * 288)) +
    2 * 2 * 64 * 49 * codes * codeSize,
  checkParams: { batch: 4 },
  build(setting, { batch }) {
    const options = { ...setting, generator: new Generator(seed) };
    const halves = { stride: 2, padding: 1, ...options };
    const encoder = new Sequential(
      new Conv2d(1, 16, 4, halves),
      new ReLU(),
      new Conv2d(16, 32, 4, halves),
      new ReLU(),
      new Conv2d(32, codeSize, 1, options),
    );
    const decoder = new Sequential(
      new Conv2d(codeSize, 32, 3, { padding: 1, ...options }),
      new ReLU(),
      new ConvTranspose2d(32, 16, 4, halves),
      new ReLU(),
      new ConvTranspose2d(16, 1, 4, halves),
    );
    const parameters = [...encoder.parameters(), ...decoder.parameters()];
    const images = uniform([batch!, 1, 28, 28], options);
    // No code starts anew: what is random belongs to no comparison.
    const quantizer = new VectorQuantizer(codes, codeSize, { restartBelow: 0, ...options });
    const initialCodes = quantizer.codebook.clone();
    return trainingWork(
      () => {
        const encoded = quantizer.forward(encoder.forward(images)); // [batch, codeSize, 7, 7]
        return meanSquaredError(decoder.forward(encoded.quantized), images).add(
          encoded.commitment.mul(commitment),
        );
      },
      new Adam(parameters, { learningRate: 1e-3 }),
      parameters,
      [initialCodes, images],
    );
  },
};
