import { ByteWriter } from "./byte-writer.ts";
import { memoryLaneOperations, memoryOperations } from "./memory-operations.ts";
import { scalarOperations } from "./scalar-operations.ts";
import { laneOperations, relaxedSimdOperations, simdOperations } from "./simd-operations.ts";

export type ValueType = "i32" | "i64" | "f32" | "f64" | "v128";

/** A parameter or local variable of one function. */
export interface Local {
  readonly index: number;
  readonly type: ValueType;
}

/** What an instruction can be given besides what lies on the stack: a local's value, or an i32 constant. */
export type Operand = Local | number;

/** A block or loop to branch to, as its nesting depth. */
export type Label = number;

/** A function that can be called from others of its module. */
export interface FunctionHandle {
  readonly index: number;
}

export type PlainName =
  | keyof typeof scalarOperations
  | keyof typeof simdOperations
  | keyof typeof relaxedSimdOperations;
export type LaneName = keyof typeof laneOperations;
export type LoadName = Extract<keyof typeof memoryOperations, `${string}.load${string}`>;
export type StoreName = Exclude<keyof typeof memoryOperations, LoadName>;
export type LoadLaneName = Extract<keyof typeof memoryLaneOperations, `${string}.load${string}`>;
export type StoreLaneName = Exclude<keyof typeof memoryLaneOperations, LoadLaneName>;

const plainOperations: Readonly<Record<PlainName, number>> = {
  ...scalarOperations,
  ...simdOperations,
  ...relaxedSimdOperations,
};

const TYPE_CODES: Record<ValueType, number> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};

export const valueTypeCode = (type: ValueType): number => TYPE_CODES[type];

/** Code that is written into a body where it is asked for by name; operands are only read, the result is pushed. */
export type InlineFunctions = Readonly<
  Record<string, ((body: FunctionBuilder, ...operands: Local[]) => void) | undefined>
>;

/** What a function sees of the module it is part of. */
export interface FunctionHost {
  readonly fusedMultiplyAdd: boolean;
  /** What expressions may use beyond instructions. */
  readonly functions: InlineFunctions;
  /** The function of that name, added on first use. */
  helper(
    name: string,
    parameters: readonly ValueType[],
    results: readonly ValueType[],
    emit: (body: FunctionBuilder) => void,
  ): FunctionHandle;
}

/**
 * Writes the body of one function, instruction by instruction.
 *
 * Instructions take their operands from the stack; operands passed as arguments are pushed just before, so
 * `op("f32x4.mul", x, x).op("f32x4.add", c).set(y)` is y = x·x + c.
 */
export class FunctionBuilder implements FunctionHandle {
  readonly index: number;
  readonly parameters: readonly Local[];
  readonly host: FunctionHost;
  readonly #code: ByteWriter = new ByteWriter(1024);
  readonly #prologue: ByteWriter = new ByteWriter(256);
  readonly #localTypes: ValueType[] = [];
  readonly #constants: Map<string, Local> = new Map();
  readonly #free: Record<ValueType, Local[]> = { i32: [], i64: [], f32: [], f64: [], v128: [] };
  #scope: Local[] | undefined;
  #depth = 0;

  constructor(host: FunctionHost, index: number, parameterTypes: readonly ValueType[]) {
    this.host = host;
    this.index = index;
    this.parameters = parameterTypes.map((type, position) => ({ index: position, type }));
  }

  /** A new local. It starts at zero unless taken inside a `scope`, which recycles locals. */
  local(type: ValueType): Local {
    const recycled = this.#scope && this.#free[type].pop();
    const local = recycled ?? { index: this.parameters.length + this.#localTypes.length, type };
    if (!recycled) this.#localTypes.push(type);
    this.#scope?.push(local);
    return local;
  }

  /** Runs `emit`; locals it took are free for reuse afterwards. What it leaves on the stack stays. */
  scope(emit: () => void): this {
    const outer = this.#scope;
    const taken: Local[] = [];
    this.#scope = taken;
    emit();
    this.#scope = outer;
    for (const local of taken) this.#free[local.type].push(local);
    return this;
  }

  get(...operands: Operand[]): this {
    for (const operand of operands) {
      if (typeof operand === "number") {
        this.#code.byte(0x41);
        this.#code.signed(operand);
      } else {
        this.#code.byte(0x20);
        this.#code.unsigned(operand.index);
      }
    }
    return this;
  }

  set(local: Local): this {
    this.#code.byte(0x21);
    this.#code.unsigned(local.index);
    return this;
  }

  tee(local: Local): this {
    this.#code.byte(0x22);
    this.#code.unsigned(local.index);
    return this;
  }

  /** By name, or by the code of one that only parts of the backend use. */
  op(name: PlainName | number, ...operands: Operand[]): this {
    this.get(...operands);
    this.#opcode(typeof name === "number" ? name : plainOperations[name]);
    return this;
  }

  /** Instructions as their bytes. */
  code(bytes: Uint8Array): this {
    this.#code.bytes(bytes);
    return this;
  }

  laneOp(name: LaneName, lane: number, ...operands: Operand[]): this {
    this.get(...operands);
    this.#opcode(laneOperations[name]);
    this.#code.byte(lane);
    return this;
  }

  /** Without `address` the address comes from the stack. */
  load(name: LoadName, address?: Operand, offset = 0): this {
    if (address !== undefined) this.get(address);
    const [code, alignment] = memoryOperations[name];
    return this.#memory(code, alignment, offset);
  }

  /** Without `value`, address and value come from the stack. */
  store(name: StoreName, address?: Operand, value?: Operand, offset = 0): this {
    if (address !== undefined) this.get(address);
    if (value !== undefined) this.get(value);
    const [code, alignment] = memoryOperations[name];
    return this.#memory(code, alignment, offset);
  }

  /** Loads into, or stores from, one lane of `vector`. */
  memoryLane(
    name: LoadLaneName | StoreLaneName,
    lane: number,
    address: Operand,
    vector: Local,
    offset = 0,
  ): this {
    const [code, alignment] = memoryLaneOperations[name];
    this.get(address, vector).#memory(code, alignment, offset);
    this.#code.byte(lane);
    return this;
  }

  /** i8x16.shuffle, its 16 byte numbers given as 32-bit lanes: 0-3 of `a`, 4-7 of `b`. */
  shuffle32(lanes: readonly [number, number, number, number], a: Local, b: Local): this {
    this.get(a, b).#opcode(0xfd00d);
    for (const lane of lanes) for (let byte = 0; byte < 4; byte++) this.#code.byte(lane * 4 + byte);
    return this;
  }

  /** (stack)·b + c, in one rounding where the module allows it. */
  multiplyAdd(b: Local, c: Local): this {
    if (this.host.fusedMultiplyAdd) return this.op("f32x4.relaxed_madd", b, c);
    return this.op("f32x4.mul", b).op("f32x4.add", c);
  }

  /**
   * A local holding `value` in all lanes, set once where the function begins.
   *
   * V8 from Node 22 on rebuilds an inline v128.const in every iteration, so constants never stand inside loops.
   */
  constant(shape: "f32x4" | "i32x4", value: number): Local {
    const lanes = shape === "f32x4" ? new Float32Array(4) : new Int32Array(4);
    return this.constantOf(new Uint8Array(lanes.fill(value).buffer));
  }

  /** {@link constant} of 16 bytes. */
  constantOf(bytes: Uint8Array): Local {
    const key = bytes.join();
    let local = this.#constants.get(key);
    if (!local) {
      local = { index: this.parameters.length + this.#localTypes.length, type: "v128" };
      this.#localTypes.push("v128");
      this.#constants.set(key, local);
      this.#prologue.bytes([0xfd, 0x0c]);
      this.#prologue.bytes(bytes);
      this.#prologue.byte(0x21);
      this.#prologue.unsigned(local.index);
    }
    return local;
  }

  call(target: FunctionHandle, ...operands: Operand[]): this {
    this.get(...operands);
    this.#code.byte(0x10);
    this.#code.unsigned(target.index);
    return this;
  }

  select(): this {
    this.#code.byte(0x1b);
    return this;
  }

  return(): this {
    this.#code.byte(0x0f);
    return this;
  }

  /** A block: a branch to its label leaves it. */
  block(emit: (label: Label) => void): this {
    return this.#nested(0x02, () => emit(this.#depth));
  }

  /** A loop: a branch to its label starts it over; without one it ends. */
  loop(emit: (label: Label) => void): this {
    return this.#nested(0x03, () => emit(this.#depth));
  }

  /** Takes the condition from the stack. */
  if(then: () => void, otherwise?: () => void): this {
    return this.#nested(0x04, () => {
      then();
      if (!otherwise) return;
      this.#code.byte(0x05);
      otherwise();
    });
  }

  branch(label: Label): this {
    this.#code.byte(0x0c);
    this.#code.unsigned(this.#depth - label);
    return this;
  }

  /** Takes the condition from the stack. */
  branchIf(label: Label): this {
    this.#code.byte(0x0d);
    this.#code.unsigned(this.#depth - label);
    return this;
  }

  /**
   * for (; counter < limit; counter += step), unsigned; the caller has set the counter.
   *
   * The test stands at the end of the loop, after one at its entry: one branch an iteration.
   */
  countUp(counter: Local, limit: Operand, step: Operand, emit: () => void): this {
    return this.op("i32.lt_u", counter, limit).if(() => {
      this.loop((again) => {
        emit();
        this.op("i32.add", counter, step).tee(counter).op("i32.lt_u", limit).branchIf(again);
      });
    });
  }

  /** The finished body, as it stands in the code section. */
  finish(): Uint8Array<ArrayBuffer> {
    const body = new ByteWriter(
      this.#code.length + this.#prologue.length + this.#localTypes.length * 2 + 16,
    );
    const runs: { type: ValueType; count: number }[] = [];
    for (const type of this.#localTypes) {
      const last = runs.at(-1);
      if (last?.type === type) last.count++;
      else runs.push({ type, count: 1 });
    }
    body.unsigned(runs.length);
    for (const run of runs) {
      body.unsigned(run.count);
      body.byte(TYPE_CODES[run.type]);
    }
    body.bytes(this.#prologue.view());
    body.bytes(this.#code.view());
    body.byte(0x0b);
    return body.view();
  }

  #nested(opcode: number, emit: () => void): this {
    this.#code.byte(opcode);
    this.#code.byte(0x40); // no value
    this.#depth++;
    emit();
    this.#depth--;
    this.#code.byte(0x0b);
    return this;
  }

  #opcode(code: number): void {
    const prefix = code >> 12;
    if (prefix) this.#code.byte(prefix);
    if (prefix) this.#code.unsigned(code & 0xfff);
    else this.#code.byte(code);
  }

  #memory(code: number, alignment: number, offset: number): this {
    this.#opcode(code);
    // Alignment is only a hint; views of user buffers are aligned to 4 bytes at least.
    this.#code.unsigned(Math.min(alignment, 2));
    this.#code.unsigned(offset);
    return this;
  }
}
