import { gradientsOf } from "@dl/autograd";
import type { Backend, DType } from "@dl/backend";
import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import {
  lazyRates,
  MinibatchDeviation,
  modulatedConv2d,
  pathLengthPenalty,
  pathLengths,
  r1Penalty,
  StyleDiscriminator,
  StyleGenerator,
  styleStep,
} from "@dl/gan";
import { Adam } from "@dl/optim";
import { tensor, where, type CreationOptions, type Tensor } from "@dl/tensor";
import { describe, expect, it } from "vitest";
import { numbersOf, readFixture, type PackedTensor } from "./fixtures.ts";
import { NumberStream } from "./number-stream.ts";

const { modulation, parts, losses } = readFixture<{
  readonly modulation: readonly {
    readonly enlarge: readonly number[] | null;
    readonly demodulate: boolean;
    readonly outputs: PackedTensor;
    readonly gradients: readonly PackedTensor[];
    readonly second: readonly PackedTensor[];
  }[];
  readonly parts: {
    readonly styles: PackedTensor;
    readonly mappingSlopes: readonly number[];
    readonly flatness: number;
    readonly flatnessSlopes: readonly number[];
    readonly spread: readonly number[];
    readonly spreadSlope: number;
    readonly pathLengths: readonly number[];
    readonly pathSlopes: readonly number[];
  };
  readonly losses: {
    readonly discriminator: readonly number[];
    readonly flatness: readonly number[];
    readonly generator: readonly number[];
    readonly path: readonly number[];
    readonly meanPathLength: number;
  };
}>("style");

const batch = 8;
const width = 8;
const channels = [6, 5, 4];
const layers = 6;
const pictures = [batch, 3, 16, 16];

/** Nearly normal numbers of the stream, as scripts/make-style-fixtures.py draws them. */
class NormalStream extends NumberStream {
  readonly options: CreationOptions;

  constructor(options: CreationOptions) {
    super();
    this.options = options;
  }

  numbers(count: number): Float32Array {
    const shares = this.shares(4 * count);
    return Float32Array.from({ length: count }, (_, i) => {
      const of = (k: number): number => shares[k * count + i]!;
      return (of(0) + of(1) + of(2) + of(3) - 2) * Math.sqrt(3);
    });
  }

  normal(...shape: number[]): Tensor {
    const count = shape.reduce((product, size) => product * size, 1);
    return tensor(this.numbers(count), { ...this.options, shape });
  }

  noise(): readonly Tensor[] {
    return [4, 8, 8, 16, 16].map((size) => this.normal(batch, 1, size, size));
  }

  /** The parameters drawn one after the other, each as it starts in the script. */
  started<Model extends StyleGenerator | StyleDiscriminator>(model: Model): Model {
    for (const [path, parameter] of model.namedParameters()) {
      const isWeight = path.endsWith("weight") || path.endsWith("start");
      const scale = (isWeight ? 1 : 0.1) * (path.startsWith("mapping") ? 100 : 1);
      const shift = path.endsWith("affine.bias") ? 1 : 0;
      const drawn = this.numbers(parameter.elementCount).map((x) => x * scale + shift);
      parameter.assign(tensor(drawn, { ...this.options, shape: parameter.shape }));
    }
    return model;
  }

  players(): { readonly model: StyleGenerator; readonly discriminator: StyleDiscriminator } {
    const sizes = { channels, ...this.options };
    const model = this.started(new StyleGenerator({ ...sizes, width, mappingLayers: 2 }));
    return { model, discriminator: this.started(new StyleDiscriminator(sizes)) };
  }
}

describe.each<[string, Backend, DType, number]>([
  ["reference", reference(), "float64", 1e-9],
  ["cpu", await cpu(), "float32", 1e-4],
])("%s", (name, backend, dtype, tolerance) => {
  const options: CreationOptions = { backend, dtype };

  /** To within the tolerance of the largest of them. */
  const expectAlike = (ours: ArrayLike<number>, theirs: ArrayLike<number>, what: string): void => {
    expect(ours.length).toBe(theirs.length);
    const scale = Math.max(...Array.from(theirs, Math.abs));
    for (let i = 0; i < ours.length; i++)
      expect(Math.abs(ours[i]! - theirs[i]!), what).toBeLessThanOrEqual(tolerance * scale);
  };
  const norms = async (gradients: readonly Tensor[]): Promise<number[]> =>
    await Promise.all(gradients.map((gradient) => gradient.norm().item()));

  it.each(modulation)(
    "modulated convolution (enlarged by $enlarge, demodulated: $demodulate) has the results, gradients and second derivatives of one weight per picture",
    async ({ enlarge, demodulate, outputs, gradients, second }) => {
      const stream = new NormalStream(options);
      const inputs = [
        stream.normal(2, 3, 4, 4),
        stream.normal(4, 3, 3, 3),
        stream.normal(2, 3),
      ].map((x) => x.requireGrad()) as [Tensor, Tensor, Tensor];
      const ours = modulatedConv2d(...inputs, { demodulate, ...(enlarge && { enlarge }) });
      expectAlike(await ours.data(), numbersOf(outputs), "outputs");
      const loss = ours.mul(stream.normal(...ours.shape)).sum();
      const slopes = gradientsOf(loss, inputs, { createGraph: true });
      const further = gradientsOf(slopes[2]!.square().sum(), inputs);
      for (const i of [0, 1, 2]) {
        expectAlike(await slopes[i]!.data(), numbersOf(gradients[i]!), `gradient ${i}`);
        const wanted = numbersOf(second[i]!);
        const found = await further[i]!.data();
        if (wanted.some((x) => x !== 0)) expectAlike(found, wanted, `second derivative ${i}`);
        else expect(Math.max(...found.map(Math.abs))).toBeLessThan(tolerance);
      }
    },
  );

  it("mapping network, minibatch deviation, R1 and path lengths are PyTorch's, and so are their slopes", async () => {
    const stream = new NormalStream(options);
    const { model, discriminator } = stream.players();
    const [latents, real] = [stream.normal(batch, width), stream.normal(...pictures)];
    const styles = model.mapping.forward(latents);
    expectAlike(await styles.data(), numbersOf(parts.styles), "styles");
    const ofMapping = gradientsOf(styles.square().sum(), model.mapping.parameters(), {
      retainGraph: true,
    });
    expectAlike(await norms(ofMapping), parts.mappingSlopes, "slopes of the mapping network");

    const flat = r1Penalty()((x) => discriminator.forward(x), real, real, undefined);
    expectAlike([await flat.item()], [parts.flatness], "R1");
    const flatness = await norms(gradientsOf(flat, discriminator.parameters()));
    expectAlike(flatness, parts.flatnessSlopes, "slopes of R1");

    const features = stream.normal(batch, 4, 3, 3).requireGrad();
    const spread = new MinibatchDeviation().forward(features).narrow(1, 4, 1);
    expectAlike(await spread.slice([null, null, 0, 0]).data(), parts.spread, "deviations");
    const ofFeatures = gradientsOf(spread.square().sum(), [features]);
    expectAlike(await norms(ofFeatures), [parts.spreadSlope], "slope of deviations");

    const at = styles.unsqueeze(1).expand([batch, layers, width]);
    const made = model.synthesis.forward(at, stream.noise());
    const directions = stream.normal(...pictures);
    const lengths = pathLengths(made, at, directions);
    expectAlike(await lengths.data(), parts.pathLengths, "path lengths");
    const mean = tensor(0.5, options);
    const penalty = pathLengthPenalty(made, at, mean, { noise: directions, share: 0 });
    const ofPaths = await norms(gradientsOf(penalty, model.synthesis.parameters()));
    expectAlike(ofPaths, parts.pathSlopes, "slopes of path lengths");
  });

  it("20 steps with lazy R1 and path lengths have PyTorch's losses, each at its turn", async () => {
    const stream = new NormalStream(options);
    const { model, discriminator } = stream.players();
    const rates = { learningRate: 2e-3, beta1: 0, beta2: 0.99 };
    const flatness: Tensor[] = [];
    const flat = r1Penalty();
    interface Batch {
      readonly inputs: Tensor;
      readonly latents: readonly Tensor[];
      readonly crossing: Tensor;
      readonly noise: readonly Tensor[];
      readonly directions: Tensor;
    }
    const layer = tensor([0, 1, 2, 3, 4, 5], { backend, dtype: "int32", shape: [1, layers, 1] });
    const step = styleStep<Batch>(model, discriminator, {
      optimizers: {
        generator: new Adam(model.parameters(), lazyRates(rates, 8)),
        discriminator: new Adam(discriminator.parameters(), lazyRates(rates, 16)),
      },
      lazyPenalties: [
        {
          every: 16,
          penalty: (...given) => {
            flatness.push(flat(...given).detach());
            return flat(...given);
          },
        },
      ],
      styles: (count, { latents, crossing }) => {
        const [first, second] = latents.map((z) => model.styles(z.narrow(0, 0, count)));
        return where(layer.less(crossing.narrow(0, 0, count)), first!, second!);
      },
      noise: (count, { noise }) => noise.map((each) => each.narrow(0, 0, count)),
      directions: (_, { directions }) => directions,
    });
    const expected = { ...losses, flatness: [...losses.flatness], path: [...losses.path] };
    let worst = 0;
    const compare = async (ours: Tensor, theirs: number): Promise<void> => {
      worst = Math.max(worst, Math.abs((await ours.item()) - theirs) / Math.max(1, theirs));
    };
    const steps = dtype === "float64" ? 9 : 20; // the reference backend takes its time
    for (let i = 0; i < steps; i++) {
      const inputs = stream.normal(...pictures);
      const latents = [stream.normal(batch, width), stream.normal(batch, width)];
      const crossing = tensor(
        stream.shares(batch).map((share) => 1 + Math.floor(share * (layers - 1))),
        { backend, dtype: "int32", shape: [batch, 1, 1] },
      );
      const noise = stream.noise();
      const directions = stream.normal(batch / 2, ...pictures.slice(1));
      const told = await step.step({ inputs, latents, crossing, noise, directions });
      await compare(told.discriminatorLoss, expected.discriminator[i]!);
      await compare(told.generatorLoss!, expected.generator[i]!);
      if (i % 16 === 0) await compare(flatness.shift()!.mul(16), expected.flatness.shift()!);
      if (told.pathPenalty) await compare(told.pathPenalty, expected.path.shift()!);
    }
    if (steps === 20) await compare(model.meanPathLength, expected.meanPathLength);
    const left = [flatness.length, expected.flatness.length, expected.path.length];
    expect(left).toEqual(steps === 20 ? [0, 0, 0] : [0, 1, 1]);
    expect(step.parts!.map(({ refusal }) => refusal)).toEqual(Array(4).fill(undefined));
    process.stdout.write(`${name}: losses differ from PyTorch's by ${worst.toExponential(1)}\n`);
    expect(worst).toBeLessThan(tolerance);
  });
});
