import { broadcastShapes, constantLike, UnsupportedError } from "@dl/backend";
import { checkTensor, hostFunction, PointwiseOp, type HostFunction, type Tensor } from "@dl/tensor";
import { gammaShare } from "../host/incomplete-gamma.ts";
import { applyFormula } from "./apply-formula.ts";
import { gammaLogDensityOf } from "./gamma-density.ts";

const share: HostFunction = {
  name: "incompleteGamma",
  isStackable: true,
  compute([a, x], result) {
    for (let i = 0; i < result.length; i++) result[i] = gammaShare(a![i]!, x![i]!).share;
  },
};

const slope: HostFunction = {
  name: "incompleteGammaSlope",
  isStackable: true,
  compute([a, x], result) {
    for (let i = 0; i < result.length; i++) result[i] = gammaShare(a![i]!, x![i]!).slope;
  },
};

const density = /* @__PURE__ */ new PointwiseOp("gammaDensity", (x, a) =>
  gammaLogDensityOf(x, a, constantLike(1, a)),
);

/**
 * The regularised incomplete gamma function P(a, x): the share of a gamma distribution of concentration a and rate 1
 * that lies below x. 0 below 0; NaN unless a is above 0.
 *
 * P(a, x) = ∫₀ˣ tᵃ⁻¹ e⁻ᵗ dt / Γ(a), by series and continued fraction on the host in float64. Differentiable in x to any
 * order, in a once.
 *
 * Shape: a, x broadcast.
 * Source: Abramowitz & Stegun 1964, 6.5.29 and 6.5.31.
 *
 * @throws {DTypeError} unless both are float tensors of one type.
 * @throws {ShapeError} if the shapes do not broadcast.
 * @example
 * await incompleteGamma(tensor([1, 2]), tensor([1, 1])).toArray(); // => [0.632121, 0.264241]
 */
export function incompleteGamma(a: Tensor, x: Tensor): Tensor {
  checkTensor("incompleteGamma", a);
  checkTensor("incompleteGamma", x);
  const shape = broadcastShapes(a.shape, x.shape, "incompleteGamma");
  const { dtype } = a;
  return hostFunction(share, [a.expand(shape), x.cast(dtype).expand(shape)], {
    shape,
    dtype,
    gradient: (dy, [concentration, value]) => [
      dy.mul(slopeInConcentration(concentration!, value!)),
      dy.mul(applyFormula(density, value!, concentration!).exp()),
    ],
  });
}

function slopeInConcentration(a: Tensor, x: Tensor): Tensor {
  return hostFunction(slope, [a, x], {
    shape: a.shape,
    dtype: a.dtype,
    gradient: () => {
      throw new UnsupportedError(
        "incompleteGamma",
        "has a first derivative in a only. Use central differences for the second.",
      );
    },
  });
}
