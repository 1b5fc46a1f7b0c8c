import { exponential, logarithm } from "@dl/backend";
import type { Tensor } from "@dl/tensor";
import { elementwise, epsilonOf, onHost, Transform, type Codomain } from "./transform.ts";

const positive: Codomain = { low: 0, high: Infinity, inside: 1 };

const exp = /* @__PURE__ */ elementwise("exp", exponential);

/**
 * y = eˣ.
 *
 * @example
 * await new ExpTransform().forward(tensor([0, 1])).toArray(); // => [1, 2.71828]
 */
export class ExpTransform extends Transform {
  override readonly codomain: Codomain = positive;
  forward(x: Tensor): Tensor {
    return x.exp();
  }
  inverse(y: Tensor): Tensor {
    return y.log();
  }
  logAbsDetJacobian(x: Tensor): Tensor {
    return x;
  }
  drawn(x: Tensor): Tensor {
    return onHost(exp, x, (_x, y) => y);
  }
}

const tanh = /* @__PURE__ */ elementwise("tanh", (x) => {
  const share = exponential(-2 * Math.abs(x));
  // Near 0 the difference from 1 loses digits; the odd series does not.
  const square = x * x;
  if (square < 1e-4) return x * (1 - square * (1 / 3 - square * (2 / 15 - (17 / 315) * square)));
  return (Math.sign(x) * (1 - share)) / (1 + share);
});

/**
 * y = tanh x, between -1 and 1. The inverse of ±1, which tanh rounds to, is that of the nearest number between.
 *
 * @example
 * await new TanhTransform().inverse(tensor([0, 0.5])).toArray(); // => [0, 0.549306]
 */
export class TanhTransform extends Transform {
  override readonly codomain: Codomain = { low: -1, high: 1, inside: 0 };
  forward(x: Tensor): Tensor {
    return x.tanh();
  }
  inverse(y: Tensor): Tensor {
    const bound = 1 - epsilonOf(y) / 2;
    return y.clamp(-bound, bound).atanh();
  }
  /** 2 (ln 2 - x - softplus(-2x)), exact where 1 - tanh² is 0. Source: torch.distributions.transforms. */
  logAbsDetJacobian(x: Tensor): Tensor {
    return x.add(x.mul(-2).softplus()).sub(logTwo).mul(-2);
  }
  drawn(x: Tensor): Tensor {
    return onHost(tanh, x, (_x, y) => y.square().neg().add(1));
  }
}

const logTwo = 0.6931471805599453;

const hostSigmoid = (x: number): number => 1 / (1 + exponential(-x));
const sigmoid = /* @__PURE__ */ elementwise("sigmoid", hostSigmoid);

/**
 * y = 1 / (1 + e⁻ˣ), between 0 and 1. The inverse of 1, which it rounds to, is that of the nearest number below.
 *
 * @example
 * await new SigmoidTransform().inverse(tensor([0.5, 0.75])).toArray(); // => [0, 1.09861]
 */
export class SigmoidTransform extends Transform {
  override readonly codomain: Codomain = { low: 0, high: 1, inside: 0.5 };
  forward(x: Tensor): Tensor {
    return x.sigmoid();
  }
  inverse(y: Tensor): Tensor {
    const smallest = y.dtype === "float64" ? 2 ** -1022 : 2 ** -126;
    const inside = y.clamp(smallest, 1 - epsilonOf(y) / 2);
    return inside.log().sub(inside.neg().log1p());
  }
  /** -softplus(x) - softplus(-x). */
  logAbsDetJacobian(x: Tensor): Tensor {
    return x.softplus().add(x.neg().softplus()).neg();
  }
  drawn(x: Tensor): Tensor {
    return onHost(sigmoid, x, (_x, y) => y.mul(y.neg().add(1)));
  }
}

const softplus = /* @__PURE__ */ elementwise("softplus", (x) => {
  const tail = exponential(-Math.abs(x));
  // ln(1 + t) by 2 artanh(t / (2 + t)) where adding 1 would lose digits of t.
  const z = tail / (2 + tail);
  const rest = tail < 1e-3 ? 2 * z * (1 + (z * z) / 3 + (z * z * z * z) / 5) : logarithm(1 + tail);
  return Math.max(x, 0) + rest;
});

/**
 * y = ln(1 + eˣ), above 0.
 *
 * @example
 * await new SoftplusTransform().inverse(tensor([0.693147])).toArray(); // => [0]
 */
export class SoftplusTransform extends Transform {
  override readonly codomain: Codomain = positive;
  forward(x: Tensor): Tensor {
    return x.softplus();
  }
  /** y + ln(1 - e⁻ʸ). */
  inverse(y: Tensor): Tensor {
    return y.neg().expm1().neg().log().add(y);
  }
  logAbsDetJacobian(x: Tensor): Tensor {
    return x.neg().softplus().neg();
  }
  drawn(x: Tensor): Tensor {
    return onHost(softplus, x, (argument) => argument.sigmoid());
  }
}
