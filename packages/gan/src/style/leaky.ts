import type { Tensor } from "@dl/tensor";

/** √2 · leakyRelu(x, 0.2): the activation of StyleGAN 2, which keeps the mean square about as it is. */
export const leaky = (x: Tensor): Tensor => x.leakyRelu(0.2).mul(Math.SQRT2);
