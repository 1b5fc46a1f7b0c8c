import { checkTensor, where, type Tensor } from "@dl/tensor";

/** Sines below it are of vectors that point the same way or opposite ways: no arc is there to walk on. */
const leastSine = 1e-6;

/**
 * Interpolation along the arc between vectors of the last axis: their lengths stay those of samples of
 * a normal distribution, where the straight line (`lerp`) leads through the improbable middle.
 *
 * sin((1 - w) Ω) / sin Ω · from + sin(w Ω) / sin Ω · to, with the angle Ω between them. Where that is 0 or
 * half a turn, or a vector is 0, no arc is singled out, and the straight line is taken.
 *
 * Shape: both [..., n]; weight a number, or [...] with one for each vector → [..., n].
 * Source: Shoemake 1985; White 2016, arXiv:1609.04468.
 *
 * @throws {ShapeError} if the shapes do not broadcast.
 * @throws {DTypeError} for integer and bool tensors.
 * @example
 * await slerp(tensor([1, 0]), tensor([0, 1]), 0.5).toArray(); // => [0.7071068, 0.7071068]
 */
export function slerp(from: Tensor, to: Tensor, weight: number | Tensor): Tensor {
  checkTensor("slerp", from);
  checkTensor("slerp", to);
  const share = typeof weight === "number" ? weight : weight.unsqueeze(-1);
  const [u, v] = [unit(from), unit(to)];
  // Exact for small angles and for large ones, which the cosine is not.
  const angle = length(u.sub(v))
    .atan2(length(u.add(v)))
    .mul(2);
  const sine = angle.sin();
  const hasArc = sine.greater(leastSine).logicalAnd(length(from).mul(length(to)).greater(0));
  const divisor = where(hasArc, sine, 1);
  const end = angle.mul(share);
  const ofTo = where(hasArc, end.sin().div(divisor), share);
  const ofFrom = where(hasArc, angle.sub(end).sin().div(divisor), ofTo.neg().add(1));
  return from.mul(ofFrom).add(to.mul(ofTo));
}

function unit(x: Tensor): Tensor {
  return x.div(length(x).clamp(1e-12));
}

function length(x: Tensor): Tensor {
  return x.norm(2, -1, { keepDims: true });
}
