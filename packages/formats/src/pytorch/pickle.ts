import type { HostTensor } from "../bytes/host-tensor.ts";
import { opcodes, refusedOpcodes } from "./pickle-opcodes.ts";
import type { PickleBytes } from "./pickle-bytes.ts";

/** What may be a key of a dict. */
export type PyTorchKey = string | number | bigint | boolean | null;

/**
 * What a file of PyTorch's holds: None is `null`, a dict a Map, tuples, lists and sets are arrays; types of
 * elements and devices are texts such as "torch.float32" and "cpu".
 */
export type PyTorchValue =
  | PyTorchKey
  | Uint8Array
  | HostTensor
  | PyTorchValue[]
  | Map<PyTorchKey, PyTorchValue>;

/** What stands on the stack while a pickle is read. */
export type Operand = PyTorchValue | Global | Storage;

/** A class or function that is named. */
export class Global {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** Numbers in a row that tensors are views of. */
export class Storage {
  readonly dtype: HostTensor["dtype"] | undefined;
  readonly key: string;
  /** Elements of its type, bytes where it has none. */
  readonly length: number;
  constructor(dtype: HostTensor["dtype"] | undefined, key: string, length: number) {
    this.dtype = dtype;
    this.key = key;
    this.length = length;
  }
}

/** What is known of the world outside the pickle. */
export interface PickleWorld {
  /** @returns `undefined` for what is not known. */
  find(name: string): Global | PyTorchValue | undefined;
  call(global: Global, given: readonly Operand[]): Operand;
  persistent(id: readonly Operand[]): Storage;
}

/** An instruction of one byte makes a dict of some hundred: no state dict has so many, and they fit in 64 MB. */
const mostMade = 250_000;
/** Messages that explain a name nobody expects in a state dict stay short. */
const longestName = 120;

/** What to do instead of saving other kinds of tensors. */
const advice: readonly (readonly [start: string, told: string])[] = [
  ["torch._utils._rebuild_sparse", ": a sparse tensor. Save tensor.to_dense()"],
  ["torch._utils._rebuild_qtensor", ": a quantized tensor. Save tensor.dequantize()"],
  ["torch._utils._rebuild_nested", ": a nested tensor. Save its parts by tensor.unbind()"],
  ["numpy.", ": an array of NumPy. Save torch.from_numpy(array), and numbers as float() or int()"],
];

/**
 * Reads a pickle of protocol 2 to 5 without running anything: a closed list of instructions, and of the names
 * that `world` knows.
 *
 * Source: Lib/pickletools.py of Python 3.12.
 *
 * @throws {FormatError} by name for everything else.
 */
export function readPickle(bytes: PickleBytes, world: PickleWorld): Operand {
  return new Machine(bytes, world).run();
}

/** What each instruction does. */
const instructions: Readonly<Record<number, (machine: Machine) => void>> = {
  [opcodes.proto]: (machine) => {
    const version = machine.bytes.uint8();
    if (version < 2 || version > 5)
      throw machine.bytes.refused(`is of protocol ${version}, not 2 to 5`);
  },
  [opcodes.frame]: (machine) => void machine.bytes.uint64(),
  [opcodes.none]: (machine) => machine.push(null),
  [opcodes.newTrue]: (machine) => machine.push(true),
  [opcodes.newFalse]: (machine) => machine.push(false),
  [opcodes.binInt]: (machine) => machine.push(machine.bytes.int32()),
  [opcodes.binInt1]: (machine) => machine.push(machine.bytes.uint8()),
  [opcodes.binInt2]: (machine) => machine.push(machine.bytes.uint16()),
  [opcodes.long1]: (machine) => machine.push(machine.bytes.long(machine.bytes.uint8())),
  [opcodes.long4]: (machine) => machine.push(machine.bytes.long(machine.bytes.uint32())),
  [opcodes.binFloat]: (machine) => machine.push(machine.bytes.float64()),
  [opcodes.binUnicode]: (machine) => machine.push(machine.bytes.text(machine.bytes.uint32())),
  [opcodes.binString]: (machine) => machine.push(machine.bytes.text(machine.bytes.uint32())),
  [opcodes.shortBinUnicode]: (machine) => machine.push(machine.bytes.text(machine.bytes.uint8())),
  [opcodes.shortBinString]: (machine) => machine.push(machine.bytes.text(machine.bytes.uint8())),
  [opcodes.binUnicode8]: (machine) => machine.push(machine.bytes.text(machine.bytes.uint64())),
  [opcodes.binBytes]: (machine) => machine.push(machine.bytes.bytes(machine.bytes.uint32())),
  [opcodes.shortBinBytes]: (machine) => machine.push(machine.bytes.bytes(machine.bytes.uint8())),
  [opcodes.binBytes8]: (machine) => machine.push(machine.bytes.bytes(machine.bytes.uint64())),
  [opcodes.byteArray8]: (machine) => machine.push(machine.bytes.bytes(machine.bytes.uint64())),
  [opcodes.emptyDict]: (machine) => machine.make(new Map()),
  [opcodes.emptyList]: (machine) => machine.make([]),
  [opcodes.emptyTuple]: (machine) => machine.make([]),
  [opcodes.emptySet]: (machine) => machine.make([]),
  [opcodes.tuple1]: (machine) => machine.make(machine.popMany(1)),
  [opcodes.tuple2]: (machine) => machine.make(machine.popMany(2)),
  [opcodes.tuple3]: (machine) => machine.make(machine.popMany(3)),
  [opcodes.mark]: (machine) => {
    machine.count();
    machine.marks.push(machine.stack);
    machine.stack = [];
  },
  [opcodes.tuple]: (machine) => machine.make(machine.popMark()),
  [opcodes.list]: (machine) => machine.make(machine.popMark()),
  [opcodes.frozenSet]: (machine) => machine.make(machine.popMark()),
  [opcodes.dict]: (machine) => {
    const items = machine.popMark();
    const dict = new Map<PyTorchKey, PyTorchValue>();
    machine.setItems(dict, items);
    return machine.make(dict);
  },
  [opcodes.append]: (machine) => machine.append([machine.pop()]),
  [opcodes.appends]: (machine) => machine.append(machine.popMark()),
  [opcodes.addItems]: (machine) => machine.append(machine.popMark()),
  [opcodes.setItem]: (machine) => machine.setItems(undefined, machine.popMany(2)),
  [opcodes.setItems]: (machine) => machine.setItems(undefined, machine.popMark()),
  [opcodes.pop]: (machine) => void machine.pop(),
  [opcodes.popMark]: (machine) => void machine.popMark(),
  [opcodes.dup]: (machine) => machine.push(machine.top()),
  [opcodes.binPut]: (machine) => machine.remember(machine.bytes.uint8()),
  [opcodes.longBinPut]: (machine) => machine.remember(machine.bytes.uint32()),
  [opcodes.memoize]: (machine) => machine.remember(machine.memo.size),
  [opcodes.binGet]: (machine) => machine.push(machine.recall(machine.bytes.uint8())),
  [opcodes.longBinGet]: (machine) => machine.push(machine.recall(machine.bytes.uint32())),
  [opcodes.global]: (machine) =>
    machine.push(machine.named(machine.bytes.line(), machine.bytes.line())),
  [opcodes.stackGlobal]: (machine) => {
    const [module, name] = machine.popMany(2);
    if (typeof module !== "string" || typeof name !== "string")
      throw machine.bytes.refused("names something by a value that is no text");
    return machine.push(machine.named(module, name));
  },
  [opcodes.reduce]: (machine) => {
    const [global, given] = machine.popMany(2);
    if (!(global instanceof Global))
      throw machine.bytes.refused("calls a value that is no function");
    if (!Array.isArray(given)) throw machine.bytes.refused(`calls ${global.name} without a tuple`);
    return machine.make(machine.world.call(global, given));
  },
  [opcodes.build]: (machine) => machine.build(),
  [opcodes.binPersId]: (machine) => {
    const id = machine.pop();
    if (!Array.isArray(id)) throw machine.bytes.refused("has a persistent id that is no tuple");
    return machine.push(machine.world.persistent(id));
  },
};

class Machine {
  readonly bytes: PickleBytes;
  readonly world: PickleWorld;
  readonly memo = new Map<number, Operand>();
  readonly marks: Operand[][] = [];
  stack: Operand[] = [];
  #made = 0;

  constructor(bytes: PickleBytes, world: PickleWorld) {
    this.bytes = bytes;
    this.world = world;
  }

  run(): Operand {
    for (;;) {
      const code = this.bytes.uint8();
      if (code === opcodes.stop) break;
      this.#step(code);
    }
    if (this.stack.length !== 1 || this.marks.length > 0)
      throw this.bytes.refused(`ends with ${this.stack.length} values in place of one`);
    return this.stack[0]!;
  }

  #step(code: number): void {
    const instruction = instructions[code];
    if (instruction !== undefined) return instruction(this);
    const name = refusedOpcodes.get(code) ?? `0x${code.toString(16).padStart(2, "0")}`;
    throw this.bytes.refused(`has the instruction ${name}, which no state dict needs`);
  }

  push(value: Operand): void {
    this.stack.push(value);
  }

  /** A list, dict or tensor that is new. */
  make(value: Operand): void {
    this.count();
    this.push(value);
  }

  count(): void {
    if (++this.#made > mostMade)
      throw this.bytes.refused(`makes more than ${mostMade} lists, dicts and tensors`);
  }

  top(): Operand {
    const value = this.stack.at(-1);
    if (value === undefined) throw this.bytes.refused("takes a value from an empty stack");
    return value;
  }

  pop(): Operand {
    const value = this.top();
    this.stack.pop();
    return value;
  }

  popMany(count: number): PyTorchValue[] {
    if (this.stack.length < count) throw this.bytes.refused("takes a value from an empty stack");
    return this.stack.splice(-count) as PyTorchValue[];
  }

  popMark(): PyTorchValue[] {
    const items = this.stack as PyTorchValue[];
    const below = this.marks.pop();
    if (below === undefined) throw this.bytes.refused("goes back to a mark that is not there");
    this.stack = below;
    return items;
  }

  append(items: readonly Operand[]): void {
    const list = this.top();
    if (!Array.isArray(list)) throw this.bytes.refused("appends to something that is no list");
    for (const item of items) list.push(item as PyTorchValue);
  }

  setItems(dict: Map<PyTorchKey, PyTorchValue> | undefined, items: readonly PyTorchValue[]): void {
    const target = dict ?? this.top();
    if (!(target instanceof Map))
      throw this.bytes.refused("sets an item of something that is no dict");
    if (items.length % 2 === 1) throw this.bytes.refused("has a key without a value");
    for (let i = 0; i < items.length; i += 2) {
      const key = items[i] as PyTorchKey;
      if (typeof key === "object" && key !== null)
        throw this.bytes.refused("has a dict with a key that is neither text nor number");
      if (target.has(key))
        throw this.bytes.refused(`has the key ${JSON.stringify(String(key).slice(0, 80))} twice`);
      target.set(key, items[i + 1]!);
    }
  }

  /** Attributes of a dict, such as the versions of a state dict's modules, are passed over. */
  build(): void {
    const state = this.pop();
    const target = this.top();
    if (!(target instanceof Map) || !(state instanceof Map))
      throw this.bytes.refused("sets the state of an object, and only dicts have one here");
  }

  remember(index: number): void {
    if (index > this.bytes.byteLength)
      throw this.bytes.refused(`remembers a value at place ${index}, beyond its own length`);
    this.memo.set(index, this.top());
  }

  recall(index: number): Operand {
    const value = this.memo.get(index);
    if (value === undefined) throw this.bytes.refused(`recalls place ${index}, where nothing is`);
    return value;
  }

  named(module: string, name: string): Operand {
    const whole = `${module}.${name}`;
    const found = this.world.find(whole);
    if (found === undefined) {
      const told = advice.find(([part]) => whole.startsWith(part));
      throw this.bytes.refused(
        `names ${whole.slice(0, longestName)}, which is not read${told?.[1] ?? ": it could run code. Save model.state_dict(), and numbers as float() or int()"}`,
      );
    }
    return found;
  }
}
