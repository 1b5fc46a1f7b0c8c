import { noGrad } from "@dl/autograd";
import { Conv2d, ConvTranspose2d } from "@dl/conv";
import { meanSquaredError, ReLU, Sequential } from "@dl/nn";
import { Adam } from "@dl/optim";
import { Generator, normal, oneHot, ones, uniform, type Tensor } from "@dl/tensor";
import type { BenchCase, Setting } from "./bench-case.ts";
import { trainingWork } from "./training.ts";

const seed = 1;
const [codes, codeSize] = [64, 32];
const commitment = 0.25;
const decay = 0.99;
const smoothing = 1e-5;

/**
 * Codes that follow the vectors nearest to them, by moving averages of how many there were and of their sum.
 *
 * Source: van den Oord et al. 2017, arXiv:1711.00937, appendix A.1.
 */
class Codebook {
  readonly codes: Tensor;
  private readonly counts: Tensor;
  private readonly sums: Tensor;

  constructor(setting: Setting, generator: Generator) {
    this.codes = normal([codes, codeSize], { ...setting, generator });
    this.counts = ones([codes], setting);
    this.sums = this.codes.clone();
  }

  /** The nearest code of each vector, [vectors, codeSize]; the codes move afterwards. */
  quantize(vectors: Tensor): Tensor {
    const products = vectors.matmul(this.codes.transpose(0, 1)); // [vectors, codes]
    const nearest = this.codes.square().sum(1).sub(products.mul(2)).argmin(1);
    const chosen = this.codes.indexSelect(0, nearest);
    this.follow(vectors, oneHot(nearest, codes).cast(vectors.dtype));
    return chosen;
  }

  private follow(vectors: Tensor, choices: Tensor): void {
    const { counts, sums } = this;
    counts.assign(counts.mul(decay).add(choices.sum(0).mul(1 - decay)));
    sums.assign(
      sums.mul(decay).add(
        choices
          .transpose(0, 1)
          .matmul(vectors)
          .mul(1 - decay),
      ),
    );
    const total = counts.sum();
    const smoothed = counts
      .add(smoothing)
      .div(total.add(codes * smoothing))
      .mul(total);
    this.codes.assign(sums.div(smoothed.unsqueeze(1)));
  }
}

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
    const generator = new Generator(seed);
    const options = { ...setting, generator };
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
    const codebook = new Codebook(setting, generator);
    const initialCodes = codebook.codes.clone();
    return trainingWork(
      () => {
        const encoded = encoder.forward(images); // [batch, codeSize, 7, 7]
        const vectors = encoded.permute([0, 2, 3, 1]); // [batch, 7, 7, codeSize]
        const rows = vectors.detach().reshape([-1, codeSize]);
        const chosen = noGrad(() => codebook.quantize(rows)).reshape(vectors.shape);
        const passed = vectors.add(chosen.sub(vectors).detach()).permute([0, 3, 1, 2]);
        return meanSquaredError(decoder.forward(passed), images).add(
          meanSquaredError(vectors, chosen).mul(commitment),
        );
      },
      new Adam(parameters, { learningRate: 1e-3 }),
      parameters,
      [initialCodes, images],
    );
  },
};
