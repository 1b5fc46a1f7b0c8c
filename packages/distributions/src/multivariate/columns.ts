import { elementCount, type Shape } from "@dl/backend";
import { moveAxis, type Tensor } from "@dl/tensor";

/**
 * Vectors as columns of matrices, so that one factor is solved for, or multiplied by, all of them at once:
 * [...lead, ...batch, n] → [...batch, n, lead], for so many axes of the batch; without a lead there is one column.
 */
export function asColumns(x: Tensor, batchAxes: number): Tensor {
  const lead = x.shape.slice(0, x.ndim - 1 - batchAxes);
  const rest = x.shape.slice(lead.length);
  return moveAxis(x.reshape([elementCount(lead), ...rest]), 0, -1);
}

/** Back from columns: [...batch, lead] → [...lead, ...batch]. */
export function fromColumns(x: Tensor, lead: Shape): Tensor {
  return moveAxis(x, -1, 0).reshape([...lead, ...x.shape.slice(0, -1)]);
}
