import { ShapeError, formatShape, type OptionKinds } from "@dl/backend";
import { arange, generatorKind, uniform, type Generator, type Tensor } from "@dl/tensor";
import { checkShare } from "../check-number.ts";

/** What may be done to pictures, and how much of it. */
export interface AugmentationPolicy {
  /** Whether brightness, saturation and contrast change. Default true. */
  readonly color?: boolean;
  /** Largest shift, as a share of the side; zeros come in. 0 for none. Default 1/8. */
  readonly translation?: number;
  /** Side of a square that becomes 0, as a share of the picture's; 0 for none. Default 1/2. */
  readonly cutout?: number;
  /** Where the changes come from; the default generator unless said. */
  readonly generator?: Generator;
}

export const policyKinds: OptionKinds<AugmentationPolicy> = {
  color: "boolean",
  translation: "number",
  cutout: "number",
  generator: generatorKind,
};

/** The changes of the policy, each of every picture by itself; `chance` is that of each change. */
export type Change = (pictures: Tensor, chance: Tensor | undefined) => Tensor;

/** @throws {ArgumentError} unless the shares are shares. */
export function changesOf(op: string, policy: AugmentationPolicy): Change {
  const { color = true, translation = 1 / 8, cutout = 1 / 2, generator } = policy;
  checkShare(op, "translation", translation);
  checkShare(op, "cutout", cutout);
  return (pictures, chance) => {
    if (pictures.ndim !== 4)
      throw new ShapeError(
        op,
        `needs pictures [batch, channels, height, width]: received ${formatShape(pictures.shape)}.`,
        { expected: ["batch", "channels", "height", "width"], received: pictures.shape },
      );
    const { dtype, backend, shape } = pictures;
    const random: Draw = () =>
      uniform([shape[0]!, 1, 1, 1], { dtype, backend, ...(generator && { generator }) });
    const gate = (): Tensor | number =>
      chance === undefined ? 1 : random().less(chance).cast(dtype);
    let x = pictures;
    if (color) x = recolored(x, random, gate);
    if (translation > 0) x = shifted(x, translation, random, gate);
    if (cutout > 0) x = cut(x, cutout, random, gate);
    return x;
  };
}

type Draw = () => Tensor;
/** 1 where the change is made, 0 where not: [batch, 1, 1, 1], or of all pictures. */
type Gate = () => Tensor | number;

/** Brightness by −½ to ½, saturation by 0 to 2, contrast by ½ to 1½. */
function recolored(pictures: Tensor, draw: Draw, gate: Gate): Tensor {
  let x = pictures.add(draw().sub(0.5).mul(gate()));
  if (pictures.shape[1]! > 1) x = aroundMean(x, 1, draw().mul(2).sub(1).mul(gate()).add(1));
  return aroundMean(x, [1, 2, 3], draw().sub(0.5).mul(gate()).add(1));
}

function aroundMean(x: Tensor, axes: number | readonly number[], factor: Tensor): Tensor {
  const mean = x.mean(axes, { keepDims: true });
  return x.sub(mean).mul(factor).add(mean);
}

/** By products with matrices of zeros and ones, which have all derivatives and take in zeros. */
function shifted(x: Tensor, share: number, draw: Draw, gate: Gate): Tensor {
  const [, , height, width] = x.shape as readonly [number, number, number, number];
  const gates = gate(); // The same for both directions: it is one change.
  const shift = (side: number): Tensor => {
    const most = Math.floor(side * share + 0.5);
    const by = draw()
      .mul(2 * most + 1)
      .floor()
      .sub(most)
      .mul(gates); // [batch, 1, 1, 1]
    const at = arange(side, { dtype: x.dtype, backend: x.backend });
    return at.unsqueeze(0).sub(at.unsqueeze(1)).equal(by).cast(x.dtype); // [batch, 1, to, from]
  };
  return shift(height).matmul(x).matmul(shift(width).transpose(2, 3));
}

/** A square somewhere, also partly outside, becomes 0. */
function cut(x: Tensor, share: number, draw: Draw, gate: Gate): Tensor {
  const [, , height, width] = x.shape as readonly [number, number, number, number];
  const inside = (side: number, axis: 2 | 3): Tensor => {
    const length = Math.floor(side * share + 0.5);
    const start = draw()
      .mul(side + 1 - (length % 2))
      .floor()
      .sub(Math.floor(length / 2));
    const at = arange(side, { dtype: x.dtype, backend: x.backend });
    const from = at.reshape(axis === 2 ? [side, 1] : [1, side]).sub(start);
    return from.greaterEqual(0).cast(x.dtype).mul(from.less(length).cast(x.dtype));
  };
  return x.mul(inside(height, 2).mul(inside(width, 3)).mul(gate()).neg().add(1));
}
