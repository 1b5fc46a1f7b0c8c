import { dtypes, formatShape, storageArray, type Backend, type DType, type Shape } from "@dl/backend";
import { relieveMemoryPressure } from "./memory.ts";
import { store } from "./store.ts";
import { contiguousValue } from "./make-value.ts";
import type { TensorValue } from "./tensor-value.ts";

/** Elements as `data()` gives them; bool comes as bytes 0 and 1. */
export type TensorData = Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array;

export type NestedNumbers = number | boolean | readonly NestedNumbers[];

/**
 * An n-dimensional array on a backend.
 *
 * Immutable to its readers: every operation makes a new tensor. Work is put off until a result is
 * read or needed, and fused on the way. Nothing has to be disposed.
 */
export class Tensor {
  /** @internal The elements; replaced only by {@link Tensor.assign}. */
  value: TensorValue;
  /** @internal Belongs to whoever records primitives; this package never reads it. */
  recording: unknown = undefined;

  constructor(value: TensorValue) {
    this.value = value;
  }

  get shape(): Shape {
    return this.value.shape;
  }

  get dtype(): DType {
    return this.value.dtype;
  }

  get backend(): Backend {
    return this.value.backend;
  }

  /** Number of axes. */
  get ndim(): number {
    return this.value.shape.length;
  }

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
   */
  async data(): Promise<TensorData> {
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

  toString(): string {
    return `Tensor ${this.dtype} ${formatShape(this.shape)} on ${this.backend.name}`;
  }

  /** Frees the elements now instead of when they become garbage. Never needed. */
  dispose(): void {
    if (this.value.consumers === 0) this.value.stored?.storage.release();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
