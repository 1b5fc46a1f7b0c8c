import {
  ArgumentError,
  DTypeError,
  dtypes,
  formatShape,
  ShapeError,
  storageArray,
  type Backend,
  type DType,
  type Shape,
} from "@dl/backend";
import type { InstalledMethods } from "../methods.ts";
import { relieveMemoryPressure } from "./memory.ts";
import { noteInScope } from "./scope.ts";
import { stepRecorder } from "./step-recorder.ts";
import { releaseValue, store } from "./store.ts";
import { contiguousValue } from "./make-value.ts";
import type { TensorValue } from "./tensor-value.ts";

/** Elements as `data()` gives them; bool comes as bytes 0 and 1. */
export type TensorData = Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array;

/** A number, or lists of lists of them: what `toArray` gives. */
export type NestedNumbers = number | boolean | readonly NestedNumbers[];

// Merged here and not by `declare module` in methods.ts: of two augmentations, one of a module and
// one of its re-export (@dl/autograd's), TypeScript may lose the first, depending on file order.
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging -- methods.ts installs them
export interface Tensor extends InstalledMethods {}

/**
 * An n-dimensional array on a backend.
 *
 * Immutable to its readers: every operation makes a new tensor. Work is put off until a result is
 * read or needed, and fused on the way. Nothing has to be disposed.
 *
 * @example
 * const x = tensor([[1, 2], [3, 4]]);
 * await x.mul(10).add(x.sum()).toArray(); // => [[20, 30], [40, 50]]
 */
export class Tensor {
  /** @internal The elements; replaced only by {@link Tensor.assign}. */
  value: TensorValue;
  /** @internal Belongs to whoever records primitives; this package never reads it. */
  recording: unknown = undefined;
  /** The value came by `assign`, which counted itself among its consumers. */
  private isAssigned = false;
  /** Among the handles of the value. */
  private isCounted = true;

  constructor(value: TensorValue) {
    this.value = value;
    const recorder = stepRecorder();
    if (recorder === undefined) value.handles++;
    else {
      this.isCounted = false;
      recorder.makes(this);
    }
    noteInScope(this);
  }

  /** Sizes along the axes, outermost first. */
  get shape(): Shape {
    return this.value.shape;
  }

  /** Type of the elements. */
  get dtype(): DType {
    return this.value.dtype;
  }

  /** Where the elements are, or will be computed. */
  get backend(): Backend {
    return this.value.backend;
  }

  /** Number of axes. */
  get ndim(): number {
    return this.value.shape.length;
  }

  /** Product of the sizes. */
  get elementCount(): number {
    return this.value.elementCount;
  }

  /** Described but not computed yet. */
  get isPending(): boolean {
    return this.value.isPending;
  }

  /**
   * All elements in row-major order, as a copy.
   *
   * @throws {BackendError | DeviceLostError} if the work behind it failed.
   * @throws {ArgumentError} inside a compiled step.
   * @example
   * await tensor([[1, 2], [3, 4]]).data(); // => [1, 2, 3, 4]
   */
  async data(): Promise<TensorData> {
    if (stepRecorder() !== undefined)
      throw new ArgumentError(
        "data",
        "a compiled step cannot read a tensor. Return it from the step, and read it then.",
      );
    const value = contiguousValue(this.value);
    const { buffer, offset } = store(value);
    const { bytesPerElement } = dtypes[this.dtype];
    const bytes = await this.backend.read(
      buffer,
      offset * bytesPerElement,
      this.elementCount * bytesPerElement,
    );
    await relieveMemoryPressure();
    const elements = storageArray(this.dtype, bytes.buffer, bytes.byteOffset, this.elementCount);
    return this.dtype === "bool" ? Uint8Array.from(elements) : elements;
  }

  /**
   * Makes this handle stand for the elements of `next`; other handles of the old elements keep them.
   * For optimisers: gradients do not pass through it.
   *
   * @throws {ShapeError | DTypeError | ArgumentError} if shape, type or backend differ.
   * @example
   * const x = zeros([2]);
   * x.assign(tensor([1, 2]));
   * await x.toArray(); // => [1, 2]
   */
  assign(next: Tensor): this {
    if (next.shape !== this.shape)
      throw new ShapeError(
        "assign",
        `shapes differ: ${formatShape(this.shape)} cannot take ${formatShape(next.shape)}. Give a tensor of the same shape.`,
        { expected: this.shape, received: next.shape },
      );
    if (next.dtype !== this.dtype)
      throw new DTypeError(
        "assign",
        `types differ: ${this.dtype} cannot take ${next.dtype}. Convert with next.cast("${this.dtype}").`,
        { expected: this.dtype, received: next.dtype },
      );
    if (next.backend !== this.backend)
      throw new ArgumentError(
        "assign",
        `tensors live on different backends: ${this.backend.name} and ${next.backend.name}. Move one with await x.to(backend).`,
        { expected: this.backend.name, received: next.backend.name },
      );
    const recorder = stepRecorder();
    recorder?.uses(next);
    recorder?.rebinding(this);
    this.rebind(next.value);
    return this;
  }

  /** @internal {@link Tensor.assign} for a value known to fit. */
  rebind(next: TensorValue): void {
    const { value } = this;
    if (this.isAssigned) value.consumers--;
    this.isAssigned = true;
    if (this.isCounted) value.handles--;
    this.isCounted = true;
    this.value = next;
    next.handles++;
    // Keeps the elements through dispose() of the other handle.
    next.consumers++;
  }

  /**
   * Type, shape and backend; the elements are read with `format`.
   *
   * @example
   * zeros([2, 3]).toString(); // => "Tensor float32 [2, 3] on cpu"
   */
  toString(): string {
    return `Tensor ${this.dtype} ${formatShape(this.shape)} on ${this.backend.name}`;
  }

  /**
   * Frees the elements now instead of when they become garbage. Never needed.
   *
   * @example
   * const x = tensor([1, 2]);
   * x.dispose();
   * await x.toArray(); // throws
   */
  dispose(): void {
    if (this.isAssigned) this.value.consumers--;
    this.isAssigned = false;
    releaseValue(this.value);
  }

  /**
   * What `using` calls at the end of a block.
   *
   * @example
   * {
   *   using x = zeros([2]);
   *   x.shape; // => [2]
   * }
   */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** What Node's console prints: values are read asynchronously, so they are not in it. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}
