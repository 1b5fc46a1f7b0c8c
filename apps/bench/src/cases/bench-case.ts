import type { Backend, DType } from "@dl/backend";
import type { Tensor } from "@dl/tensor";

/** What a case is built on. */
export interface Setting {
  readonly backend: Backend;
  readonly dtype: DType;
}

/** One library's work on one case, ready to be run again and again. */
export interface Work {
  /** The timed unit: ends when its result can be read, and returns the loss where there is one. */
  readonly step: () => Promise<number | undefined>;
  /** Everything that a step computed, for the comparison with the reference. */
  readonly results: () => Promise<readonly Values[]>;
  /** What a peer needs to do the same work: parameters, then data, then noise, in our layout. */
  readonly given: readonly Tensor[];
}

export type Values = ArrayLike<number>;

export interface BenchCase {
  readonly id: string;
  readonly group: string;
  /** The work in words, for readers of the results. */
  readonly definition?: string;
  /** What the peers' drivers build the same work from. */
  readonly kind: string;
  readonly params: Readonly<Record<string, number>>;
  /** Floating-point operations and bytes moved in one step, where a formula gives them. */
  readonly flops?: number;
  readonly bytes?: number;
  /** Work items in one step: a batch's samples. */
  readonly samples?: number;
  /** The loss must fall while warming up: else nothing is trained. */
  readonly learns?: boolean;
  /** The position on a sweep's axis, e.g. a matrix's size. */
  readonly sweep?: { readonly name: string; readonly size: number };
  readonly build: (setting: Setting, params: Readonly<Record<string, number>>) => Work;
  /** Overrides of `params` for the comparison with the reference, which is slow. */
  readonly checkParams?: Readonly<Record<string, number>>;
}

/**
 * Makes a result exist and says so: a view makes pending work be stored, and one element is read.
 *
 * Reading one element is also an end condition on devices that work behind our back.
 */
export async function finish(result: Tensor): Promise<void> {
  await result.reshape([-1]).narrow(0, 0, 1).data();
}
