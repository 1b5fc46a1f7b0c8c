import { arange, where, type Tensor } from "@dl/tensor";

/** Distances of each row to each row: [n, width], [m, width] → [n, m]. */
export function distances(a: Tensor, b: Tensor): Tensor {
  const squares = (x: Tensor): Tensor => x.square().sum(1);
  // Rounding may leave a little less than nothing of two rows that are the same.
  return squares(a)
    .unsqueeze(1)
    .add(squares(b).unsqueeze(0))
    .sub(a.matmul(b.transpose(0, 1)).mul(2))
    .clamp(0)
    .sqrt();
}

/** Mean distance of two different rows, of distances of rows to themselves [n, n]. */
export function meanOfOthers(among: Tensor): Tensor {
  const n = among.shape[0]!;
  return withoutItself(among, 0)
    .sum()
    .div(n * (n - 1));
}

/** [n, n], with another number where a row meets itself. */
export function withoutItself(among: Tensor, instead: number): Tensor {
  const places = arange(among.shape[0]!);
  return where(places.unsqueeze(1).equal(places), instead, among);
}

/** Chance that one of the first numbers is above one of the second, ties counted by half. */
export function chanceAbove(these: Tensor, those: Tensor): Tensor {
  const [left, right] = [these.unsqueeze(1), those.unsqueeze(0)];
  const above = left.greater(right).cast("float32");
  const notBelow = left.greaterEqual(right).cast("float32");
  return above.add(notBelow).mean().div(2);
}
