import { broadcastShapes, logarithm, type Shape } from "@dl/backend";
import { fullLike, tensor, type Tensor } from "@dl/tensor";
import { shifted } from "../normal.ts";
import { parameterTensors, type Parameterlike } from "../parameters.ts";
import { Transform } from "./transform.ts";

/**
 * y = loc + scale · x.
 *
 * @throws {ArgumentError | DTypeError | ShapeError} unless both are numbers or float tensors that broadcast.
 * @example
 * await new AffineTransform(1, 2).forward(tensor([0, 3])).toArray(); // => [1, 7]
 */
export class AffineTransform extends Transform {
  readonly loc: Parameterlike;
  /** Not 0; below 0 the order is turned round. */
  readonly scale: Parameterlike;
  private readonly shape: Shape;

  constructor(loc: Parameterlike, scale: Parameterlike) {
    super();
    const op = "AffineTransform";
    const tensors: Record<string, Tensor> = {};
    for (const [name, value] of Object.entries({ loc, scale }))
      if (typeof value !== "number") tensors[name] = value;
    this.shape = Object.values(parameterTensors(op, tensors))
      .map(({ shape }) => shape)
      .reduce<Shape>((all, shape) => broadcastShapes(all, shape, op), []);
    this.loc = loc;
    this.scale = scale;
  }

  forward(x: Tensor): Tensor {
    return x.mul(this.scale).add(this.loc);
  }
  inverse(y: Tensor): Tensor {
    return y.sub(this.loc).div(this.scale);
  }
  logAbsDetJacobian(x: Tensor): Tensor {
    const { scale } = this;
    return typeof scale === "number"
      ? fullLike(x, logarithm(Math.abs(scale)))
      : scale.abs().log().expand(this.forwardShape(x.shape));
  }
  override get sign(): Tensor | number {
    const { scale } = this;
    return typeof scale === "number" ? Math.sign(scale) : scale.sign();
  }
  override forwardShape(shape: Shape): Shape {
    return broadcastShapes(shape, this.shape, "AffineTransform");
  }
  drawn(x: Tensor): Tensor {
    const { dtype, backend } = x;
    const [loc, scale] = [this.loc, this.scale].map((parameter) =>
      typeof parameter === "number" ? tensor(parameter, { dtype, backend }) : parameter,
    ) as [Tensor, Tensor];
    return shifted(loc, scale, x);
  }
}
