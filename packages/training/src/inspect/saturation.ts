import { noGrad } from "@dl/autograd";
import { checkOptions } from "@dl/backend";
import { concatenate, type Tensor } from "@dl/tensor";
import { Hardsigmoid, Hardtanh, ReLU, ReLU6, Sigmoid, Softsign, Tanh, type Module } from "@dl/nn";
import { watchLayers } from "./activations.ts";

/** Between which values an activation's output lies; `undefined` for those that do not level off. */
function rangeOf(layer: Module): readonly [low: number, high: number] | undefined {
  if (layer instanceof ReLU) return [0, Infinity];
  if (layer instanceof ReLU6) return [0, 6];
  if (layer instanceof Sigmoid || layer instanceof Hardsigmoid) return [0, 1];
  if (layer instanceof Tanh || layer instanceof Softsign) return [-1, 1];
  if (layer instanceof Hardtanh) return [layer.low, layer.high];
  return undefined;
}

/** Where a unit counts as saturated. */
export interface SaturationOptions {
  /** Share of the range, at either end, that counts as saturated. Default 0.01. */
  readonly margin?: number;
}

/**
 * Runs `forward`, which calls the model, and gives for each activation that levels off the share of
 * its outputs that lie where it does: near the limits of a sigmoid or tanh, at 0 of a ReLU. There
 * the gradient is small or none.
 *
 * @example
 * const squashed = new Sequential(new Linear(4, 8), new Sigmoid());
 * const shares = await saturationShares(squashed, () => squashed.forward(inputs.mul(1e6)));
 * shares.get("1") > 0.95; // => true
 */
export async function saturationShares(
  model: Module,
  forward: () => unknown,
  options: SaturationOptions = {},
): Promise<Map<string, number>> {
  const { margin = 0.01 } = checkOptions("saturationShares", options, { margin: "number" });
  const shares = new Map<string, Tensor>();
  const stop = watchLayers(model, (path, output, layer) => {
    const range = rangeOf(layer);
    if (range !== undefined)
      shares.set(
        path,
        noGrad(() => shareNear(output, range, margin)),
      );
  });
  try {
    forward();
  } finally {
    stop();
  }
  if (shares.size === 0) return new Map();
  const numbers = await concatenate([...shares.values()]).data();
  return new Map([...shares.keys()].map((path, i) => [path, numbers[i]!]));
}

/** [1] */
function shareNear(output: Tensor, [low, high]: readonly [number, number], margin: number): Tensor {
  const width = high === Infinity ? 0 : (high - low) * margin;
  const isLow = output.lessEqual(low + width);
  const isSaturated =
    high === Infinity ? isLow : isLow.logicalOr(output.greaterEqual(high - width));
  return isSaturated.cast("float32").mean().reshape([1]);
}
