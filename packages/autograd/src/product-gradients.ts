import { elementCount, internShape } from "@dl/backend";
import { applyOne, arange, where, type PrimitiveParameters, type Tensor } from "@dl/tensor";

/**
 * dy times the product of all other elements, for a product over `axes`.
 *
 * Dividing the product by each element would fail at zeros; products from the left and from the
 * right, each without the element itself, do not.
 */
export function prodGradient(dy: Tensor, x: Tensor, axes: readonly number[]): Tensor {
  const kept = x.shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]));
  const order = [...kept, ...axes];
  const moved = applyOne("permute", [x], { axes: order });
  const rows = elementCount(kept.map((axis) => x.shape[axis]!));
  const columns = elementCount(axes.map((axis) => x.shape[axis]!));
  const flat = applyOne("reshape", [moved], { shape: internShape([rows, columns]) });
  const others = exclusiveProduct(flat, false).mul(exclusiveProduct(flat, true));
  const restored = applyOne("permute", [applyOne("reshape", [others], { shape: moved.shape })], {
    axes: order.map((_, axis) => order.indexOf(axis)),
  });
  return dy.mul(restored);
}

const exclusiveProduct = (x: Tensor, reverse: boolean): Tensor =>
  applyOne("scan", [x], { op: "prod", axis: 1, exclusive: true, reverse });

/**
 * Gradient of a running product y_j = Π_{k ≤ j} x_k, or k < j when exclusive:
 * dx_i = Σ_j dy_j ∂y_j/∂x_i, with the i-th factor set to 1 instead of divided out, so zeros are no
 * special case. Takes length² memory.
 */
export function cumprodGradient(
  dy: Tensor,
  x: Tensor,
  parameters: PrimitiveParameters["scan"],
): Tensor {
  const { axis, reverse } = parameters;
  const n = x.shape[axis]!;
  const last = x.ndim;
  const order = [...x.shape.keys()].filter((a) => a !== axis).concat(axis);
  const row = (t: Tensor): Tensor => applyOne("permute", [t], { axes: order });
  const xRow = row(x);
  const lead = xRow.shape.slice(0, -1);
  const wide = internShape([...lead, n, n]); // [..., i, k]
  const spread = (t: Tensor): Tensor =>
    applyOne("expand", [applyOne("reshape", [t], { shape: internShape([...lead, 1, n]) })], {
      shape: wide,
    });
  const positions = arange(n, { dtype: "int32", backend: x.backend });
  const i = applyOne("reshape", [positions], { shape: internShape([n, 1]) });
  // With the i-th factor 1, y_j for the j that do not contain x_i must not count.
  const factors = where(i.equal(positions), 1, spread(xRow));
  const products = applyOne("scan", [factors], { ...parameters, axis: last });
  const [early, late] = reverse ? [positions, i] : [i, positions];
  const contains = parameters.exclusive ? early.less(late) : early.lessEqual(late);
  const terms = where(contains, spread(row(dy)).mul(products), 0);
  const dx = applyOne("reduce", [terms], { op: "sum", axes: [last] });
  return applyOne("permute", [dx], { axes: order.map((_, a) => order.indexOf(a)) });
}
