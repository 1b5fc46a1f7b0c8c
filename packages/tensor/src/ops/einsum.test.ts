import { beforeAll, describe, expect, test } from "vitest";
import fc from "fast-check";
import { reference } from "@dl/backend-reference";
import { configure, einsum, tensor, zeros, type Tensor } from "../index.ts";
import { buildList, countingList, flatList, readList, type NestedList } from "./nested-lists.ts";

beforeAll(() => void configure({ backend: reference() }));

const make = (shape: readonly number[], factor = 1): Tensor =>
  tensor(new Float32Array(flatList(countingList(shape, factor))), { shape });

/** The definition: every output place sums products over all letters not in it. */
function sumOfProducts(
  terms: readonly string[],
  output: string,
  sizes: Readonly<Record<string, number>>,
  lists: readonly NestedList[],
): NestedList {
  const inner = [...new Set(terms.join(""))].filter((letter) => !output.includes(letter));
  const shape = (letters: readonly string[]): number[] => letters.map((letter) => sizes[letter]!);
  return buildList(shape(output.split("")), (place) => {
    let total = 0;
    buildList(shape(inner), (rest) => {
      const at = (letter: string): number =>
        output.includes(letter) ? place[output.indexOf(letter)]! : rest[inner.indexOf(letter)]!;
      total += terms.reduce(
        (product, term, i) => product * readList(lists[i]!, term.split("").map(at)),
        1,
      );
      return 0;
    });
    return total;
  });
}

describe("einsum", () => {
  test("random equations equal the definition", async () => {
    const letters = ["a", "b", "c", "d"] as const;
    const sizes = fc.record({
      a: fc.integer({ min: 1, max: 3 }),
      b: fc.integer({ min: 1, max: 3 }),
      c: fc.integer({ min: 0, max: 2 }),
      d: fc.integer({ min: 1, max: 2 }),
    });
    const term = fc.array(fc.constantFrom(...letters), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(
        sizes,
        fc.array(term, { minLength: 1, maxLength: 3 }),
        fc.shuffledSubarray([...letters]),
        async (sizeOf, chosen, wanted) => {
          const terms = chosen.map((part) => part.join(""));
          const output = wanted.filter((letter) => terms.join("").includes(letter)).join("");
          const shapes = chosen.map((part) => part.map((letter) => sizeOf[letter]));
          const lists = shapes.map((shape, i) => countingList(shape, 3 + 2 * i));
          const expected = sumOfProducts(terms, output, sizeOf, lists);
          const result = einsum(
            `${terms.join(", ")} -> ${output}`,
            ...shapes.map((shape, i) => make(shape, 3 + 2 * i)),
          );
          expect(result.shape).toEqual(output.split("").map((letter) => sizeOf[letter as "a"]));
          expect(flatList(await result.toArray<NestedList>()).map((v) => v + 0)).toEqual(
            flatList(expected).map((v) => Math.fround(v) + 0),
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  test("ellipsis, implicit results and sizes of 1", async () => {
    const [a, b] = [make([2, 3, 4]), make([4, 5])];
    expect(await einsum("...j,jk->...k", a, b).toArray()).toEqual(await a.matmul(b).toArray());
    expect(await einsum("...ij->...ji", a).toArray()).toEqual(await a.matrixTranspose().toArray());
    expect(einsum("i...,j...", make([2, 3, 4]), make([5, 1, 4])).shape).toEqual([3, 4, 2, 5]);
    expect(einsum("ba", make([2, 3])).shape).toEqual([3, 2]);
    expect(
      await einsum(
        "ii",
        tensor([
          [1, 2],
          [3, 4],
        ]),
      ).item(),
    ).toBe(5);
    expect(
      await einsum(
        "ij,ij->i",
        tensor([[1, 2]]),
        tensor([
          [1, 1],
          [2, 3],
        ]),
      ).toArray(),
    ).toEqual([3, 8]);
    expect(await einsum(",->", tensor(2), tensor(3)).item()).toBe(6);
    expect(await einsum("...,...->...", tensor([[1], [2]]), tensor([3, 4])).toArray()).toEqual([
      [3, 4],
      [6, 8],
    ]);
  });

  test("whole numbers stay whole", async () => {
    const x = tensor(
      [
        [1, 2],
        [3, 4],
      ],
      { dtype: "int32" },
    );
    const product = einsum("ij,jk->ik", x, x);
    expect(product.dtype).toBe("int32");
    expect(await product.toArray()).toEqual([
      [7, 10],
      [15, 22],
    ]);
  });

  test("says what is wrong", () => {
    const x = zeros([2, 3]);
    expect(() => einsum("ij,jk->ik", x, x)).toThrow(
      'einsum: axis "j" has sizes 3 and 2: equation "ij,jk->ik", shapes [2, 3], [2, 3]. Axes with one name need one size.',
    );
    expect(() => einsum("ij,jk", x)).toThrow(
      'einsum: the equation has 2 terms for 1 tensor: received "ij,jk". Write for example "bij,bjk->bik".',
    );
    expect(() => einsum("ijk->i", x)).toThrow(
      'einsum: term "ijk" names 3 axes, the tensor has shape [2, 3]: equation "ijk->i". Name each axis once, or the rest with "...".',
    );
    expect(() => einsum("ii->i", x)).toThrow('axis "i" is repeated in "ii" with sizes 2 and 3');
    expect(() => einsum("ij->k", x)).toThrow('the equation has "k" in the result but in no term');
    expect(() => einsum("ij->ii", x)).toThrow('names "i" twice in the result');
    expect(() => einsum("i1->i", x)).toThrow('has a term "i1" that is not letters');
    expect(() => einsum("ij->i->j", x)).toThrow("has more than one arrow");
    expect(() => einsum("ij->i")).toThrow("einsum: needs at least one tensor");
  });
});
