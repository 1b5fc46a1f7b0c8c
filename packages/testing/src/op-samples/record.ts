import type { Backend, DType } from "@dl/backend";
import type { CreationOptions, Tensor } from "@dl/tensor";
import type { SampleInput, SampleSource } from "./sample-source.ts";

/** What an operation may give: the suite compares every tensor in it. */
export type OpResult =
  | Tensor
  | readonly Tensor[]
  | { readonly [name: string]: Tensor }
  | Promise<Tensor>;

/** One call of an operation. */
export interface Sample {
  /** Unique in its record. */
  readonly name: string;
  readonly inputs: readonly SampleInput[];
  readonly call: (inputs: readonly Tensor[], target: CreationOptions) => OpResult;
  /** False where this call alone has no derivative to check, though the operation has one. */
  readonly hasGradient?: false;
}

/** A wrong call, and what it must say. */
export interface ErrorSample {
  readonly error: string;
  /** The whole message. */
  readonly message: string;
  readonly call: (backend: Backend) => unknown;
}

/** Calls at zeros, ones, ties and bounds, where the operation has a value. */
export interface SpecialPoints {
  /** It has two derivatives there too, which central differences must confirm. */
  readonly smooth: readonly Sample[];
  /** It has not; the gradient is a convention, the same on every backend. */
  readonly rough: readonly Sample[];
}

/** Everything the tests know about one operation. */
export interface OpRecord {
  readonly name: string;
  /** Section of the coverage table. */
  readonly theme: string;
  readonly samples: (draw: SampleSource) => readonly Sample[];
  /** Forward only, with NaN, infinities and zeros; compared in float32. */
  readonly extremes?: (draw: SampleSource) => readonly Sample[];
  /** In the float types; forward, first and second derivative. */
  readonly points?: SpecialPoints;
  readonly errors?: readonly ErrorSample[];
  /** `true`, or why there is no gradient. */
  readonly differentiable: true | string;
  /** Only where the first derivative exists and the second does not: why. */
  readonly secondDerivative?: string;
  /** Types the samples' `real` and `plain` inputs are made in; float32 and float64 unless said. */
  readonly dtypes?: readonly DType[];
  /** Same bits on every backend, in the same type. */
  readonly isExact?: boolean;
}

export const floatTypes: readonly DType[] = ["float32", "float64"];
export const numberTypes: readonly DType[] = ["float32", "float64", "int32", "uint32"];
export const allTypes: readonly DType[] = ["float32", "float64", "int32", "uint32", "bool"];

/** A sample, written in one line. */
export function sample(name: string, inputs: readonly SampleInput[], call: Sample["call"]): Sample {
  return { name, inputs, call };
}

/** An error sample, written in one line. */
export function fails(error: string, message: string, call: ErrorSample["call"]): ErrorSample {
  return { error, message, call };
}

/** Calls for one input of each shape: the usual way to cover empty and single elements. */
export function overShapes(
  draw: SampleSource,
  shapes: readonly (readonly number[])[],
  call: (x: Tensor) => OpResult,
  interval?: readonly [number, number],
): Sample[] {
  return shapes.map((shape) =>
    sample(`[${shape.join(", ")}]`, [draw.real(shape, interval)], ([x]) => call(x!)),
  );
}

export const notDifferentiable = {
  integer: "the result is not a float",
  flat: "piecewise constant",
  noInput: "no tensor goes in",
  random: "the result is drawn",
} as const;
