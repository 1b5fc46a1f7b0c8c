import type { Shape } from "@dl/backend";
import type { Tensor } from "./tensor.ts";

/** What a host function is told besides elements. */
export interface HostCall {
  /** Of the inputs. */
  readonly shapes: readonly Shape[];
  /** Of the result. */
  readonly shape: Shape;
  readonly numbers: readonly number[];
}

/**
 * A computation on the host. It depends on its inputs and on what it is told and on nothing else, and
 * is made once: in a compiled step another object is another function.
 */
export interface HostFunction {
  /** As graphs, profiles and errors name it. */
  readonly name: string;
  /**
   * Fills `result`, all zeros, from the elements of the inputs, row by row; keeps neither. Integers and
   * bools come as numbers; beyond an integer type numbers wrap, and a bool must be 0 or 1.
   */
  readonly compute: (inputs: readonly Float64Array[], result: Float64Array, call: HostCall) => void;
  /**
   * Whether with one axis more in front of all shapes it does the same for each position along it: then
   * `vmap` asks for all samples at once, and otherwise for one after the other.
   */
  readonly isStackable?: boolean;
}

/**
 * Gradients of the inputs of a host function from that of the result, the inputs and the result, in
 * tensor operations, so that gradients of gradients exist. It travels with the function: a program
 * without the one has not the other.
 */
export type HostGradient = (
  dy: Tensor,
  inputs: readonly Tensor[],
  result: Tensor,
) => readonly (Tensor | undefined)[];
