import { checkCount, checkOptions } from "@dl/backend";
import { BatchNorm, constantInitializer, Embedding, Module } from "@dl/nn";
import { creationKinds, type CreationOptions, type Tensor } from "@dl/tensor";

/**
 * Batch norm whose scale and shift are learnt for each class: how a generator is told what to make, in
 * every layer.
 *
 * y = (x − mean) / √(variance + ε) · γ[class] + β[class]; γ starts at 1, β at 0.
 *
 * Shape: x [batch, channels, ...], classes int32 [batch] → as x.
 * Source: Dumoulin et al. 2017, arXiv:1610.07629, equation 5; in GANs Miyato & Koyama 2018,
 * arXiv:1802.05637.
 * @throws {ArgumentError} unless channels and classes are whole numbers of at least 1.
 * @example
 * const norm = new ConditionalBatchNorm(8, 10);
 * const classes = tensor([3, 7], { dtype: "int32" });
 * norm.forward(zeros([2, 8, 4, 4]), classes).shape; // => [2, 8, 4, 4]
 */
export class ConditionalBatchNorm extends Module {
  readonly norm: BatchNorm;
  readonly scale: Embedding;
  readonly shift: Embedding;

  constructor(channels: number, classes: number, options: CreationOptions = {}) {
    super();
    const op = "conditionalBatchNorm";
    const creation = checkOptions(op, options, creationKinds);
    checkCount(op, "channels", channels);
    checkCount(op, "classes", classes);
    this.norm = new BatchNorm(channels, { affine: false, ...creation });
    this.scale = new Embedding(classes, channels, { init: constantInitializer(1), ...creation });
    this.shift = new Embedding(classes, channels, { init: constantInitializer(0), ...creation });
  }

  forward(x: Tensor, classes: Tensor): Tensor {
    const places = x.shape.slice(2).map(() => 1);
    const [scale, shift] = [this.scale, this.shift].map((of) => {
      const rows = of.forward(classes);
      return rows.reshape([...rows.shape, ...places]);
    });
    return this.norm.forward(x).mul(scale!).add(shift!);
  }
}
