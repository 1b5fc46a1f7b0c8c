import { normalizeAxis } from "@dl/backend";
import { alias } from "../core/alias.ts";
import { applyOne } from "../core/primitives.ts";
import type { Tensor } from "../core/tensor.ts";
import { checkFloat, checkTensor } from "./check-operands.ts";
import { asNumbers } from "./reduce.ts";
import { asScalar, asVector } from "./scalar-axis.ts";

/**
 * Running sum along an axis; bool counts as int32.
 *
 * @throws {AxisError} if the axis is out of range.
 * @example
 * await cumsum(tensor([1, 2, 3]), 0).toArray(); // => [1, 3, 6]
 */
export function cumsum(x: Tensor, axis: number): Tensor {
  return scan("cumsum", "sum", x, axis);
}

/**
 * Running product along an axis; bool counts as int32.
 *
 * @throws {AxisError}
 * @example
 * await cumprod(tensor([1, 2, 3, 4]), 0).toArray(); // => [1, 2, 6, 24]
 */
export function cumprod(x: Tensor, axis: number): Tensor {
  return scan("cumprod", "prod", x, axis);
}

function scan(name: string, op: "sum" | "prod", x: Tensor, axis: number): Tensor {
  checkTensor(name, x);
  const vector = asVector(asNumbers(x));
  const along = normalizeAxis(axis, vector.ndim, name);
  const settings = { op, axis: along, exclusive: false, reverse: false } as const;
  return asScalar(applyOne("scan", [vector], settings), x);
}

/**
 * log of the running sum of exp(x), without overflow.
 *
 * Partial results are combined over distances 1, 2, 4, ...: log2(n) passes, and no common maximum
 * whose subtraction would lose the small terms.
 * Source: Hillis & Steele 1986, "Data parallel algorithms".
 *
 * @throws {DTypeError} for integer and bool tensors.
 * @example
 * await logcumsumexp(tensor([1000, 1000]), 0).toArray(); // => [1000, 1000.69315]
 */
export function logcumsumexp(x: Tensor, axis: number): Tensor {
  checkTensor("logcumsumexp", x);
  checkFloat("logcumsumexp", x);
  if (x.ndim === 0) return asScalar(logcumsumexp(asVector(x), axis), x);
  const along = normalizeAxis(axis, x.ndim, "logcumsumexp");
  const size = x.shape[along]!;
  const part = (from: Tensor, start: number, count: number): Tensor =>
    applyOne("slice", [from], {
      starts: x.shape.map((_, i) => (i === along ? start : 0)),
      sizes: x.shape.map((full, i) => (i === along ? count : full)),
      steps: x.shape.map(() => 1),
    });
  let result = x;
  for (let distance = 1; distance < size; distance *= 2) {
    const rest = size - distance;
    const combined = part(result, distance, rest).logaddexp(part(result, 0, rest));
    result = applyOne("concatenate", [part(result, 0, distance), combined], { axis: along });
  }
  return result === x ? alias(x) : result;
}
