import {
  ArgumentError,
  DTypeError,
  dtypes,
  formatShape,
  OutOfMemoryError,
  ShapeError,
  storageArray,
  wrongType,
  type Backend,
  type DType,
  type Shape,
} from "@dl/backend";
import type { InstalledMethods } from "../methods.ts";
import { collectGarbage, relieveMemoryPressure } from "./memory.ts";
import { checkSameBackend } from "./same-backend.ts";
import { noteInScope } from "./scope.ts";
import { stepRecorder } from "./step-recorder.ts";
import { storeContiguously } from "./store-contiguously.ts";
import { releaseValue } from "./store.ts";
import { TensorValue } from "./tensor-value.ts";

/** Elements as `data()` gives them; bool comes as bytes 0 and 1. */
export type TensorData = Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array;

/** How a tensor counts among the handles of its value; "none" once disposed. */
type Hold = "made" | "madeInStep" | "assigned" | "none";

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
  private hold: Hold;

  constructor(value: TensorValue) {
    this.value = value;
    const recorder = stepRecorder();
    this.hold = recorder === undefined ? "made" : "madeInStep";
    if (recorder === undefined) value.handles++;
    else {
      value.handlesInSteps++;
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
        "a compiled step cannot read a tensor. Return it, and read it then.",
      );
    const { value, backend, dtype, elementCount } = this;
    let contiguous: TensorValue;
    try {
      contiguous = storeContiguously(value);
    } catch (error) {
      if (!(error instanceof OutOfMemoryError)) throw error;
      await collectGarbage();
      contiguous = storeContiguously(value);
    }
    const { buffer, offset } = contiguous.stored!;
    const { bytesPerElement } = dtypes[dtype];
    const bytes = await backend.read(
      buffer,
      offset * bytesPerElement,
      elementCount * bytesPerElement,
    );
    releaseValue(contiguous);
    await relieveMemoryPressure();
    const elements = storageArray(dtype, bytes.buffer, bytes.byteOffset, elementCount);
    return dtype === "bool" ? Uint8Array.from(elements) : elements;
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
    if (!(next instanceof Tensor))
      throw wrongType("assign", "needs a tensor", next, "Make one with tensor(...).");
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
    checkSameBackend("assign", this.backend, next.backend);
    const recorder = stepRecorder();
    recorder?.uses(next);
    recorder?.rebinding(this);
    this.rebind(next.value);
    return this;
  }

  /** @internal {@link Tensor.assign} for a value known to fit. */
  rebind(next: TensorValue): void {
    this.letGo();
    this.value = next;
    this.hold = "assigned";
    next.handles++;
    // What is assigned will be read again: fusion stores it.
    next.consumers++;
  }

  /** @internal Counts this handle out of those of its value. */
  letGo(): void {
    const { value, hold } = this;
    this.hold = "none";
    if (hold === "madeInStep") value.handlesInSteps--;
    else if (hold !== "none") value.handles--;
    if (hold === "assigned") value.consumers--;
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
   * Frees the elements now instead of when they become garbage, unless another tensor shares them:
   * `detach()`, a view, an entry of a `stateDict()`. Never needed.
   *
   * @example
   * const x = tensor([1, 2]);
   * x.dispose();
   * await x.toArray(); // throws
   */
  dispose(): void {
    if (this.hold === "none") return;
    const { value } = this;
    this.letGo();
    const isFreed = releaseValue(value) && value.stored?.storage.isReleased !== false;
    // Those who share the elements go on without this tensor, which must not keep them either.
    if (!isFreed) this.value = new TensorValue(value.backend, value.dtype, value.shape);
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

  /**
   * What `JSON.stringify` writes: not the elements, which are read asynchronously.
   *
   * @example
   * JSON.stringify({ loss: zeros([]) }); // => '{"loss":{"shape":[],"dtype":"float32","hint":"await tensor.toArray()"}}'
   */
  toJSON(): { shape: Shape; dtype: DType; hint: string } {
    return { shape: this.shape, dtype: this.dtype, hint: "await tensor.toArray()" };
  }

  /**
   * Text in a template; `loss < 0.1` and `loss + 1` would compare and add that text.
   *
   * @throws {ArgumentError} beside an operator.
   * @example
   * `a ${zeros([2])}`; // => "a Tensor float32 [2] on cpu"
   */
  [Symbol.toPrimitive](hint: string): string {
    if (hint === "string") return this.toString();
    throw new ArgumentError(
      "tensor",
      "received a tensor beside an operator such as + or <. Use await loss.item(), the methods loss.add(1) and loss.less(0.1), or `${loss}` for text.",
      { received: this },
    );
  }

  /** What Node's console prints: values are read asynchronously, so they are not in it. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}
