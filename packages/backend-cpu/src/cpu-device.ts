import { BackendError, type Binding, type BufferHandle } from "@dl/backend";
import type { SystemBlas } from "./blas/system-blas.ts";
import type { DeepProducts } from "./kernels/deep-product.ts";
import type { VectorFunctions } from "./kernels/vector-math.ts";
import { Heap, outOfMemory, type Block } from "./memory/heap.ts";
import { LinearMemory } from "./memory/linear-memory.ts";
import {
  argumentsAddress,
  heapStart,
  mostParts,
  normalTableAddress,
  scratchAddress,
  scratchBytes,
} from "./memory/memory-map.ts";
import type { Callable } from "./threads/call-list.ts";
import { splitRange } from "./threads/split-range.ts";
import type { ThreadPool } from "./threads/thread-pool.ts";
import { ModuleBuilder } from "./wasm/module-builder.ts";

/** A buffer of one device; its block is undefined once it is freed. */
export class CpuBuffer implements BufferHandle {
  readonly byteLength: number;
  readonly device: CpuDevice;
  block: Block | undefined;

  constructor(byteLength: number, device: CpuDevice, block: Block) {
    this.byteLength = byteLength;
    this.device = device;
    this.block = block;
  }
}

/** Does units `begin` to `end` of the work that the words at `argumentWords` describe. */
export type Kernel = (argumentWords: number, scratch: number, begin: number, end: number) => void;

/**
 * Work below this stays on the calling thread: handing over and joining take 3 µs or so.
 * A unit of work is about what a core does in 0.15 ns: one element through a simple map, or four
 * multiplications of a product.
 */
const smallestSharedWork = 96 * 1024;
/** Above this, parts are smaller than a thread's share, so that a thread held up costs less. */
const evenlySharedWork = 192 * 1024;

/** What executables need of a backend: memory, addresses and a way to run kernels. */
export class CpuDevice {
  readonly memory: LinearMemory;
  readonly heap: Heap;
  readonly fusedMultiplyAdd: boolean;
  /** The other threads; undefined where there is one. */
  readonly pool: ThreadPool | undefined;
  /** Takes large matrix products; undefined where none was asked for, or found. */
  readonly blas: SystemBlas | undefined;
  /** Whether what is not finite reaches only the outputs that are sums of it. */
  readonly strictNonFinite: boolean;
  /** Undefined where they are no part of the backend. */
  readonly deepProducts: DeepProducts | undefined;
  readonly #functions: VectorFunctions;
  readonly #recorders = new WeakMap<object, unknown>();
  /** Freed while a failure was pending: a worker may still write there. */
  readonly #quarantine: Block[] = [];
  #hasNormalTable = false;
  /** Bytes in buffers. */
  liveBytes = 0;
  /** Where the arguments of the kernel about to run are written, as a word index. */
  readonly argumentsStart: number = argumentsAddress / 4;

  constructor(
    limitBytes: number,
    fusedMultiplyAdd: boolean,
    functions: VectorFunctions & { readonly deepProducts?: DeepProducts },
    makePool?: (memory: LinearMemory, heap: Heap) => ThreadPool,
    blas?: SystemBlas,
    strictNonFinite = false,
  ) {
    this.blas = blas;
    this.strictNonFinite = strictNonFinite;
    this.#functions = functions;
    this.deepProducts = functions.deepProducts;
    this.memory = new LinearMemory(2 ** 20, makePool !== undefined);
    this.heap = new Heap(this.memory, heapStart, limitBytes);
    this.fusedMultiplyAdd = fusedMultiplyAdd;
    this.pool = makePool?.(this.memory, this.heap);
  }

  /** Puts in place what `normalFromBits` reads; not at the start, because it takes 10 ms to compute. */
  writeNormalTable(table: () => Int32Array): void {
    if (this.#hasNormalTable) return;
    this.memory.i32.set(table(), normalTableAddress / 4);
    this.#hasNormalTable = true;
  }

  /** Byte address of a buffer. @throws {BackendError} if it is freed or of another backend. */
  address(buffer: BufferHandle): number {
    if (buffer instanceof CpuBuffer && buffer.device === this && buffer.block !== undefined)
      return buffer.block.address;
    throw new BackendError(
      "cpu",
      buffer instanceof CpuBuffer && buffer.device === this
        ? "this buffer has been freed. Keep it until the last dispatch that uses it."
        : "this buffer belongs to another backend. Copy it with read and write.",
    );
  }

  /** Byte address of element 0. */
  bindingAddress(binding: Binding): number {
    return this.address(binding.buffer) + binding.offset * 4;
  }

  /** Emits, compiles and links a module; gives its exports. */
  link<Exports extends object>(emit: (module: ModuleBuilder) => void): Exports {
    const { pool } = this;
    const module = new ModuleBuilder({
      sharedMemory: pool !== undefined,
      fusedMultiplyAdd: this.fusedMultiplyAdd,
      functions: this.#functions,
    });
    emit(module);
    const bytes = module.finish();
    const compiled = new WebAssembly.Module(bytes);
    const { exports } = new WebAssembly.Instance(compiled, {
      env: { memory: this.memory.memory },
    });
    if (pool !== undefined) {
      pool.calls.register(Object.values(exports) as Callable[]);
      pool.addModule({ module: compiled, names: Object.keys(exports) });
    }
    return exports as Exports;
  }

  /** Runs a kernel on all its units, shared out where `work` is worth it; see {@link parts}. */
  run(kernel: Kernel, units: number, work: number): void {
    const parts = this.parts(units, work);
    if (parts === 1) {
      kernel(argumentsAddress, scratchAddress, 0, units);
      return;
    }
    const record = this.pool!.calls.recorder(kernel);
    this.#share(parts, work, (part) => {
      const [begin, end] = splitRange(units, parts, part);
      record(argumentsAddress, this.scratch(part), begin, end);
    });
  }

  /**
   * Into how many parts work should be split: at most `most`, and 1 where threads are none or do not
   * pay. `work` is in units of about 0.15 ns of one core. Nothing that depends on this number may
   * change a result.
   */
  parts(most: number, work: number): number {
    const { pool } = this;
    if (pool === undefined || most < 2 || work < smallestSharedWork) return 1;
    const { threads } = pool;
    if (threads === 1) return 1;
    return Math.min(most, mostParts, work < evenlySharedWork ? threads : 4 * threads);
  }

  /**
   * Calls `run` for each part; with several, its calls of `exports` run side by side, after all calls
   * of `run`. `exports` come from `link` and give nothing back.
   */
  runParts<Exports extends object>(
    exports: Exports,
    parts: number,
    work: number,
    run: (exports: Exports, part: number) => void,
  ): void {
    if (parts === 1) {
      run(exports, 0);
      return;
    }
    const recording = this.#recording(exports);
    this.#share(parts, work, (part) => run(recording, part));
  }

  /** Kernel scratch of a part, `scratchBytes` long. */
  scratch(part: number): number {
    return scratchAddress + part * scratchBytes;
  }

  #share(parts: number, work: number, record: (part: number) => void): void {
    const pool = this.pool!;
    pool.calls.write(parts, record);
    pool.run(parts, work);
  }

  /** The same functions, but they append their calls to the list. */
  #recording<Exports extends object>(exports: Exports): Exports {
    let recording = this.#recorders.get(exports);
    if (recording === undefined) {
      recording = Object.fromEntries(
        Object.entries(exports).map(([name, target]) => [name, this.pool!.calls.recorder(target)]),
      );
      this.#recorders.set(exports, recording);
    }
    return recording as Exports;
  }

  /** Puts an end to a failure, and gives it. */
  async recover(): Promise<BackendError> {
    const failure = this.pool!.failure!;
    await this.pool!.recover();
    for (const block of this.#quarantine.splice(0)) this.heap.free(block);
    return failure;
  }

  /** @throws {OutOfMemoryError} */
  allocate(byteLength: number): Block {
    const block = this.heap.allocate(byteLength);
    if (block === undefined) throw outOfMemory(byteLength, this.liveBytes, this.heap.limit);
    return block;
  }

  /** A buffer that counts as nobody's. @throws {OutOfMemoryError} */
  allocateBuffer(byteLength: number): CpuBuffer {
    return new CpuBuffer(byteLength, this, this.allocate(byteLength));
  }

  /** Runs `work` with a block that is free again afterwards. */
  withScratch(byteLength: number, work: (address: number) => void): void {
    const block = this.allocate(byteLength);
    try {
      work(block.address);
    } finally {
      this.release(block);
    }
  }

  release(block: Block): void {
    if (this.pool?.failure === undefined) this.heap.free(block);
    else this.#quarantine.push(block);
  }
}

/** A program made ready to run on a device. */
export type Runner = (
  inputs: readonly Binding[],
  outputs: readonly BufferHandle[],
  scalars: readonly number[],
) => void;
