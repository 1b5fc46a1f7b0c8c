import "./methods.ts";

// A star, because only a star export can be augmented: @dl/autograd adds grad and backward.
export * from "./core/tensor.ts";
export { alias } from "./core/alias.ts";
export { configure, settings } from "./core/configuration.ts";
export type { Configuration } from "./core/configuration.ts";
export { cast } from "./ops/pointwise.ts";
export { expand, flatten, reshape, squeeze, unflatten, unsqueeze } from "./ops/views.ts";
export { matrixTranspose, moveAxis, permute, transpose } from "./ops/permute.ts";
export { flip, narrow, roll, select, slice } from "./ops/slice.ts";
export type { RangeEnd, SliceRange } from "./ops/slice.ts";
export { concatenate, meshgrid, repeatInterleave, stack, tile } from "./ops/join.ts";
export { gather, indexAdd, indexSelect, scatter, scatterAdd, take } from "./ops/gather.ts";
export { rowMoments } from "./ops/row-moments.ts";
export { dot, matmul, outer, tensordot } from "./ops/matmul.ts";
export { pad } from "./ops/pad.ts";
export type { PadMode, PadOptions, PadPair } from "./ops/pad.ts";
export { chunk, split, unbind } from "./ops/split.ts";
export { maskedFill, maskedSelect, nonzero, oneHot } from "./ops/mask.ts";
export { diagonal, diagonalMatrix, trace, tril, triu } from "./ops/triangle.ts";
export { einsum } from "./ops/einsum.ts";
export { cross, kron } from "./ops/vector-products.ts";
export { diff, median, quantile } from "./ops/order-statistics.ts";
export { isClose, nanMean, nanSum } from "./ops/not-a-number.ts";
export type { ClosenessOptions } from "./ops/not-a-number.ts";
export { cholesky, eigh, qr, svd } from "./linear-algebra/decompositions.ts";
export type {
  QRFactors,
  QROptions,
  SingularValues,
  SymmetricEigen,
} from "./linear-algebra/decompositions.ts";
export { adjugate, det, logdet, slogdet } from "./linear-algebra/determinant.ts";
export type { SignAndLog } from "./linear-algebra/determinant.ts";
export { matrixExp, matrixPower, matrixRank } from "./linear-algebra/matrix-functions.ts";
export type { HostCall, HostFunction, HostGradient } from "./core/host-function.ts";
export { hostFunction } from "./ops/host-function.ts";
export type { HostFunctionOptions } from "./ops/host-function.ts";
export { symmetricEigenvalues } from "./linear-algebra/symmetric-eigen.ts";
export { hostRowMoments } from "./linear-algebra/row-moments.ts";
export { inverse, lstsq, pinverse, solve } from "./linear-algebra/solve.ts";
export type { PinverseOptions } from "./linear-algebra/solve.ts";
export { triangularSolve } from "./linear-algebra/triangular-solve.ts";
export type { TriangularSolveOptions } from "./linear-algebra/triangular-solve.ts";
export { defaultGenerator, Generator, generatorKind, manualSeed } from "./random/generator.ts";
export {
  normal,
  normalLike,
  truncatedNormal,
  uniform,
  uniformLike,
} from "./random/distributions.ts";
export { bernoulli, integers, permutation } from "./random/discrete.ts";
export type { GeneratorState } from "./random/generator.ts";
export { randomKinds } from "./random/draw.ts";
export type { RandomOptions } from "./random/draw.ts";
export type {
  NormalOptions,
  TruncatedNormalOptions,
  UniformOptions,
} from "./random/distributions.ts";
export type { BernoulliOptions } from "./random/discrete.ts";
export {
  arange,
  eye,
  full,
  fullLike,
  linspace,
  ones,
  onesLike,
  zeros,
  zerosLike,
} from "./ops/creation.ts";
export { checkTensor, tensorKind } from "./ops/check-operands.ts";
export { format } from "./ops/format.ts";
export { tidy } from "./ops/tidy.ts";
export { profile } from "./ops/profile.ts";
export type { Profile, ProfileOptions } from "./ops/profile.ts";
export { keepBeyondScope, scopeOf } from "./core/scope.ts";
export { tensor } from "./ops/tensor-from-data.ts";
export type { NumberArray, TensorOptions } from "./ops/tensor-from-data.ts";
export { creationKinds } from "./core/creation-options.ts";
export type { CreationOptions } from "./core/creation-options.ts";
export { clone, item, to, toArray } from "./ops/reads.ts";
export { clamp, where } from "./ops/where.ts";
export { all, amax, amin, any, countNonzero, mean, prod, sum, variance } from "./ops/reduce.ts";
export type { Axes, ReduceOptions, VarianceOptions } from "./ops/reduce.ts";
export { argmax, argmin, max, min } from "./ops/reduce-positions.ts";
export type { ValuesAndIndices } from "./ops/reduce-positions.ts";
export { meanOver } from "./ops/mean-over.ts";
export { norm, overLength, std } from "./ops/norm.ts";
export { logSoftmax, logsumexp, softmax } from "./ops/softmax.ts";
export { cumprod, cumsum, logcumsumexp } from "./ops/scan.ts";
export { argsort, sort, topk } from "./ops/sort.ts";
export type { SortOptions, TopkOptions } from "./ops/sort.ts";
export {
  applyOne,
  applyPrimitive,
  followPrimitives,
  observePrimitives,
} from "./core/primitives.ts";
export type {
  Operand,
  PrimitiveName,
  PrimitiveObserver,
  PrimitiveParameters,
} from "./core/primitives.ts";
export { knownRange } from "./core/known-range.ts";
export type { KnownRange } from "./core/known-range.ts";
export { compile } from "./core/compile.ts";
export type { Compiled } from "./core/compile.ts";
export type { StepInput, StepReport } from "./core/compiled-step.ts";
export type { StepResult } from "./core/step-result.ts";
export { repeated, stepRecorder } from "./core/step-recorder.ts";
export type { GradientSlot, LiveNumber } from "./core/step-recorder.ts";
export { followMode, watching } from "./core/step-surroundings.ts";
export { fusedMap } from "./core/fused-map.ts";
export type { FusedExpressions } from "./core/fused-map.ts";
export { PointwiseOp } from "./core/pointwise-op.ts";
export { broadcastTo } from "./ops/pointwise.ts";
export { mapTogether } from "./core/make-value.ts";
export { releaseConsumer } from "./core/store.ts";
export { store } from "./core/store.ts";
export { collectGarbage, leakReport, memory } from "./core/memory.ts";
export type { MemoryReport } from "./core/memory.ts";
export { pointwiseFunctions } from "./pointwise-functions.ts";
export { creationSite } from "./core/storage.ts";
