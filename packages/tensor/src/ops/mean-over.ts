import { withPartials, type Partials } from "@dl/backend";
import { PointwiseOp } from "../core/pointwise-op.ts";
import type { Tensor } from "../core/tensor.ts";
import { applyPointwise } from "./pointwise.ts";
import { div, equal, neg, select } from "../scalar-functions.ts";

const meanPartials: Partials = ([_total, count], mean) => {
  const isOverNothing = equal(count!, 0);
  return [
    select(isOverNothing, 0, div(1, count!)),
    select(isOverNothing, 0, neg(div(mean, count!))),
  ];
};
const meanOp = new PointwiseOp("meanOver", (total, count) =>
  withPartials(div(total, count), [total, count], meanPartials),
);

/**
 * total / count, where the count is known on the device alone. A mean over nothing is NaN, and
 * nothing has a share in it: its gradient is 0, so that an empty batch leaves the weights alone.
 *
 * @example
 * await meanOver(tensor(6), tensor(3)).item(); // => 2
 */
export function meanOver(total: Tensor, count: Tensor): Tensor {
  return applyPointwise(meanOp, [total, count], total.dtype);
}
