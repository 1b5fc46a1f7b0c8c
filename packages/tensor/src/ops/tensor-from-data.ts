import {
  ArgumentError,
  checkOptions,
  contiguousLayout,
  extendKinds,
  internShape,
  ShapeError,
  type DType,
  type OptionKinds,
  type Shape,
} from "@dl/backend";
import { creationKinds, type CreationOptions } from "../core/creation-options.ts";
import { asElement, checkConvertible } from "../core/number-operand.ts";
import { stepRecorder } from "../core/step-recorder.ts";
import { Tensor, type NestedNumbers } from "../core/tensor.ts";
import { checkedTarget, checkFills, newElements, uploaded } from "./creation.ts";

/** Flat numbers that `tensor` takes besides nested lists. */
export type NumberArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array;

/** Shape, type and place of {@link tensor}. */
export interface TensorOptions extends CreationOptions {
  /** For flat data; one axis unless said. */
  readonly shape?: readonly number[];
}

const tensorKinds: OptionKinds<TensorOptions> = /* @__PURE__ */ extendKinds(creationKinds, {
  shape: "list",
});

/**
 * A tensor of these numbers: nested lists of one shape, a typed array, or a single number.
 *
 * The type is float32 for numbers, bool for booleans, and that of a typed array (int32 for those
 * of 8 and 16 bits) unless said. The data is copied. Numbers are converted as data is: integers drop a
 * fraction, and float32 rounds, numbers beyond it to infinity.
 *
 * @throws {ShapeError} if the lists are ragged, or do not fill `shape`.
 * @throws {ArgumentError} if something is not a number, or lies outside an integer type.
 * @example
 * tensor([[1, 2], [3, 4]]).shape; // => [2, 2]
 * tensor(new Float32Array(6), { shape: [2, 3] }).shape; // => [2, 3]
 */
export function tensor(data: NestedNumbers | NumberArray, options: TensorOptions = {}): Tensor {
  if (data instanceof Tensor)
    throw new ArgumentError("tensor", "received a tensor. Use x.clone() or x.cast(dtype).");
  checkOptions("tensor", options, tensorKinds);
  if (ArrayBuffer.isView(data)) return fromTypedArray(data, options);
  const found: number[] = [];
  const innerShape = shapeOf(data);
  let booleans = 0;
  const place: number[] = []; // of the item being read; its first `depth` entries count
  const visit = (item: unknown, depth: number): void => {
    if (depth < innerShape.length) {
      if (!Array.isArray(item) || item.length !== innerShape[depth])
        throw ragged(item, innerShape[depth], place.slice(0, depth));
      for (let i = 0; i < item.length; i++) {
        place[depth] = i;
        visit(item[i], depth + 1);
      }
      return;
    }
    if (Array.isArray(item)) throw ragged(item, undefined, place);
    if (typeof item === "boolean") booleans++;
    else if (typeof item !== "number")
      throw new ArgumentError(
        "tensor",
        `needs numbers or booleans: received ${item === null ? "null" : typeof item}${at(place)}.`,
        { received: item },
      );
    found.push(Number(item));
  };
  visit(data, 0);
  const shape = internShape(options.shape ?? innerShape, "tensor");
  checkFills("tensor", shape, found.length, contiguousLayout(shape).elementCount);
  const isBool = booleans > 0 && booleans === found.length;
  const { backend, dtype } = checkedTarget("tensor", options, isBool ? "bool" : "float32");
  return uploaded(convert(found, dtype), dtype, shape, backend);
}

/** Sizes of the first element at every depth; the others are checked against it. */
function shapeOf(data: unknown): Shape {
  const sizes: number[] = [];
  for (let item: unknown = data; Array.isArray(item); item = item[0] as unknown)
    sizes.push(item.length);
  return sizes;
}

function ragged(item: unknown, expected: number | undefined, place: readonly number[]): ShapeError {
  const received = Array.isArray(item) ? `a list of ${item.length}` : "a single value";
  const wanted = expected === undefined ? "a single value" : `a list of ${expected}`;
  return new ShapeError(
    "tensor",
    `nested lists are ragged: received ${received}${at(place)}, where ${wanted} belongs. All lists at one depth must have one length.`,
    { expected, received: item },
  );
}

const at = (place: readonly number[]): string =>
  place.length === 0 ? "" : ` at [${place.join("][")}]`;

function convert(
  numbers: readonly number[] | NumberArray,
  dtype: DType,
): ReturnType<typeof newElements> {
  const elements = newElements(dtype, numbers.length);
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i]!;
    checkConvertible("tensor", value, dtype);
    elements[i] = asElement(value, dtype);
  }
  return elements;
}

function fromTypedArray(data: ArrayBufferView, options: TensorOptions): Tensor {
  const own = dtypeOf(data);
  if (own === undefined)
    throw new ArgumentError(
      "tensor",
      `cannot read a ${data.constructor.name}. Use a typed array of at most 32-bit integers, or of floats.`,
      { received: data },
    );
  const numbers = data as NumberArray;
  const shape = internShape(options.shape ?? [numbers.length], "tensor");
  checkFills("tensor", shape, numbers.length, contiguousLayout(shape).elementCount);
  const { backend, dtype } = checkedTarget("tensor", options, own);
  // The backend copies; only a step that is recorded keeps what it was given.
  const isGiven = own === dtype && dtype.startsWith("float") && stepRecorder() === undefined;
  if (isGiven) return uploaded(data as Float32Array, dtype, shape, backend);
  const elements = newElements(dtype, numbers.length);
  const isSafe = dtype !== "bool" && (own === dtype || dtype.startsWith("float"));
  if (isSafe) elements.set(numbers);
  return uploaded(isSafe ? elements : convert(numbers, dtype), dtype, shape, backend);
}

function dtypeOf(data: ArrayBufferView): DType | undefined {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Float64Array) return "float64";
  if (data instanceof Uint32Array) return "uint32";
  if (
    data instanceof Int8Array ||
    data instanceof Int16Array ||
    data instanceof Int32Array ||
    data instanceof Uint8Array ||
    data instanceof Uint8ClampedArray ||
    data instanceof Uint16Array
  )
    return "int32";
  return undefined;
}
