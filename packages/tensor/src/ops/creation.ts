import {
  ArgumentError,
  checkOptions,
  dtypes,
  expandLayout,
  internShape,
  isFloat,
  maxElementCount,
  ShapeError,
  storageArray,
  type Backend,
  type DType,
  type Shape,
} from "@dl/backend";
import { backendOrDefault } from "../core/configuration.ts";
import { creationKinds, type CreationOptions } from "../core/creation-options.ts";
import { noteRange } from "../core/known-range.ts";
import { uploadedValue, viewValue } from "../core/make-value.ts";
import { asElement, checkConvertible, checkFits } from "../core/number-operand.ts";
import { Tensor } from "../core/tensor.ts";
import { checkDTypeName, checkDTypeSupported, checkNumber, checkTensor } from "./check-operands.ts";

/** Elements as they are stored for `dtype`. */
export function newElements(dtype: DType, count: number): ReturnType<typeof storageArray> {
  return storageArray(dtype, new ArrayBuffer(count * dtypes[dtype].bytesPerElement));
}

/** Backend and type of a tensor about to be made, checked. */
export function checkedTarget(
  op: string,
  options: CreationOptions,
  dtype: DType,
): { backend: Backend; dtype: DType } {
  const chosen = options.dtype ?? dtype;
  checkDTypeName(op, chosen);
  const backend = backendOrDefault(op, options.backend);
  checkDTypeSupported(backend, chosen);
  return { backend, dtype: chosen };
}

/** A tensor of elements that are laid out row-major. */
export function uploaded(
  elements: ReturnType<typeof storageArray>,
  dtype: DType,
  shape: Shape,
  backend: Backend,
): Tensor {
  const bytes = new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength);
  const tensor = new Tensor(uploadedValue(bytes, dtype, shape, backend));
  noteRange(tensor, elements, dtype);
  return tensor;
}

/**
 * Every element `value`. One element is stored, whatever the shape.
 *
 * @throws {ShapeError} for sizes no tensor can have.
 * @throws {ArgumentError} if the type cannot hold the value.
 * @example
 * await full([2], 7).toArray(); // => [7, 7]
 */
export function full(
  shape: readonly number[],
  value: number,
  options: CreationOptions = {},
): Tensor {
  return filled("full", shape, value, checkOptions("full", options, creationKinds));
}

/**
 * Every element 0.
 *
 * @throws {ShapeError} for sizes no tensor can have.
 * @example
 * await zeros([2]).toArray(); // => [0, 0]
 */
export function zeros(shape: readonly number[], options: CreationOptions = {}): Tensor {
  return filled("zeros", shape, 0, checkOptions("zeros", options, creationKinds));
}

/**
 * Every element 1.
 *
 * @throws {ShapeError} for sizes no tensor can have.
 * @example
 * await ones([2]).toArray(); // => [1, 1]
 */
export function ones(shape: readonly number[], options: CreationOptions = {}): Tensor {
  return filled("ones", shape, 1, checkOptions("ones", options, creationKinds));
}

/**
 * {@link full} with the shape, type and backend of `x` unless said otherwise.
 *
 * @example
 * await fullLike(zeros([2]), 7).toArray(); // => [7, 7]
 */
export function fullLike(x: Tensor, value: number, options: CreationOptions = {}): Tensor {
  checkTensor("fullLike", x);
  checkOptions("fullLike", options, creationKinds);
  return filled("fullLike", x.shape, value, { dtype: x.dtype, backend: x.backend, ...options });
}

/**
 * {@link zeros} with the shape, type and backend of `x` unless said otherwise.
 *
 * @example
 * await zerosLike(ones([2])).toArray(); // => [0, 0]
 */
export function zerosLike(x: Tensor, options: CreationOptions = {}): Tensor {
  checkTensor("zerosLike", x);
  checkOptions("zerosLike", options, creationKinds);
  return filled("zerosLike", x.shape, 0, { dtype: x.dtype, backend: x.backend, ...options });
}

/**
 * {@link ones} with the shape, type and backend of `x` unless said otherwise.
 *
 * @example
 * await onesLike(zeros([2])).toArray(); // => [1, 1]
 */
export function onesLike(x: Tensor, options: CreationOptions = {}): Tensor {
  checkTensor("onesLike", x);
  checkOptions("onesLike", options, creationKinds);
  return filled("onesLike", x.shape, 1, { dtype: x.dtype, backend: x.backend, ...options });
}

function filled(
  op: string,
  sizes: readonly number[],
  value: number,
  options: CreationOptions,
): Tensor {
  const shape = internShape(sizes, op);
  checkNumber(op, value);
  const { backend, dtype } = checkedTarget(op, options, "float32");
  checkFits(op, value, dtype);
  const element = newElements(dtype, 1);
  element[0] = asElement(value, dtype);
  const single = uploadedValue(new Uint8Array(element.buffer), dtype, [], backend);
  return new Tensor(viewValue(single, expandLayout(single.stored!.layout, shape)));
}

/**
 * Ones on the main diagonal of an n by m matrix, zeros elsewhere; m = n unless said.
 *
 * @example
 * await eye(2).toArray(); // => [[1, 0], [0, 1]]
 */
export function eye(n: number, m: number = n, options: CreationOptions = {}): Tensor {
  const shape = internShape([n, m], "eye");
  checkOptions("eye", options, creationKinds);
  const { backend, dtype } = checkedTarget("eye", options, "float32");
  const elements = newElements(dtype, n * m);
  for (let i = 0; i < Math.min(n, m); i++) elements[i * m + i] = 1;
  return uploaded(elements, dtype, shape, backend);
}

/**
 * start, start + step, ... up to but without end: `arange(end)`, `arange(start, end)` or
 * `arange(start, end, step)`. int32 when all are whole, else float32.
 *
 * @throws {ArgumentError} if a number is not finite, step is 0 or leads away from end, or the type cannot hold a number.
 * @example
 * await arange(1, 7, 2).toArray(); // => [1, 3, 5]
 */
export function arange(end: number, options?: CreationOptions): Tensor;
export function arange(start: number, end: number, options?: CreationOptions): Tensor;
export function arange(start: number, end: number, step: number, options?: CreationOptions): Tensor;
export function arange(...given: (number | CreationOptions | undefined)[]): Tensor {
  const numbers = given.filter((value) => typeof value === "number");
  const last = given.find((value) => typeof value !== "number" && value !== undefined);
  const options = last === undefined ? {} : last;
  checkOptions("arange", options, creationKinds);
  const [start, end, step] = [
    numbers.length > 1 ? numbers[0]! : 0,
    numbers.length > 1 ? numbers[1]! : numbers[0]!,
    numbers[2] ?? 1,
  ];
  const written = `start ${start}, end ${end}, step ${step}`;
  const bounds = [start, end, step];
  if (!bounds.every(Number.isFinite))
    throw new ArgumentError("arange", `needs finite numbers: received ${written}.`, {
      received: bounds,
    });
  if (step === 0 || (end - start) / step < 0)
    throw new ArgumentError(
      "arange",
      `the step never reaches the end: received ${written}. Give a step ${end < start ? "below" : "above"} 0.`,
      { received: bounds },
    );
  const count = Math.ceil((end - start) / step);
  const shape = internShape([count], "arange");
  const whole = bounds.every(Number.isInteger);
  const { backend, dtype } = checkedTarget("arange", options, whole ? "int32" : "float32");
  // The second tells whether the step is whole.
  for (const i of [0, 1, count - 1])
    if (i >= 0 && i < count) checkFits("arange", start + i * step, dtype);
  const elements = newElements(dtype, count);
  for (let i = 0; i < count; i++) elements[i] = asElement(start + i * step, dtype);
  return uploaded(elements, dtype, shape, backend);
}

/**
 * `count` numbers from start to end, both included, at equal distances.
 *
 * Integers drop the fraction.
 *
 * @throws {ArgumentError} if count is not a whole number of at least 0, or the type cannot hold an end.
 * @example
 * await linspace(0, 1, 5).toArray(); // => [0, 0.25, 0.5, 0.75, 1]
 */
export function linspace(
  start: number,
  end: number,
  count: number,
  options: CreationOptions = {},
): Tensor {
  checkNumber("linspace", start);
  checkNumber("linspace", end);
  checkOptions("linspace", options, creationKinds);
  if (!Number.isInteger(count) || count < 0 || count > maxElementCount)
    throw new ArgumentError(
      "linspace",
      `count must be a whole number of at least 0: received ${count}.`,
      { received: count },
    );
  const { backend, dtype } = checkedTarget("linspace", options, "float32");
  const check = isFloat(dtype) ? checkFits : checkConvertible;
  for (const bound of [start, end]) check("linspace", bound, dtype);
  const elements = newElements(dtype, count);
  const step = count > 1 ? (end - start) / (count - 1) : 0;
  // From the nearer end, so that both ends are exact and the middle symmetric.
  for (let i = 0; i < count; i++)
    elements[i] = asElement(i < count / 2 ? start + i * step : end - (count - 1 - i) * step, dtype);
  return uploaded(elements, dtype, internShape([count]), backend);
}

/** @throws {ShapeError} if the elements do not fill the shape. */
export function checkFills(op: string, shape: Shape, elementCount: number, needed: number): void {
  if (elementCount !== needed)
    throw new ShapeError(
      op,
      `${elementCount} elements do not fill shape [${shape.join(", ")}], which has ${needed}.`,
      { expected: needed, received: elementCount },
    );
}
