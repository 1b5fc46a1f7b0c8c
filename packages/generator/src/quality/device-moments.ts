import { noGrad } from "@dl/autograd";
import { scalar, type Scalar } from "@dl/backend";
import { concatenate, fusedMap, tensor, type Tensor } from "@dl/tensor";
import type { FeatureMoments } from "./moments.ts";

const { add, floor, mul, sub } = scalar;

/** A feature is cut into so many steps up to its largest magnitude. */
const steps = 256;
/** Rows whose products of whole steps, at most 2¹⁶ each, add up to at most 2²⁴: exact in float32. */
const exactRows = 256;

/**
 * Mean and covariance by products of float32 on the device, to some nine digits; undefined if a feature is
 * not finite.
 *
 * Each feature less its mean is H + L, H in whole steps. Sums of H Hᵀ are exact in blocks of rows, which
 * are added up in float64; L is smaller by the number of steps, and so is the error of its products:
 * X Xᵀ = H Hᵀ + the symmetric part of L (2 H + L)ᵀ.
 *
 * Source: Ozaki et al. 2012, "Error-free transformations of matrix multiplication".
 */
export async function deviceMoments(features: Tensor): Promise<FeatureMoments | undefined> {
  const [count, width] = features.shape as readonly [number, number];
  const { backend } = features;
  const about = noGrad(() => {
    const mean = features.mean(0);
    return concatenate([mean, features.sub(mean).abs().amax(0)]);
  });
  const [centre, largest] = halved(await about.data(), width);
  if (![...centre, ...largest].every(Number.isFinite)) return undefined;
  const units = largest.map((most) => powerOfTwoFrom(most) / steps);
  const sums = noGrad(() => {
    const spread = (numbers: Float32Array): Tensor =>
      tensor(numbers, { backend }).expand(features.shape);
    const [whole, rest, both] = fusedMap(parts, [
      features.detach(),
      spread(centre),
      spread(units.map((unit) => 1 / unit)), // powers of 2
    ]) as [Tensor, Tensor, Tensor];
    const blocks = Math.floor(count / exactRows);
    const full = whole.narrow(0, 0, blocks * exactRows).reshape([blocks, exactRows, width]);
    const last = whole.narrow(0, blocks * exactRows, count - blocks * exactRows);
    return concatenate([
      full.matrixTranspose().matmul(full).flatten(),
      last.matrixTranspose().matmul(last).flatten(),
      rest.matrixTranspose().matmul(both).flatten(),
      whole.sum(0),
      rest.sum(0),
    ]);
  });
  return momentsOf(await sums.data(), { count, width, centre, units });
}

/** H, L and 2 H + L of (x - centre) / unit, with what the subtraction rounded off. */
function parts(...[x, centre, perUnit]: Scalar[]): readonly Scalar[] {
  const difference = sub(x!, centre!);
  // Knuth's two-sum: exact, however large the centre is beside the difference.
  const back = sub(difference, x!);
  const lost = sub(sub(x!, sub(difference, back)), add(centre!, back));
  const scaled = mul(difference, perUnit!);
  const whole = floor(add(scaled, 0.5));
  const rest = add(sub(scaled, whole), mul(lost, perUnit!));
  return [whole, rest, add(add(whole, whole), rest)];
}

interface Scaling {
  readonly count: number;
  readonly width: number;
  readonly centre: Float32Array;
  readonly units: Float32Array;
}

function momentsOf(sums: ArrayLike<number>, scaling: Scaling): FeatureMoments | undefined {
  const { count, width, centre, units } = scaling;
  const size = width * width;
  const blocks = (sums.length - 2 * width) / size - 1;
  const scatter = new Float64Array(size);
  for (let start = 0; start < blocks * size; start += size)
    for (let i = 0; i < size; i++) scatter[i]! += sums[start + i]!;
  const cross = blocks * size;
  const offsets = Float64Array.from({ length: width }, (_, i) => {
    const at = cross + size + i;
    return (sums[at]! + sums[at + width]!) / count;
  });
  const covariance = new Float64Array(size);
  for (let i = 0; i < width; i++)
    for (let j = 0; j < width; j++) {
      const [at, mirrored] = [i * width + j, j * width + i];
      const products = scatter[at]! + (sums[cross + at]! + sums[cross + mirrored]!) / 2;
      const centred = products - count * offsets[i]! * offsets[j]!;
      covariance[at] = (centred / (count - 1)) * units[i]! * units[j]!;
    }
  const mean = offsets.map((offset, i) => centre[i]! + offset * units[i]!);
  return covariance.every(Number.isFinite) ? { mean, covariance, count } : undefined;
}

function halved(numbers: ArrayLike<number>, width: number): [Float32Array, Float32Array] {
  const all = Float32Array.from(numbers);
  return [all.slice(0, width), all.slice(width)];
}

/** The least power of 2 that is not below; 1 for 0. */
function powerOfTwoFrom(x: number): number {
  let power = 1;
  if (x === 0) return power;
  while (power < x) power *= 2;
  while (power / 2 >= x) power /= 2;
  return power;
}
