import * as conv from "@dl/conv";
import * as nn from "@dl/nn";
import * as dl from "@dl/tensor";
import { pointwiseFunctions, type Tensor } from "@dl/tensor";
import type { OpResult } from "../op-samples/record.ts";
import { linearAlgebraCalls } from "./linear-algebra-calls.ts";

type Call = (inputs: readonly Tensor[], parameters: never) => OpResult;
type Axes = { readonly axes: number[] | null };
type Axis = { readonly axis: number };

const overAxes =
  (reduce: (x: Tensor, axes?: readonly number[]) => Tensor) =>
  ([x]: readonly Tensor[], { axes }: Axes): Tensor =>
    reduce(x!, axes ?? undefined);
const alongAxis =
  (call: (x: Tensor, axis: number) => OpResult) =>
  ([x]: readonly Tensor[], { axis }: Axis): OpResult =>
    call(x!, axis);
const loss =
  (call: (x: Tensor, targets: Tensor, options?: nn.LossOptions) => Tensor) =>
  ([x, targets]: readonly Tensor[], options: nn.LossOptions): Tensor =>
    call(x!, targets!, options);

const tripleLoss =
  (call: (a: Tensor, b: Tensor, c: Tensor, options?: nn.LossOptions) => Tensor) =>
  ([a, b, c]: readonly Tensor[], options: nn.LossOptions): Tensor =>
    call(a!, b!, c!, options);

/** How a fixture's operation is called here. */
const calls: Readonly<Record<string, Call>> = {
  where: ([condition, a, b]) => dl.where(condition!, a!, b!),
  clamp: ([x], [low, high]: [number | null, number | null]) =>
    dl.clamp(x!, low ?? undefined, high ?? undefined),
  sum: overAxes(dl.sum),
  mean: overAxes(dl.mean),
  prod: overAxes(dl.prod),
  variance: overAxes(dl.variance),
  std: overAxes(dl.std),
  amax: overAxes(dl.amax),
  amin: overAxes(dl.amin),
  logsumexp: overAxes(dl.logsumexp),
  norm: ([x], { axes, p = 2 }: Axes & { p?: number | string }) =>
    dl.norm(x!, Number(p), axes ?? undefined),
  max: alongAxis((x, axis) => ({ ...dl.max(x, axis) })),
  min: alongAxis((x, axis) => ({ ...dl.min(x, axis) })),
  argmax: alongAxis(dl.argmax),
  argmin: alongAxis(dl.argmin),
  softmax: alongAxis(dl.softmax),
  logSoftmax: alongAxis(dl.logSoftmax),
  cumsum: alongAxis(dl.cumsum),
  cumprod: alongAxis(dl.cumprod),
  logcumsumexp: alongAxis(dl.logcumsumexp),
  sort: ([x], { axis, descending = false }: Axis & { descending?: boolean }) => ({
    ...dl.sort(x!, axis, { descending }),
  }),
  argsort: alongAxis(dl.argsort),
  topk: ([x], { axis, k, largest }: Axis & { k: number; largest: boolean }) => ({
    ...dl.topk(x!, k, axis, { largest }),
  }),
  pad: ([x], { pairs, mode }: { pairs: [number, number][]; mode: dl.PadMode }) =>
    dl.pad(x!, pairs, { mode }),
  roll: ([x], { shift, axis }: Axis & { shift: number }) => dl.roll(x!, shift, axis),
  flip: ([x], { axes }: { axes: number[] }) => dl.flip(x!, axes),
  tril: ([x], { offset }: { offset: number }) => dl.tril(x!, offset),
  triu: ([x], { offset }: { offset: number }) => dl.triu(x!, offset),
  diagonal: ([x], { offset }: { offset: number }) => dl.diagonal(x!, offset),
  repeatInterleave: ([x], { count, axis }: Axis & { count: number }) =>
    dl.repeatInterleave(x!, count, axis),
  tile: ([x], { counts }: { counts: number[] }) => dl.tile(x!, counts),
  gather: ([x, indices], { axis }: Axis) => dl.gather(x!, axis, indices!),
  indexSelect: ([x, indices], { axis }: Axis) => dl.indexSelect(x!, axis, indices!),
  indexAdd: ([x, indices, source], { axis }: Axis) => dl.indexAdd(x!, axis, indices!, source!),
  scatterAdd: ([x, indices, source], { axis }: Axis) => dl.scatterAdd(x!, axis, indices!, source!),
  take: ([x, indices]) => dl.take(x!, indices!),
  oneHot: ([labels], { classes }: { classes: number }) => dl.oneHot(labels!, classes),
  matmul: ([a, b]) => dl.matmul(a!, b!),
  einsum: (xs, { equation }: { equation: string }) => dl.einsum(equation, ...xs),
  ...linearAlgebraCalls,
  median: alongAxis((x, axis) => ({ ...dl.median(x, axis) })),
  quantile: ([x], { q }: { q: number }) => dl.quantile(x!, q, 1),
  nanSum: overAxes(dl.nanSum),
  nanMean: overAxes(dl.nanMean),
  diff: ([x], { axis, order }: Axis & { order: number }) => dl.diff(x!, axis, order),
  isClose: ([a, b]) => dl.isClose(a!, b!),
  normalize: ([x], { axis, p }: Axis & { p: number }) => nn.normalize(x!, axis, p),
  cosineSimilarity: ([a, b], { axis }: Axis) => nn.cosineSimilarity(a!, b!, axis),
  pairwiseDistance: ([a, b], { p }: { p: number }) => nn.pairwiseDistance(a!, b!, p),
  linear: ([x, weight, bias]) => nn.linear(x!, weight!, bias),
  conv2d: ([x, weight, bias], options: conv.Conv2dOptions) =>
    conv.conv2d(x!, weight!, bias, options),
  convTranspose2d: ([x, weight], options: conv.ConvTranspose2dOptions) =>
    conv.convTranspose2d(x!, weight!, undefined, options),
  maxPool2d: ([x], { kernelSize, options }: { kernelSize: conv.Pair; options: object }) =>
    conv.maxPool2d(x!, kernelSize, options),
  avgPool2d: ([x], { kernelSize, options }: { kernelSize: conv.Pair; options: object }) =>
    conv.avgPool2d(x!, kernelSize, options),
  crossEntropy: loss(nn.crossEntropy),
  meanSquaredError: loss(nn.meanSquaredError),
  binaryCrossEntropyWithLogits: loss(nn.binaryCrossEntropyWithLogits),
  negativeLogLikelihood: loss(nn.negativeLogLikelihood),
  meanAbsoluteError: loss(nn.meanAbsoluteError),
  huberLoss: loss(nn.huberLoss),
  smoothL1Loss: loss(nn.smoothL1Loss),
  binaryCrossEntropy: loss(nn.binaryCrossEntropy),
  klDivergenceLoss: loss(nn.klDivergenceLoss),
  poissonNegativeLogLikelihood: loss(nn.poissonNegativeLogLikelihood),
  multiMarginLoss: loss(nn.multiMarginLoss),
  hingeEmbeddingLoss: loss(nn.hingeEmbeddingLoss),
  gaussianNegativeLogLikelihood: tripleLoss(nn.gaussianNegativeLogLikelihood),
  tripletMarginLoss: tripleLoss(nn.tripletMarginLoss),
  cosineEmbeddingLoss: tripleLoss(nn.cosineEmbeddingLoss),
  marginRankingLoss: tripleLoss(nn.marginRankingLoss),
};

export function callFixture(op: string, inputs: readonly Tensor[], parameters: unknown): OpResult {
  const call = calls[op];
  if (call !== undefined) return call(inputs, (parameters ?? {}) as never);
  const row = pointwiseFunctions[op as keyof typeof pointwiseFunctions];
  return row.apply(inputs[0]!, ...inputs.slice(1));
}
