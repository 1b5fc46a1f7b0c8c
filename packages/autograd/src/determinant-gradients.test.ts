import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import { det, tensor, type Tensor } from "@dl/tensor";
import { describe, expect, it } from "vitest";
import { hessian } from "./index.ts";

/** By minors along the first row. */
function determinant(rows: readonly (readonly number[])[]): number {
  if (rows.length === 0) return 1;
  const below = rows.slice(1);
  return rows[0]!.reduce(
    (sum, x, i) =>
      sum + (i % 2 === 0 ? x : -x) * determinant(below.map((row) => row.toSpliced(i, 1))),
    0,
  );
}

/** A determinant is linear in every element, so a mixed difference is its second derivative. */
function secondDerivatives(elements: readonly number[]): number[][] {
  const n = Math.sqrt(elements.length);
  const at = (...raised: number[]): number => {
    const changed = elements.map((x, i) => x + raised.filter((place) => place === i).length);
    return determinant(Array.from({ length: n }, (_, i) => changed.slice(i * n, (i + 1) * n)));
  };
  return elements.map((_, i) => elements.map((__, j) => at(i, j) - at(i) - at(j) + at()));
}

const matrices: Readonly<Record<string, readonly number[]>> = {
  "nearly singular": [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
  singular: [1, 2, 3, 4, 5, 6, 7, 8, 9],
  "of rank 1": [1, 2, 3, 2, 4, 6, 3, 6, 9],
  zero: [0, 0, 0, 0, 0, 0, 0, 0, 0],
  regular: [2, 1, 0, 1, 3, 1, 0, 1, 4],
  mirroring: [0, 1, 0, 1, 0, 0, 0, 0, 1],
  "two by two, singular": [1, 2, 2, 4],
  "one by one": [0],
  "four by four, of rank 2": [1, 2, 3, 4, 2, 3, 4, 5, 3, 4, 5, 6, 4, 5, 6, 7],
};

const backends = [await cpu(), reference()];

describe("second derivatives of a determinant", () => {
  for (const backend of backends)
    it.each(Object.entries(matrices))(`${backend.name}: %s`, async (_name, elements) => {
      const n = Math.sqrt(elements.length);
      const f = (x: Tensor): Tensor => det(x.reshape([n, n]));
      const received = await hessian(f)(tensor([...elements], { backend })).data();
      // PyTorch's tolerance for float32.
      secondDerivatives(elements).forEach((row, i) =>
        row.forEach((value, j) =>
          expect(Math.abs(received[i * elements.length + j]! - value), `${i} ${j}`).toBeLessThan(
            1e-5 + 1.3e-6 * Math.abs(value),
          ),
        ),
      );
    });
});
