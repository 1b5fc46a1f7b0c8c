import { MultivariateNormal } from "@dl/distributions";
import { Head } from "@dl/generator";
import { stack, type Tensor } from "@dl/tensor";
export class FullNormalHead extends Head<MultivariateNormal> {
  outputsFor(size: number): number {
    return size + (size * (size + 1)) / 2;
  }
  forward(outputs: Tensor): MultivariateNormal {
    const c = (i: number): Tensor => outputs.select(1, i);
    const zero = c(0).mul(0);
    const scaleTril = stack([stack([c(2).exp(), zero], 1), stack([c(4), c(3).exp()], 1)], 1);
    return new MultivariateNormal(outputs.narrow(1, 0, 2), { scaleTril });
  }
}
