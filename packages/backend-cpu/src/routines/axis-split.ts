/** A shape around one axis: the axes before it, itself, and those after, each as one. */
export interface AxisSplit {
  readonly outer: number;
  readonly size: number;
  readonly inner: number;
}

export function splitAtAxis(shape: readonly number[], axis: number): AxisSplit {
  const product = (sizes: readonly number[]): number => sizes.reduce((all, size) => all * size, 1);
  return {
    outer: product(shape.slice(0, axis)),
    size: shape[axis]!,
    inner: product(shape.slice(axis + 1)),
  };
}
