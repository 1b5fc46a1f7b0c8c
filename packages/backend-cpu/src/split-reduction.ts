import {
  contiguousLayout,
  elementCount,
  input,
  internLayout,
  reducedShape,
  reduceProgram,
  reduceResultDType,
  type ReduceProgram,
} from "@dl/backend";

/** Reductions below this are left whole. */
const smallestSplit = 2 ** 17;
/** With this many results there is enough to share out without cutting a sum. */
const manyResults = 16;
const piecesWanted = [16, 32, 12, 24, 20, 8, 10, 28, 14, 18, 9, 15, 25, 21, 27, 11, 13, 30, 22, 26];

/**
 * A large reduction to few results as two: one axis in pieces, then the pieces' results. What is cut
 * depends on the shape alone, so that any number of threads gives the same bits.
 *
 * Undefined where there is nothing to gain, or the op keeps positions.
 */
export function splitReduction(
  program: ReduceProgram,
): { pieces: ReduceProgram; join: ReduceProgram } | undefined {
  const { op, shape, axes, inputs, parameters, value } = program;
  const resultShape = reducedShape(shape, axes);
  if (op === "argmax" || op === "argmin") return undefined;
  if (elementCount(shape) < smallestSplit || elementCount(resultShape) >= manyResults)
    return undefined;
  for (const axis of [...axes].toSorted((a, b) => a - b)) {
    const count = piecesWanted.find((pieces) => shape[axis]! % pieces === 0);
    if (count === undefined) continue;
    const length = shape[axis]! / count;
    const cut = (sizes: readonly number[], outer: number, inner: number): number[] => [
      ...sizes.slice(0, axis),
      outer,
      inner,
      ...sizes.slice(axis + 1),
    ];
    const cutShape = cut(shape, count, length);
    const pieces = reduceProgram({
      op,
      shape: cutShape,
      axes: axes.map((other) => (other >= axis ? other + 1 : other)),
      inputs: inputs.map(({ dtype, layout }) => {
        const stride = layout.strides[axis]!;
        return {
          dtype,
          layout: internLayout(cutShape, cut(layout.strides, stride * length, stride)),
        };
      }),
      parameters,
      value,
      epilogue: undefined,
    });
    const dtype = reduceResultDType(op, value);
    const partial = pieces.outputs[0]!.shape;
    const join = reduceProgram({
      op,
      shape: partial,
      axes: [axis - axes.filter((other) => other < axis).length],
      inputs: [{ dtype, layout: contiguousLayout(partial) }],
      parameters: [],
      value: input(0, dtype),
      epilogue: undefined,
    });
    return { pieces, join };
  }
  return undefined;
}
