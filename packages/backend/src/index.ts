export type {
  Backend,
  BackendMemory,
  Binding,
  BufferHandle,
  Capabilities,
  Executable,
  HostOperand,
  HostWork,
} from "./backend.ts";
export { dtypes, isFloat, storageArray } from "./dtype.ts";
export type { DType, DTypeKind, DTypeRecord, StorageArray } from "./dtype.ts";
export { describeValue } from "./describe-value.ts";
export { checkCount, checkList, checkWhole, wrongType } from "./wrong-type.ts";
export {
  ArgumentError,
  AxisError,
  BackendError,
  DeviceLostError,
  DlError,
  DTypeError,
  FormatError,
  GradientError,
  InternalError,
  OutOfMemoryError,
  ShapeError,
  UnsupportedError,
} from "./errors.ts";
export type { ErrorDetails } from "./errors.ts";
export { checkFunction, checkSynchronous } from "./check-function.ts";
export { checkGiven } from "./check-given.ts";
export { IdTrie } from "./intern.ts";
export {
  coalesceAxes,
  contiguousLayout,
  contiguousStrides,
  expandLayout,
  internLayout,
  permuteLayout,
  reshapeLayout,
  sliceLayout,
} from "./layout.ts";
export type { Layout } from "./layout.ts";
export { checkOptions, extendKinds, refuseOptions } from "./options.ts";
export type { OptionKind, OptionKinds, ValueKind } from "./options.ts";
export {
  mapProgram,
  reducedShape,
  reduceProgram,
  reduceResultDType,
  routineProgram,
} from "./program/build.ts";
export type { ReduceDescription } from "./program/build.ts";
export { formatProgram } from "./program/format.ts";
export { programTitle } from "./program/title.ts";
export { indexOutOfRange } from "./program/index-out-of-range.ts";
export type {
  Epilogue,
  InputSpec,
  MapProgram,
  OutputSpec,
  Program,
  ReduceOp,
  ReduceProgram,
  RoutineProgram,
} from "./program/program.ts";
export { windowCount, windowOutputSize } from "./program/routine-results.ts";
export type {
  Conv2dParameters,
  Pool2dParameters,
  RoutineName,
  RoutineParameters,
  Taps,
  Window2d,
} from "./program/routines.ts";
export { exponential, integerPower, logarithm, realPower, sineCosine } from "./portable-math.ts";
export type { MomentsBackend, RowMoments } from "./row-moments.ts";
export { TimingTotals } from "./profiler.ts";
export type { ProfiledBackend, ProgramTiming } from "./profiler.ts";
export { derivative, stopGradient } from "./scalar/derivative.ts";
export { gatedProduct } from "./scalar/gated-product.ts";
export { vanishingWhere } from "./scalar/vanishing-where.ts";
export { scalarDTypes } from "./scalar/dtype-rules.ts";
export type { ScalarOpName } from "./scalar/dtype-rules.ts";
export { foldScalar } from "./scalar/emitters.ts";
export type { Emitters, LeafEmitter } from "./scalar/emitters.ts";
export {
  constant,
  constantLike,
  index,
  input,
  operands,
  parameter,
  substitute,
  topologicalOrder,
  withPartials,
} from "./scalar/expression.ts";
export type { ApplyScalar, Partials, Scalar } from "./scalar/expression.ts";
export { instructions } from "./scalar/instructions.ts";
export type { Instruction } from "./scalar/instructions.ts";
export { scalar } from "./scalar/scalar.ts";
export { normalFromBits, normalTable, normalTableFormat } from "./scalar/normal-table.ts";
export { philox4x32, philoxKeyIncrements, philoxMultipliers } from "./scalar/philox.ts";
export {
  broadcastShapes,
  elementCount,
  formatShape,
  internShape,
  maxElementCount,
  normalizeAxes,
  normalizeAxis,
  shapesEqual,
} from "./shape.ts";
export type { Shape } from "./shape.ts";
