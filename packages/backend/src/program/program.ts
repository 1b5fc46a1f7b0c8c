import type { DType } from "../dtype.ts";
import type { Layout } from "../layout.ts";
import type { Scalar } from "../scalar/expression.ts";
import type { Shape } from "../shape.ts";
import type { RoutineName, RoutineParameters } from "./routines.ts";

/**
 * A unit of work for a backend: plain data, immutable, interned. Equal programs are one object, so
 * a backend may cache what it compiled by identity or by `id`.
 */
export type Program = MapProgram | ReduceProgram | RoutineProgram;

/** How a program reads one of its buffers. The offset comes with the buffer at dispatch. */
export interface InputSpec {
  readonly dtype: DType;
  readonly layout: Layout;
}

/** Outputs are always contiguous. */
export interface OutputSpec {
  readonly dtype: DType;
  readonly shape: Shape;
}

interface ProgramBase {
  readonly id: number;
  /** Buffers in the order of dispatch, epilogue inputs last. */
  readonly inputs: readonly InputSpec[];
  /** Types of the numbers given at dispatch. */
  readonly parameters: readonly DType[];
  readonly outputs: readonly OutputSpec[];
}

/** Each output element is a scalar expression of the input elements at the same position. */
export interface MapProgram extends ProgramBase {
  readonly kind: "map";
  /** Every input's layout and every output has this shape. */
  readonly shape: Shape;
  readonly values: readonly Scalar[];
}

/**
 * How a reduction folds elements into one. `hypot` is the root of the sum of squares, of floats; a
 * square that is too large or too small for the type does not show in it.
 */
export type ReduceOp = "sum" | "prod" | "max" | "min" | "hypot" | "argmax" | "argmin";

/** Folds `value` over `axes`. Argmax and argmin give the first position, counted along one axis. */
export interface ReduceProgram extends ProgramBase {
  readonly kind: "reduce";
  readonly op: ReduceOp;
  /** Shape of the domain; the first `domainInputs` inputs have it. */
  readonly shape: Shape;
  readonly axes: readonly number[];
  readonly value: Scalar;
  readonly domainInputs: number;
  readonly epilogue: Epilogue | undefined;
}

/**
 * An expression applied to each element of a result before it is written. In `value`, input slot 0
 * is the result and slot i + 1 is the i-th epilogue input, read through the output's shape.
 */
export interface Epilogue {
  readonly inputs: readonly InputSpec[];
  readonly value: Scalar;
}

/** Hand-written work from a closed list; see {@link RoutineParameters}. */
export interface RoutineProgram<Name extends RoutineName = RoutineName> extends ProgramBase {
  readonly kind: "routine";
  readonly routine: Name;
  readonly settings: RoutineParameters[Name];
  /** How many inputs are the routine's own; the epilogue's follow. */
  readonly routineInputs: number;
  /** What the routine itself makes, before any epilogue. */
  readonly result: OutputSpec;
  readonly epilogue: Epilogue | undefined;
}
