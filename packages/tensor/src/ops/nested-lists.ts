/** Lists within lists, one level per axis: what tests compare tensors with. */
export type NestedList = number | NestedList[];

/** The list of `shape` whose element at each place is `element(place)`. */
export function buildList(
  shape: readonly number[],
  element: (place: readonly number[]) => number,
  place: readonly number[] = [],
): NestedList {
  if (place.length === shape.length) return element(place);
  return Array.from({ length: shape[place.length]! }, (_, i) =>
    buildList(shape, element, [...place, i]),
  );
}

export function readList(list: NestedList, place: readonly number[]): number {
  return place.reduce<NestedList>((part, i) => (part as NestedList[])[i]!, list) as number;
}

/** Different small whole numbers everywhere, so that every product and sum is exact. */
export function countingList(shape: readonly number[], factor = 1): NestedList {
  let next = 0;
  return buildList(shape, () => ((next++ * factor) % 97) - 40);
}

/** The elements in row-major order. */
export function flatList(list: NestedList): number[] {
  return typeof list === "number" ? [list] : list.flatMap(flatList);
}
