import { ByteWriter } from "./byte-writer.ts";
import {
  FunctionBuilder,
  type FunctionHandle,
  type FunctionHost,
  type InlineFunctions,
  type ValueType,
  valueTypeCode,
} from "./function-builder.ts";

export interface ModuleOptions {
  /** Whether the imported memory is shared between threads; must match the memory at instantiation. */
  readonly sharedMemory: boolean;
  /** Lets `multiplyAdd` round once; only where `hasRelaxedSimd()`. */
  readonly fusedMultiplyAdd: boolean;
  /** See {@link FunctionHost.functions}. */
  readonly functions?: InlineFunctions;
}

/** Pages of 64 KiB. V8 leaves out bounds checks when a 32-bit memory may grow to the full 4 GiB. */
export const MAXIMUM_MEMORY_PAGES = 65536;

/** Assembles a module that imports its memory as `env.memory`. */
export class ModuleBuilder implements FunctionHost {
  readonly fusedMultiplyAdd: boolean;
  readonly functions: InlineFunctions;
  readonly #sharedMemory: boolean;
  readonly #signatures: string[] = [];
  readonly #functions: { body: FunctionBuilder; signature: number }[] = [];
  readonly #exports: { name: string; index: number }[] = [];
  readonly #helpers: Map<string, FunctionHandle> = new Map();

  constructor(options: ModuleOptions) {
    this.fusedMultiplyAdd = options.fusedMultiplyAdd;
    this.functions = options.functions ?? {};
    this.#sharedMemory = options.sharedMemory;
  }

  /** Adds a function; its parameters are `body.parameters`. */
  function(
    parameters: readonly ValueType[],
    results: readonly ValueType[],
    emit: (body: FunctionBuilder) => void,
  ): FunctionHandle {
    const body = new FunctionBuilder(this, this.#functions.length, parameters);
    this.#functions.push({ body, signature: this.#signature(parameters, results) });
    emit(body);
    return body;
  }

  /** Adds a function and exports it under `name`. */
  exported(
    name: string,
    parameters: readonly ValueType[],
    results: readonly ValueType[],
    emit: (body: FunctionBuilder) => void,
  ): FunctionHandle {
    const handle = this.function(parameters, results, emit);
    this.#exports.push({ name, index: handle.index });
    return handle;
  }

  helper(
    name: string,
    parameters: readonly ValueType[],
    results: readonly ValueType[],
    emit: (body: FunctionBuilder) => void,
  ): FunctionHandle {
    let handle = this.#helpers.get(name);
    if (!handle) {
      handle = this.function(parameters, results, emit);
      this.#helpers.set(name, handle);
    }
    return handle;
  }

  /** The module's bytes. */
  finish(): Uint8Array<ArrayBuffer> {
    const module = new ByteWriter(4096);
    module.bytes([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);

    this.#section(module, 1, this.#signatures.length, (out) => {
      for (const signature of this.#signatures) {
        const [parameters, results] = signature.split(">") as [string, string];
        out.byte(0x60);
        for (const list of [parameters, results]) {
          const types = list === "" ? [] : (list.split(",") as ValueType[]);
          out.unsigned(types.length);
          for (const type of types) out.byte(valueTypeCode(type));
        }
      }
    });
    this.#section(module, 2, 1, (out) => {
      out.name("env");
      out.name("memory");
      out.byte(0x02);
      out.byte(this.#sharedMemory ? 0x03 : 0x01);
      out.unsigned(0);
      out.unsigned(MAXIMUM_MEMORY_PAGES);
    });
    this.#section(module, 3, this.#functions.length, (out) => {
      for (const { signature } of this.#functions) out.unsigned(signature);
    });
    this.#section(module, 7, this.#exports.length, (out) => {
      for (const { name, index } of this.#exports) {
        out.name(name);
        out.byte(0x00);
        out.unsigned(index);
      }
    });
    this.#section(module, 10, this.#functions.length, (out) => {
      for (const { body } of this.#functions) out.sized(body.finish());
    });
    return module.view().slice();
  }

  #section(module: ByteWriter, id: number, count: number, emit: (out: ByteWriter) => void): void {
    const content = new ByteWriter();
    content.unsigned(count);
    emit(content);
    module.byte(id);
    module.sized(content.view());
  }

  #signature(parameters: readonly ValueType[], results: readonly ValueType[]): number {
    const key = `${parameters.join()}>${results.join()}`;
    const known = this.#signatures.indexOf(key);
    return known >= 0 ? known : this.#signatures.push(key) - 1;
  }
}
