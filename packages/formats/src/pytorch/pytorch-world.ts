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
  "builtins.set",
  "builtins.frozenset",
  "__builtin__.set",
  "__builtin__.frozenset",
  "_codecs.encode",
]);

/** The closed list of what a state dict may name, and what each of it makes. */
export class PyTorchWorld implements PickleWorld {
  readonly #bytes: PickleBytes;
  readonly #tensor: (view: View) => HostTensor;

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
        return this.#rebuilt(name, given, given[0] instanceof Storage ? given[0].dtype : undefined);
      case "torch._utils._rebuild_tensor_v3":
        return this.#rebuilt(name, given, dtypeOf(given[6]));
      case "torch._utils._rebuild_parameter":
      case "torch._utils._rebuild_parameter_with_state":
        if (isTensor(given[0])) return given[0];
        break;
      case "torch.device":
        if (given.every((part) => typeof part === "string" || typeof part === "number"))
          return given.join(":");
        break;
      case "_codecs.encode":
        if (typeof given[0] === "string" && given[1] === "latin1") return latin1(given[0]);
        break;
      case "torch.Size":
        if (Array.isArray(given[0]) && isSizes(given[0])) return given[0];
        break;
      default:
        if (callables.has(name) && (given.length === 0 || Array.isArray(given[0])))
          return [...((given[0] ?? []) as PyTorchValue[])];
    }
    throw this.#bytes.refused(`calls ${name} with what it does not take`);
  }

  persistent(id: readonly Operand[]): Storage {
    const [kind, type, key, , length] = id;
    const isKnown =
      type instanceof Global && (Object.hasOwn(storages, type.name) || untyped.has(type.name));
    if (kind !== "storage" || !isKnown || typeof key !== "string" || !isSize(length))
      throw this.#bytes.refused("has a persistent id that names no storage");
    return new Storage(storages[type.name], key, length);
  }

  #dict(given: readonly Operand[]): Map<PyTorchKey, PyTorchValue> {
    const dict = new Map<PyTorchKey, PyTorchValue>();
    const pairs = given[0] ?? [];
    if (given.length > 1 || !Array.isArray(pairs))
      throw this.#bytes.refused(`calls ${orderedDict} with what it does not take`);
    for (const pair of pairs) {
      const [key, value] = Array.isArray(pair) ? pair : [];
      if (value === undefined || (typeof key === "object" && key !== null) || key === undefined)
        throw this.#bytes.refused(`calls ${orderedDict} with what it does not take`);
      dict.set(key, value);
    }
    return dict;
  }

  #rebuilt(name: string, given: readonly Operand[], dtype: HostDType | undefined): HostTensor {
    const [storage, offset, shape, strides] = given;
    const isWhole =
      storage instanceof Storage &&
      dtype !== undefined &&
      isSize(offset) &&
      isSizes(shape) &&
      isSizes(strides) &&
      shape.length === strides.length;
    if (!isWhole) throw this.#bytes.refused(`calls ${name} with what it does not take`);
    const length =
      storage.dtype === undefined
        ? storage.length / (hostElements[dtype].bits / 8)
        : storage.length;
    return this.#tensor({ key: storage.key, length, dtype, offset, shape, strides });
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
const isSizes = (value: unknown): value is number[] => Array.isArray(value) && value.every(isSize);

export function isTensor(value: unknown): value is HostTensor {
  return typeof value === "object" && value !== null && "dtype" in value && "shape" in value;
}

const latin1 = (text: string): Uint8Array =>
  Uint8Array.from(text, (letter) => letter.charCodeAt(0));
