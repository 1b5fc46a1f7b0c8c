/** Sizes of a two-dimensional window over [batch, channels, height, width]. */
export interface Window2d {
  readonly stride: readonly [number, number];
  /** Zeros added: top, bottom, left, right. */
  readonly padding: readonly [number, number, number, number];
  readonly dilation: readonly [number, number];
}

export interface Conv2dParameters extends Window2d {
  readonly groups: number;
}

export interface Pool2dParameters extends Window2d {
  readonly kernelSize: readonly [number, number];
}

/** Where each result along an axis comes from, and with which weights. */
export interface Taps {
  readonly positions: readonly (readonly number[])[];
  readonly weights: readonly (readonly number[])[];
}

/**
 * The closed list of routines and what each is told besides its inputs. All inputs are contiguous,
 * except matmul's, whose last two axes may have any strides. Indices are int32 and in range:
 * whoever makes the program checks them.
 */
export interface RoutineParameters {
  /** (a [...batch, m, k], b [...batch, k, n]) → [...batch, m, n]; batch axes equal, strides may be 0. */
  readonly matmul: Record<never, never>;
  /** (x [B, C, H, W], weight [O, C / groups, KH, KW]) → [B, O, H', W']. Cross-correlation. */
  readonly conv2d: Conv2dParameters;
  /** (dy [B, O, H', W'], weight) → dx [B, C, H, W]; also the forward of transposed convolution. */
  readonly conv2dInputGrad: Conv2dParameters & { readonly inputSize: readonly [number, number] };
  /** (x, dy) → dweight [O, C / groups, KH, KW]. */
  readonly conv2dWeightGrad: Conv2dParameters & { readonly kernelSize: readonly [number, number] };
  /**
   * x [B, C, H, W] → values and int32 positions (row-major in H x W) of the first maximum;
   * padding never wins, NaN always does.
   */
  readonly maxPool2d: Pool2dParameters;
  /**
   * x → results along `axis`, each a weighted sum of some positions of x there: result i is
   * Σ weights[i][t] · x[positions[i][t]], 0 without terms. Positions are in range.
   */
  readonly resample: Taps & { readonly axis: number };
  /** (x, indices): out[.., i, ..] = x[.., indices[.., i, ..], ..]; other axes of indices ≤ x's. */
  readonly gather: { readonly axis: number };
  /**
   * (x, indices, source): a copy of x with source added at, or written to, the positions of
   * `gather`. Repeated positions: "add" sums in row-major order of source, "replace" keeps the last.
   */
  readonly scatter: { readonly axis: number; readonly mode: "add" | "replace" };
  /** (x, indices [n]): whole slices along an axis. */
  readonly indexSelect: { readonly axis: number };
  /** (x, indices [n], source): a copy of x with slices of source added; adjoint of indexSelect. */
  readonly indexAdd: { readonly axis: number };
  /** Two or more inputs joined along an axis. */
  readonly concatenate: { readonly axis: number };
  /** x with `interior` cells between neighbours and `before`, `after` around, all of `value`. */
  readonly pad: {
    readonly before: readonly number[];
    readonly after: readonly number[];
    readonly interior: readonly number[];
    readonly value: number;
  };
  /** Running sum or product; `exclusive` starts from 0 or 1 and leaves each element itself out. */
  readonly scan: {
    readonly op: "sum" | "prod";
    readonly axis: number;
    readonly exclusive: boolean;
    readonly reverse: boolean;
  };
  /** x → sorted values and int32 positions; stable; NaN counts as the largest. */
  readonly sort: { readonly axis: number; readonly descending: boolean };
}

/** The closed list of hand-written work. */
export type RoutineName = keyof RoutineParameters;
