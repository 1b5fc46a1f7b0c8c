import { elementCount, index, internShape, scalar, type Shape } from "@dl/backend";
import { applyOne, PointwiseOp, zeros, type Tensor } from "@dl/tensor";

/** Whether each row of the last axis gives one element, as when a loss picks the target's class. */
export function picksOnePerRow(picked: Shape, shape: Shape, axis: number): boolean {
  const last = shape.length - 1;
  return axis === last && picked.every((size, i) => size === (i === last ? 1 : shape[i]));
}

const placedInRow = new PointwiseOp("placedInRow", (dy, position, length) => {
  const place = scalar.cast(scalar.mod(index(), length), "int32");
  return scalar.select(scalar.equal(place, position), dy, 0);
});

/** dy at its position in each row and zeros elsewhere: a scatter that fuses. */
export function placeInRows(dy: Tensor, positions: Tensor, shape: Shape): Tensor {
  const stretched = [dy, positions].map((x) => applyOne("expand", [x], { shape }));
  const length = { number: shape.at(-1)!, dtype: "uint32" } as const;
  return applyOne("pointwise", [...stretched, length], { op: placedInRow });
}

/** 1, 2, 3, ... in the shape of `like`, int32. */
export function numbered(like: Tensor): Tensor {
  const ones = zeros(internShape([elementCount(like.shape)]), {
    dtype: "int32",
    backend: like.backend,
  }).add(1);
  const counted = { op: "sum", axis: 0, exclusive: false, reverse: false } as const;
  return applyOne("reshape", [applyOne("scan", [ones], counted)], { shape: like.shape });
}
