import { Function, type FunctionContext } from "@dl/autograd";
import { identityInitializer, Linear, meanSquaredError } from "@dl/nn";
import { Adam } from "@dl/optim";
import { Generator, stack, uniform, type Tensor } from "@dl/tensor";
import { round, type Chapter } from "./chapter.ts";
import { linePlot } from "./plot/line-plot.ts";

/** (x, y) → (radius, angle): two tensors in, two out. */
class Polar extends Function<readonly [Tensor, Tensor]> {
  forward(ctx: FunctionContext, x: Tensor, y: Tensor): readonly [Tensor, Tensor] {
    const radius = x.hypot(y);
    ctx.saveForBackward(x, y, radius);
    return [radius, y.atan2(x)];
  }

  // ∂radius/∂x = x / r, ∂radius/∂y = y / r, ∂angle/∂x = −y / r², ∂angle/∂y = x / r².
  backward(ctx: FunctionContext, dRadius: Tensor, dAngle: Tensor): readonly Tensor[] {
    const [x, y, radius] = ctx.savedTensors as [Tensor, Tensor, Tensor];
    const turn = dAngle.div(radius.square());
    return [
      dRadius.mul(x).div(radius).sub(turn.mul(y)),
      dRadius.mul(y).div(radius).add(turn.mul(x)),
    ];
  }
}

interface Training {
  readonly losses: readonly number[];
  /** Largest difference of the learnt matrix from the true one. */
  readonly matrixError: number;
}

/** Learns the matrix that stretches and turns points, from the polar coordinates of what it makes. */
async function run(): Promise<Training> {
  const generator = new Generator(1);
  const [stretch, turn] = [1.5, 0.5];
  const points = uniform([64, 2], { low: 0.2, high: 2, generator });
  const [radius, angle] = new Polar().apply(points.select(1, 0), points.select(1, 1));
  const targets = stack([radius.mul(stretch), angle.add(turn)], 1);

  const layer = new Linear(2, 2, { bias: false, init: identityInitializer });
  const optimizer = new Adam(layer.parameters(), { learningRate: 0.02 });
  const losses: number[] = [];
  for (let step = 0; step < 400; step++) {
    const moved = layer.forward(points);
    const outputs = new Polar().apply(moved.select(1, 0), moved.select(1, 1));
    const loss = meanSquaredError(stack(outputs, 1), targets);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    losses.push(await loss.item());
  }
  const [c, s] = [stretch * Math.cos(turn), stretch * Math.sin(turn)];
  const learnt = [...(await layer.weight.data())];
  const matrixError = Math.max(...[c, -s, s, c].map((entry, i) => Math.abs(entry - learnt[i]!)));
  return { losses, matrixError };
}

export const functions: Chapter<Training> = {
  number: 1,
  title: "Tensors and functions",
  claim:
    "A function written by the user, with two inputs and two outputs, trains: its `backward` takes one cotangent per output and gives one gradient per input.",
  file: import.meta.filename,
  run,
  figures: ({ losses, matrixError }) => [
    { what: "loss before training", value: round(losses[0]!) },
    { what: `loss after ${losses.length} steps`, value: round(losses.at(-1)!) },
    { what: "largest error of the learnt matrix", value: round(matrixError) },
  ],
  plots: ({ losses }) => ({
    "Loss over the steps": linePlot({
      title: "A layer learns through a function of two inputs and two outputs",
      x: { label: "step" },
      y: { label: "mean squared error", log: true },
      series: [{ name: "loss", points: losses.map((loss, step) => [step, loss]) }],
    }),
  }),
};
