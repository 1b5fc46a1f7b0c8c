import { elementCount, internShape, type Layout, type Shape } from "@dl/backend";
import {
  applyOne,
  overLength,
  where,
  zeros,
  type PrimitiveName,
  type PrimitiveParameters,
  type Tensor,
} from "@dl/tensor";
import { numbered, picksOnePerRow, placeInRows } from "./indexing-gradients.ts";
import { cumprodGradient, prodGradient } from "./product-gradients.ts";

/** What a rule may read of the operation it differentiates. */
export interface Saved<Name extends PrimitiveName> {
  readonly parameters: PrimitiveParameters[Name];
  readonly inputShapes: readonly Shape[];
  /** How the inputs lay in memory; `undefined` for one that was pending. */
  readonly inputLayouts: readonly (Layout | undefined)[];
  /** Which inputs need a gradient; a walk may ask for fewer than were recorded. */
  readonly needs: readonly boolean[];
  /** An input named in `reads`. */
  input(index: number): Tensor;
  /** An output named in `reads`. */
  output(index: number): Tensor;
}

/** The gradient of one primitive. */
export interface VjpRule<Name extends PrimitiveName> {
  /** Inputs and outputs the rule reads; kept until backward. None when absent. */
  readonly reads?: (
    needs: readonly boolean[],
    parameters: PrimitiveParameters[Name],
  ) => {
    readonly inputs?: readonly number[];
    readonly outputs?: readonly number[];
    /**
     * Inputs are compared with outputs: they are stored first, so that the operation and the rule
     * read the same bits. Computed twice, in two programs, they may be rounded differently.
     */
    readonly comparesBits?: boolean;
  };
  /** Gradients of the inputs from that of the first output; later outputs are integers. */
  readonly vjp: (dy: Tensor, saved: Saved<Name>) => readonly (Tensor | undefined)[];
}

/** `"none"`: an operation on integers, or piecewise constant. */
type RuleTable = {
  readonly [Name in Exclude<PrimitiveName, "pointwise">]: VjpRule<Name> | "none";
};

const zerosFor = (dy: Tensor, shape: Shape): Tensor =>
  zeros(shape, { dtype: dy.dtype, backend: dy.backend });
const swapLastTwo = (x: Tensor): Tensor => {
  const axes = x.shape.map((_, axis) => axis);
  const n = axes.length;
  [axes[n - 2], axes[n - 1]] = [n - 1, n - 2];
  return applyOne("permute", [x], { axes });
};
/**
 * a · b with the layout of `like`. A linear layer multiplies by a transposed view of its weight;
 * this way the weight's own gradient comes without gaps, and the optimiser reads it in order.
 */
const productLike = (like: Layout | undefined, a: Tensor, b: Tensor): Tensor => {
  const isTransposed = like !== undefined && like.strides.at(-2) === 1 && like.strides.at(-1)! > 1;
  if (!isTransposed) return applyOne("matmul", [a, b], {});
  return swapLastTwo(applyOne("matmul", [swapLastTwo(b), swapLastTwo(a)], {}));
};
const sumOver = (x: Tensor, axes: readonly number[]): Tensor =>
  axes.length === 0 ? x : applyOne("reduce", [x], { op: "sum", axes });
const reshape = (x: Tensor, shape: Shape): Tensor =>
  x.shape === shape ? x : applyOne("reshape", [x], { shape });
/** A reduction's result with the axes it dropped, of size 1. */
const restore = (y: Tensor, shape: Shape, axes: readonly number[]): Tensor =>
  reshape(y, internShape(shape.map((n, i) => (axes.includes(i) ? 1 : n))));
/** Stretched back over the axes it dropped. */
const stretch = (y: Tensor, shape: Shape, axes: readonly number[]): Tensor =>
  applyOne("expand", [restore(y, shape, axes)], { shape });

/** Both other operands are read, each for the other's gradient. */
const readsOther = (needs: readonly boolean[]): { inputs: number[] } => ({
  inputs: [...(needs[1] ? [0] : []), ...(needs[0] ? [1] : [])],
});

type Convolution = "conv2d" | "conv2dInputGrad" | "conv2dWeightGrad";
/** Input, weight and output of a convolution, or their gradients. */
type Role = "x" | "w" | "y";

/**
 * The three convolutions are closed: each makes one of x, w and y from the other two, and so do the
 * gradients of its inputs.
 */
function convolutionRule<Name extends Convolution>(
  first: Role,
  second: Role,
  result: Role,
): VjpRule<Name> {
  return {
    reads: readsOther,
    vjp: (dy, { needs, input, parameters, inputShapes }) =>
      [first, second].map((role, i) => {
        if (!needs[i]) return undefined;
        const given = (wanted: Role): Tensor => (wanted === result ? dy : input(1 - i));
        const { stride, padding, dilation, groups } = parameters;
        const window = { stride, padding, dilation, groups };
        const size = inputShapes[i]!.slice(2) as [number, number];
        if (role === "y") return applyOne("conv2d", [given("x"), given("w")], window);
        return role === "x"
          ? applyOne("conv2dInputGrad", [given("y"), given("w")], { ...window, inputSize: size })
          : applyOne("conv2dWeightGrad", [given("x"), given("y")], { ...window, kernelSize: size });
      }),
  };
}

/**
 * Every gradient rule that is not a scalar derivative, one per primitive, written in tensor
 * operations so that gradients of gradients follow. dy is the output's gradient, dx an input's.
 */
export const vjpRules: RuleTable = {
  reshape: { vjp: (dy, { inputShapes: [shape] }) => [reshape(dy, shape!)] },
  permute: {
    vjp: (dy, { parameters: { axes } }) => [
      applyOne("permute", [dy], { axes: axes.map((_, axis) => axes.indexOf(axis)) }),
    ],
  },
  // Broadcasting is undone here and nowhere else.
  expand: {
    vjp: (dy, { inputShapes: [shape] }) => {
      const lead = dy.ndim - shape!.length;
      const axes = dy.shape.flatMap((size, axis) =>
        axis < lead || shape![axis - lead] !== size ? [axis] : [],
      );
      return [reshape(sumOver(dy, axes), shape!)];
    },
  },
  slice: {
    vjp: (dy, { parameters: { starts, sizes, steps }, inputShapes: [shape] }) => {
      if (elementCount(dy.shape) === 0) return [zerosFor(dy, shape!)];
      const forward = steps.some((step) => step < 0)
        ? applyOne("slice", [dy], {
            starts: sizes.map((n, i) => (steps[i]! < 0 ? n - 1 : 0)),
            sizes,
            steps: steps.map((step) => (step < 0 ? -1 : 1)),
          })
        : dy;
      const strides = steps.map(Math.abs);
      const before = starts.map((start, i) =>
        steps[i]! < 0 ? start + (sizes[i]! - 1) * steps[i]! : start,
      );
      const after = shape!.map((n, i) => n - before[i]! - (sizes[i]! - 1) * strides[i]! - 1);
      return [
        applyOne("pad", [forward], {
          before,
          after,
          interior: strides.map((s) => s - 1),
          value: 0,
        }),
      ];
    },
  },
  pad: {
    vjp: (dy, { parameters: { before, interior }, inputShapes: [shape] }) => [
      applyOne("slice", [dy], {
        starts: before,
        sizes: shape!,
        steps: interior.map((cells) => cells + 1),
      }),
    ],
  },
  reduce: {
    reads: (_needs, { op }) =>
      op === "sum"
        ? {}
        : op === "prod"
          ? { inputs: [0] }
          : { inputs: [0], outputs: [0], comparesBits: op === "max" || op === "min" },
    vjp: (dy, saved) => {
      const { op, axes } = saved.parameters;
      const shape = saved.inputShapes[0]!;
      const stretched = stretch(dy, shape, axes);
      if (op === "sum") return [stretched];
      const x = saved.input(0);
      if (op === "prod") return [prodGradient(stretched, x, axes)];
      if (op === "hypot") {
        // At 0 nothing flows, however large the gradient that arrives.
        const length = saved.output(0);
        const flowing = stretch(where(length.equal(0), 0, dy), shape, axes);
        return [flowing.mul(overLength(x, restore(length, shape, axes)))];
      }
      // Ties share the gradient equally, as PyTorch's amax and amin do; NaN is an extreme of its own.
      const isExtreme = x.equal(stretch(saved.output(0), shape, axes)).logicalOr(x.isNaN());
      const count = stretch(sumOver(isExtreme.cast(x.dtype), axes), shape, axes);
      return [where(isExtreme, stretched.div(count), 0)];
    },
  },
  generate: "none",
  argReduce: "none",
  matmul: {
    reads: readsOther,
    vjp: (dy, { needs, input, inputLayouts }) => [
      needs[0] ? productLike(inputLayouts[0], dy, swapLastTwo(input(1))) : undefined,
      needs[1] ? productLike(inputLayouts[1], swapLastTwo(input(0)), dy) : undefined,
    ],
  },
  conv2d: convolutionRule("x", "w", "y"),
  conv2dInputGrad: convolutionRule("y", "w", "x"),
  conv2dWeightGrad: convolutionRule("x", "y", "w"),
  maxPool2d: {
    reads: () => ({ outputs: [1] }),
    vjp: (dy, { output, inputShapes: [shape] }) => {
      const [batch, channels, height, width] = shape as [number, number, number, number];
      const plane = internShape([batch, channels, elementCount(dy.shape.slice(2))]);
      const dx = applyOne(
        "scatter",
        [
          zerosFor(dy, internShape([batch, channels, height * width])),
          reshape(output(1), plane),
          reshape(dy, plane),
        ],
        { axis: 2, mode: "add" },
      );
      return [reshape(dx, shape!)];
    },
  },
  resample: {
    vjp: (dy, { parameters: { axis, taps, adjoint } }) => [
      applyOne("resample", [dy], { axis, taps: adjoint, adjoint: taps }),
    ],
  },
  gather: {
    reads: () => ({ inputs: [1] }),
    vjp: (dy, { input, parameters: { axis }, inputShapes: [shape] }) => [
      picksOnePerRow(dy.shape, shape!, axis)
        ? placeInRows(dy, input(1), shape!)
        : applyOne("scatter", [zerosFor(dy, shape!), input(1), dy], { axis, mode: "add" }),
      undefined,
    ],
  },
  scatter: {
    reads: () => ({ inputs: [1] }),
    vjp: (dy, { input, parameters: { axis, mode } }) => {
      const indices = input(1);
      const dSource = applyOne("gather", [dy, indices], { axis });
      if (mode === "add") return [dy, undefined, dSource];
      // Of several writes to one place the last one counts: find it by writing their numbers.
      const writes = numbered(indices);
      const winners = applyOne(
        "scatter",
        [zeros(dy.shape, { dtype: "int32", backend: dy.backend }), indices, writes],
        { axis, mode },
      );
      const won = applyOne("gather", [winners, indices], { axis }).equal(writes);
      const zeroSource = zerosFor(dy, indices.shape);
      return [
        applyOne("scatter", [dy, indices, zeroSource], { axis, mode }),
        undefined,
        where(won, dSource, 0),
      ];
    },
  },
  indexSelect: {
    reads: () => ({ inputs: [1] }),
    vjp: (dy, { input, parameters, inputShapes: [shape] }) => [
      applyOne("indexAdd", [zerosFor(dy, shape!), input(1), dy], parameters),
      undefined,
    ],
  },
  indexAdd: {
    reads: () => ({ inputs: [1] }),
    vjp: (dy, { input, parameters }) => [
      dy,
      undefined,
      applyOne("indexSelect", [dy, input(1)], parameters),
    ],
  },
  concatenate: {
    vjp: (dy, { parameters: { axis }, inputShapes, needs }) => {
      let start = 0;
      return inputShapes.map((shape, i) => {
        const starts = shape.map((_, a) => (a === axis ? start : 0));
        start += shape[axis]!;
        return needs[i]
          ? applyOne("slice", [dy], { starts, sizes: shape, steps: shape.map(() => 1) })
          : undefined;
      });
    },
  },
  scan: {
    reads: (_needs, { op }) => (op === "sum" ? {} : { inputs: [0] }),
    vjp: (dy, { parameters, input }) => [
      parameters.op === "sum"
        ? applyOne("scan", [dy], { ...parameters, reverse: !parameters.reverse })
        : cumprodGradient(dy, input(0), parameters),
    ],
  },
  sort: {
    reads: () => ({ outputs: [1] }),
    vjp: (dy, { output, parameters: { axis } }) => [
      applyOne("scatter", [zerosFor(dy, dy.shape), output(1), dy], { axis, mode: "add" }),
    ],
  },
  hostFunction: {
    reads: (needs) => ({ inputs: needs.map((_, i) => i), outputs: [0] }),
    // Of one without a gradient no input needs one.
    vjp: (dy, { parameters: { gradient }, needs, input, output }) =>
      gradient!(
        dy,
        needs.map((_, i) => input(i)),
        output(0),
      ),
  },
};
