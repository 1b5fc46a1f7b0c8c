import { type HostDType, type HostTensor, hostElements } from "../bytes/host-tensor.ts";
import {
  Global,
  type Operand,
  type PickleWorld,
  type PyTorchKey,
  type PyTorchValue,
  Storage,
} from "./pickle.ts";
import type { PickleBytes } from "./pickle-bytes.ts";
import type { View } from "./strided.ts";

/** Element types of storages by the class that PyTorch gives them. */
const storages: Readonly<Record<string, HostDType | undefined>> = {
  "torch.FloatStorage": "float32",
  "torch.DoubleStorage": "float64",
  "torch.HalfStorage": "float16",
  "torch.BFloat16Storage": "bfloat16",
  "torch.LongStorage": "int64",
  "torch.IntStorage": "int32",
  "torch.ShortStorage": "int16",
  "torch.CharStorage": "int8",
  "torch.ByteStorage": "uint8",
  "torch.BoolStorage": "bool",
  "torch.ComplexFloatStorage": "complex64",
  "torch.ComplexDoubleStorage": "complex128",
};
/** Storages of bytes, whose tensors say their type themselves. */
const untyped: ReadonlySet<string> = new Set([
  "torch.UntypedStorage",
  "torch.storage.UntypedStorage",
]);

/** Element types by PyTorch's names, where they differ from ours. */
const dtypeNames: Readonly<Record<string, HostDType>> = {
  float: "float32",
  double: "float64",
  half: "float16",
  long: "int64",
  int: "int32",
  short: "int16",
  cfloat: "complex64",
  cdouble: "complex128",
  float8_e4m3fn: "float8_e4m3",
  float8_e8m0fnu: "float8_e8m0",
};

const orderedDict = "collections.OrderedDict";
const callables: ReadonlySet<string> = new Set([
  orderedDict,
  "torch._utils._rebuild_tensor",
  "torch._utils._rebuild_tensor_v2",
  "torch._utils._rebuild_tensor_v3",
  "torch._utils._rebuild_parameter",
  "torch._utils._rebuild_parameter_with_state",
  "torch.Size",
  "torch.device",
  "collections.Counter",
  "builtins.bytes",
  "builtins.bytearray",
  "__builtin__.bytes",
  "__builtin__.bytearray",
  "builtins.set",
  "builtins.frozenset",
  "__builtin__.set",
  "__builtin__.frozenset",
  "_codecs.encode",
]);

/** PyTorch refuses most of its operations beyond. Source: dim_bitset_size in aten/src/ATen/WrapDimUtilsMulti.h of PyTorch. */
const mostAxes = 64;
const longestKey = 80;

/** The closed list of what a state dict may name, and what each of it makes. */
export class PyTorchWorld implements PickleWorld {
  readonly #bytes: PickleBytes;
  readonly #tensor: (view: View) => HostTensor;
  #copied = 0;

  constructor(bytes: PickleBytes, tensor: (view: View) => HostTensor) {
    this.#bytes = bytes;
    this.#tensor = tensor;
  }

  find(name: string): Global | PyTorchValue | undefined {
    if (callables.has(name) || Object.hasOwn(storages, name) || untyped.has(name))
      return new Global(name);
    return dtypeOf(name) === undefined ? undefined : name;
  }

  call({ name }: Global, given: readonly Operand[]): Operand {
    switch (name) {
      case orderedDict:
        return this.#dict(given);
      case "torch._utils._rebuild_tensor":
      case "torch._utils._rebuild_tensor_v2":
        return this.#rebuilt(
          name,
          given,
          given[0] instanceof Storage ? given[0].dtype : undefined,
          6,
        );
      case "torch._utils._rebuild_tensor_v3":
        return this.#rebuilt(name, given, dtypeOf(given[6]), 7);
      case "torch._utils._rebuild_parameter":
      case "torch._utils._rebuild_parameter_with_state":
        if (isTensor(given[0])) return given[0];
        break;
      case "torch.device":
        if (isDevice(given)) return given.join(":");
        break;
      case "_codecs.encode":
        if (typeof given[0] === "string" && given[1] === "latin1") return this.#latin1(given[0]);
        break;
      case "torch.Size":
        if (Array.isArray(given[0]) && isSizes(given[0])) return given[0];
        break;
      default:
        if (isPlain(name, given)) return given[0] ?? emptyOf(name);
    }
    throw this.#bytes.refused(`calls ${name} with what it does not take`);
  }

  persistent(id: readonly Operand[]): Storage {
    const [kind, type, key, , length] = id;
    const isKnown =
      type instanceof Global && (Object.hasOwn(storages, type.name) || untyped.has(type.name));
    if (
      kind !== "storage" ||
      !isKnown ||
      typeof key !== "string" ||
      key.length > longestKey ||
      !isSize(length)
    )
      throw this.#bytes.refused("has a persistent id that names no storage");
    return new Storage(storages[type.name], key, length);
  }

  #dict(given: readonly Operand[]): Map<PyTorchKey, PyTorchValue> {
    const dict = new Map<PyTorchKey, PyTorchValue>();
    const pairs = given[0] ?? [];
    if (given.length > 1 || !Array.isArray(pairs))
      throw this.#bytes.refused(`calls ${orderedDict} with what it does not take`);
    this.#copies(pairs.length);
    for (const pair of pairs) {
      const [key, value] = Array.isArray(pair) ? pair : [];
      if (value === undefined || (typeof key === "object" && key !== null) || key === undefined)
        throw this.#bytes.refused(`calls ${orderedDict} with what it does not take`);
      dict.set(key, value);
    }
    return dict;
  }

  /** What is copied stands in an honest pickle once; a hostile one asks for copies of the same again and again. */
  #copies(length: number): void {
    this.#copied += length;
    if (this.#copied > this.#bytes.byteLength)
      throw this.#bytes.refused("copies the same values again and again");
  }

  #latin1(text: string): Uint8Array {
    this.#copies(text.length);
    return Uint8Array.from({ length: text.length }, (_, i) => {
      const code = text.charCodeAt(i);
      if (code > 255) throw this.#bytes.refused("has bytes that are no bytes");
      return code;
    });
  }

  /** `metadata` is where PyTorch from 2.0 on says that the numbers are to be conjugated or negated. */
  #rebuilt(
    name: string,
    given: readonly Operand[],
    dtype: HostDType | undefined,
    metadata: number,
  ): HostTensor {
    const [storage, offset, shape, strides] = given;
    const isWhole =
      storage instanceof Storage &&
      dtype !== undefined &&
      isSize(offset) &&
      isSizes(shape) &&
      isSizes(strides) &&
      shape.length === strides.length;
    if (!isWhole) throw this.#bytes.refused(`calls ${name} with what it does not take`);
    const flags = given[metadata];
    if (flags instanceof Map && [...flags.values()].some((flag) => flag !== false))
      throw this.#bytes.refused(
        `has a tensor that is marked ${[...flags.keys()].slice(0, 4).join(", ").slice(0, longestKey)}. Save it as tensor.resolve_conj().resolve_neg()`,
      );
    const length =
      storage.dtype === undefined
        ? storage.length / (hostElements[dtype].bits / 8)
        : storage.length;
    return this.#tensor({ key: storage.key, length, dtype, offset, shape: [...shape], strides });
  }
}

/** "torch.float32" -> "float32". */
function dtypeOf(name: unknown): HostDType | undefined {
  if (typeof name !== "string" || !name.startsWith("torch.")) return undefined;
  const own = name.slice("torch.".length);
  if (Object.hasOwn(hostElements, own)) return own as HostDType;
  return Object.hasOwn(dtypeNames, own) ? dtypeNames[own] : undefined;
}

const isSize = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;
const isSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.length <= mostAxes && value.every(isSize);
const isDevice = (given: readonly Operand[]): given is (string | number)[] =>
  given.length <= 2 &&
  given.every((part) => isSize(part) || (typeof part === "string" && part.length <= longestKey));

/** What bytes, counters and sets are made of: nothing, or one value that stands for them here too. */
function isPlain(name: string, given: readonly Operand[]): boolean {
  const [value] = given;
  if (given.length > 1 || !callables.has(name)) return false;
  if (value === undefined) return true;
  if (name.includes(".byte")) return value instanceof Uint8Array;
  return name === "collections.Counter" ? value instanceof Map : Array.isArray(value);
}

function emptyOf(name: string): PyTorchValue {
  if (name.includes(".byte")) return new Uint8Array(0);
  return name === "collections.Counter" ? new Map() : [];
}

export function isTensor(value: unknown): value is HostTensor {
  return typeof value === "object" && value !== null && "dtype" in value && "shape" in value;
}
