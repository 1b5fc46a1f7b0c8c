import {
  applyOne,
  applyPrimitive,
  matmul,
  select,
  stack,
  type Operand,
  Tensor,
  type PrimitiveName,
  type PrimitiveParameters,
} from "@dl/tensor";

/** Operands of one primitive for all samples: those that differ have the samples as first axis. */
interface Batched {
  readonly inputs: readonly Operand[];
  readonly isBatched: readonly boolean[];
  readonly count: number;
}

/** One primitive for all samples at once; each result has the samples as first axis. */
export type BatchingRule<Name extends PrimitiveName> = (
  batched: Batched,
  parameters: PrimitiveParameters[Name],
) => Tensor | readonly Tensor[];

/** Operand i with the samples as first axis, also where it is the same for all. */
function spread({ inputs, isBatched, count }: Batched, i: number): Tensor {
  const x = inputs[i] as Tensor;
  return isBatched[i] ? x : applyOne("expand", [x], { shape: [count, ...x.shape] });
}

const next = (axis: number): number => axis + 1;

const spreadAll = (batched: Batched): Tensor[] => batched.inputs.map((_, i) => spread(batched, i));

/** A primitive along one axis of operands that all have the samples first. */
function alongAxis<
  Name extends "concatenate" | "gather" | "resample" | "scan" | "scatter" | "sort",
>(name: Name): BatchingRule<Name> {
  return (batched, parameters) =>
    applyPrimitive(name, spreadAll(batched), { ...parameters, axis: next(parameters.axis) });
}

/** Positions along an axis, one list per sample, as `gather` and `scatter` want them: for each element. */
function positionsLike(indices: Tensor, like: Tensor, axis: number): Tensor {
  const [count, length] = indices.shape as readonly [number, number];
  const shape = like.shape.map((size, i) => (i === axis ? length : size));
  const aligned = shape.map((_, i) => (i === 0 ? count : i === axis ? length : 1));
  return indices.reshape(aligned).expand(shape);
}

/** The axes that images [samples, batch, channels, ...] and weights [samples, out, ...] stack on. */
type Stacked = "image" | "weight";

/** [samples, batch, channels, H, W] → [batch, samples · channels, H, W]; weights on the first axis. */
function stackLanes(x: Tensor, as: Stacked): Tensor {
  const [count, first, second, ...window] = x.shape as readonly [number, number, number, number];
  return as === "weight"
    ? x.reshape([count * first, second, ...window])
    : x.permute([1, 0, 2, 3, 4]).reshape([first, count * second, ...window]);
}

function unstackLanes(x: Tensor, as: Stacked, count: number): Tensor {
  const [first, second, ...window] = x.shape as readonly [number, number, number, number];
  return as === "weight"
    ? x.reshape([count, first / count, second, ...window])
    : x.reshape([first, count, second / count, ...window]).permute([1, 0, 2, 3, 4]);
}

/** A convolution with groups, one for each sample: any operand may differ between samples. */
function groupedBySample<Name extends "conv2d" | "conv2dInputGrad" | "conv2dWeightGrad">(
  name: Name,
  roles: readonly [Stacked, Stacked, Stacked],
): BatchingRule<Name> {
  return (batched, parameters) => {
    const { inputs, isBatched, count } = batched;
    if (roles[1] === "weight" && !isBatched[1]) {
      // One weight for all: a larger batch.
      const [, size, ...image] = (inputs[0] as Tensor).shape as readonly [number, number];
      const all = (inputs[0] as Tensor).reshape([count * size, ...image]);
      const y = applyOne(name, [all, inputs[1]!], parameters);
      return y.reshape([count, size, ...y.shape.slice(1)]);
    }
    const stacked = [0, 1].map((i) => stackLanes(spread(batched, i), roles[i]!));
    const groups = parameters.groups * count;
    return unstackLanes(applyOne(name, stacked, { ...parameters, groups }), roles[2], count);
  };
}

/** Every primitive that tensors go into. */
export const batchingRules: {
  readonly [Name in Exclude<PrimitiveName, "generate">]: BatchingRule<Name>;
} = {
  pointwise: (batched, parameters) => {
    const operands = batched.inputs.map((x, i) => (x instanceof Tensor ? spread(batched, i) : x));
    return applyOne("pointwise", operands, parameters);
  },
  reshape: ({ inputs, count }, { shape }) =>
    applyOne("reshape", inputs, { shape: [count, ...shape] }),
  permute: ({ inputs }, { axes }) => applyOne("permute", inputs, { axes: [0, ...axes.map(next)] }),
  expand: ({ inputs, count }, { shape }) => {
    const x = inputs[0] as Tensor;
    const aligned = [...Array<number>(shape.length + 1 - x.ndim).fill(1), ...x.shape.slice(1)];
    return applyOne("expand", [x.reshape([count, ...aligned])], { shape: [count, ...shape] });
  },
  slice: ({ inputs, count }, { starts, sizes, steps }) =>
    applyOne("slice", inputs, {
      starts: [0, ...starts],
      sizes: [count, ...sizes],
      steps: [1, ...steps],
    }),
  pad: ({ inputs }, { before, after, interior, value }) =>
    applyOne("pad", inputs, {
      before: [0, ...before],
      after: [0, ...after],
      interior: [0, ...interior],
      value,
    }),
  reduce: ({ inputs }, { op, axes }) => applyOne("reduce", inputs, { op, axes: axes.map(next) }),
  argReduce: ({ inputs }, { op, axis }) => applyOne("argReduce", inputs, { op, axis: next(axis) }),
  scan: /* @__PURE__ */ alongAxis("scan"),
  sort: /* @__PURE__ */ alongAxis("sort"),
  concatenate: /* @__PURE__ */ alongAxis("concatenate"),
  gather: /* @__PURE__ */ alongAxis("gather"),
  scatter: /* @__PURE__ */ alongAxis("scatter"),
  indexSelect: (batched, parameters) => {
    const axis = next(parameters.axis);
    const x = spread(batched, 0);
    const indices = batched.inputs[1] as Tensor;
    if (!batched.isBatched[1]) return applyOne("indexSelect", [x, indices], { axis });
    return applyOne("gather", [x, positionsLike(indices, x, axis)], { axis });
  },
  indexAdd: (batched, parameters) => {
    const axis = next(parameters.axis);
    const [x, source] = [spread(batched, 0), spread(batched, 2)];
    const indices = batched.inputs[1] as Tensor;
    if (!batched.isBatched[1]) return applyOne("indexAdd", [x, indices, source], { axis });
    return applyOne("scatter", [x, positionsLike(indices, source, axis), source], {
      axis,
      mode: "add",
    });
  },
  // Images of all samples as one larger batch.
  maxPool2d: ({ inputs: [x], count }, parameters) => {
    const [, batch, ...image] = (x as Tensor).shape as readonly [number, number];
    const images = (x as Tensor).reshape([count * batch, ...image]);
    return applyPrimitive("maxPool2d", [images], parameters).map((y) =>
      y.reshape([count, batch, ...y.shape.slice(1)]),
    );
  },
  resample: /* @__PURE__ */ alongAxis("resample"),
  hostFunction: (batched, parameters) => {
    const { inputs, isBatched, count } = batched;
    if (parameters.op.isStackable === true)
      return applyOne("hostFunction", spreadAll(batched), {
        ...parameters,
        shape: [count, ...parameters.shape],
      });
    const ofSample = (sample: number): Tensor =>
      applyOne(
        "hostFunction",
        inputs.map((x, i) => (isBatched[i] ? select(x as Tensor, 0, sample) : x)),
        parameters,
      );
    return stack(Array.from({ length: count }, (_, sample) => ofSample(sample)));
  },
  matmul: ({ inputs: [left, right] }) => matmul(left as Tensor, right as Tensor),
  conv2d: /* @__PURE__ */ groupedBySample("conv2d", ["image", "weight", "image"]),
  conv2dInputGrad: /* @__PURE__ */ groupedBySample("conv2dInputGrad", ["image", "weight", "image"]),
  conv2dWeightGrad: /* @__PURE__ */ groupedBySample("conv2dWeightGrad", [
    "image",
    "image",
    "weight",
  ]),
};
