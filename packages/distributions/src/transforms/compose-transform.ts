import { checkList, wrongType, type Shape } from "@dl/backend";
import type { Tensor } from "@dl/tensor";
import { Transform } from "./transform.ts";

/**
 * Transforms one after the other, the first first.
 *
 * @throws {ArgumentError} unless all are transforms.
 * @example
 * const chain = new ComposeTransform([new AffineTransform(1, 2), new ExpTransform()]);
 * await chain.inverse(chain.forward(tensor([0.5]))).toArray(); // => [0.5]
 */
export class ComposeTransform extends Transform {
  readonly parts: readonly Transform[];

  constructor(parts: readonly Transform[]) {
    super();
    checkList("ComposeTransform", parts, "the parts", "transforms");
    for (const part of parts)
      if (!(part instanceof Transform))
        throw wrongType(
          "ComposeTransform",
          "each part must be a transform",
          part,
          "Make one, such as new ExpTransform().",
        );
    // Flat, so that what a distribution asks of each part in turn it asks of simple ones.
    this.parts = parts.flatMap((part) => (part instanceof ComposeTransform ? part.parts : [part]));
  }

  forward(x: Tensor): Tensor {
    return this.parts.reduce((value, part) => part.forward(value), x);
  }
  inverse(y: Tensor): Tensor {
    return this.parts.reduceRight((value, part) => part.inverse(value), y);
  }
  logAbsDetJacobian(x: Tensor): Tensor {
    let value = x;
    let sum: Tensor | undefined;
    for (const part of this.parts) {
      const image = part.forward(value);
      const own = part.logAbsDetJacobian(value, image);
      sum = sum === undefined ? own : sum.add(own);
      value = image;
    }
    return sum ?? x.mul(0);
  }
  override get sign(): Tensor | number {
    return this.parts.reduce<Tensor | number>((product, { sign }) => {
      if (typeof product === "number")
        return typeof sign === "number" ? product * sign : sign.mul(product);
      return product.mul(sign);
    }, 1);
  }
  override forwardShape(shape: Shape): Shape {
    return this.parts.reduce((known, part) => part.forwardShape(known), shape);
  }
  drawn(x: Tensor): Tensor {
    return this.parts.reduce((value, part) => part.drawn(value), x);
  }
}
