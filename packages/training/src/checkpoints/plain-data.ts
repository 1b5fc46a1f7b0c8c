import { ArgumentError, describeValue, FormatError } from "@dl/backend";
import { Tensor } from "@dl/tensor";

/** What JSON cannot say is an object with this key alone; an object that has such a key is said by entries. */
const tag = "$";

/** A state as text, and the tensors that stand in it by their paths. */
export interface FlatState {
  readonly text: string;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/**
 * Takes a state apart: plain data becomes text that keeps every number to the bit, tensors get names.
 *
 * @throws {ArgumentError} for functions and objects of classes, with their path.
 */
export function flatten(op: string, state: unknown): FlatState {
  const tensors = new Map<string, Tensor>();
  const nameOf = (path: string): string => {
    let name = path;
    while (tensors.has(name)) name += "'";
    return name;
  };
  const plain = (value: unknown, path: string): unknown => {
    const inner = (key: string, item: unknown): unknown =>
      plain(item, path ? `${path}.${key}` : key);
    if (value === null || typeof value === "boolean" || typeof value === "string") return value;
    if (typeof value === "number")
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : { [tag]: "number", value: Object.is(value, -0) ? "-0" : String(value) };
    if (value === undefined) return { [tag]: "undefined" };
    if (typeof value === "bigint") return { [tag]: "bigint", value: String(value) };
    if (value instanceof Tensor) {
      const name = nameOf(path);
      tensors.set(name, value);
      return { [tag]: "tensor", name };
    }
    if (Array.isArray(value)) return value.map((item, i) => inner(String(i), item));
    if (value instanceof Map)
      return {
        [tag]: "map",
        entries: [...value].map(([key, item]) => [plain(key, path), inner(String(key), item)]),
      };
    const kind = Object.prototype.toString.call(value).slice(8, -1);
    if (ArrayBuffer.isView(value) && kind in arrays)
      return {
        [tag]: kind,
        values: Array.from(value as Float64Array, (item) => plain(item, path)),
      };
    if (typeof value === "object" && isPlain(value)) {
      const entries = Object.entries(value).map(([key, item]) => [key, inner(key, item)] as const);
      return tag in value ? { [tag]: "object", entries } : Object.fromEntries(entries);
    }
    throw new ArgumentError(
      op,
      `the state cannot be written: ${path} is ${describeValue(value)}. Keep plain data and tensors.`,
      { received: value },
    );
  };
  return { text: JSON.stringify(plain(state, "")), tensors };
}

/** Puts a state together again. @throws {FormatError} if the text is none of {@link flatten}'s. */
export function unflatten(op: string, text: string, tensorOf: (name: string) => Tensor): unknown {
  const value = (given: unknown): unknown => {
    if (typeof given !== "object" || given === null) return given;
    if (Array.isArray(given)) return given.map(value);
    const said = given as Readonly<Record<string, unknown>>;
    if (!(tag in said))
      return Object.fromEntries(Object.entries(said).map(([key, item]) => [key, value(item)]));
    const kind = said[tag];
    const entries = (): [string, unknown][] =>
      (said["entries"] as [unknown, unknown][]).map(([key, item]) => [
        value(key) as string,
        value(item),
      ]);
    switch (kind) {
      case "undefined":
        return undefined;
      case "number":
        return Number(said["value"]);
      case "bigint":
        return BigInt(said["value"] as string);
      case "tensor":
        return tensorOf(said["name"] as string);
      case "map":
        return new Map(entries());
      case "object":
        return Object.fromEntries(entries());
      default:
        if (typeof kind === "string" && kind in arrays)
          return arrays[kind]!((said["values"] as unknown[]).map(value));
        throw new FormatError(
          op,
          `the state has a value of an unknown kind: ${describeValue(kind)}.`,
        );
    }
  };
  return value(JSON.parse(text));
}

const arrays: Readonly<Record<string, (values: unknown[]) => ArrayBufferView>> = {
  Float32Array: (values) => Float32Array.from(values as number[]),
  Float64Array: (values) => Float64Array.from(values as number[]),
  Int8Array: (values) => Int8Array.from(values as number[]),
  Int16Array: (values) => Int16Array.from(values as number[]),
  Int32Array: (values) => Int32Array.from(values as number[]),
  Uint8Array: (values) => Uint8Array.from(values as number[]),
  Uint16Array: (values) => Uint16Array.from(values as number[]),
  Uint32Array: (values) => Uint32Array.from(values as number[]),
  BigInt64Array: (values) => BigInt64Array.from(values as bigint[]),
  BigUint64Array: (values) => BigUint64Array.from(values as bigint[]),
};

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
