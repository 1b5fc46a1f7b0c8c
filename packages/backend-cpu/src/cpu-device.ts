import { BackendError, normalTable, type Binding, type BufferHandle } from "@dl/backend";
import { Heap, outOfMemory, type Block } from "./memory/heap.ts";
import { LinearMemory } from "./memory/linear-memory.ts";
import {
  argumentsAddress,
  heapStart,
  normalTableAddress,
  scratchAddress,
} from "./memory/memory-map.ts";
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

/** What executables need of a backend: memory, addresses and a way to run kernels. */
export class CpuDevice {
  readonly memory: LinearMemory = new LinearMemory(2 ** 20);
  readonly heap: Heap;
  readonly fusedMultiplyAdd: boolean;
  #hasNormalTable = false;
  /** Bytes in buffers. */
  liveBytes = 0;
  /** Where the arguments of the kernel about to run are written, as a word index. */
  readonly argumentsStart: number = argumentsAddress / 4;

  constructor(limitBytes: number, fusedMultiplyAdd: boolean) {
    this.heap = new Heap(this.memory, heapStart, limitBytes);
    this.fusedMultiplyAdd = fusedMultiplyAdd;
  }

  /** Puts in place what `normalFromBits` reads; not at the start, because it takes 10 ms to compute. */
  writeNormalTable(): void {
    if (this.#hasNormalTable) return;
    this.memory.i32.set(normalTable(), normalTableAddress / 4);
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
  link<Exports>(emit: (module: ModuleBuilder) => void): Exports {
    const module = new ModuleBuilder({
      sharedMemory: false,
      fusedMultiplyAdd: this.fusedMultiplyAdd,
    });
    emit(module);
    const bytes = module.finish();
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
      env: { memory: this.memory.memory },
    });
    return instance.exports as Exports;
  }

  /** Runs a kernel on all its units. Where threads will share them out. */
  run(kernel: Kernel, units: number): void {
    kernel(argumentsAddress, scratchAddress, 0, units);
  }

  /** @throws {OutOfMemoryError} */
  allocate(byteLength: number): Block {
    const block = this.heap.allocate(byteLength);
    if (block === undefined) throw outOfMemory(byteLength, this.liveBytes, this.heap.limit);
    return block;
  }

  /** Runs `work` with a block that is free again afterwards. */
  withScratch(byteLength: number, work: (address: number) => void): void {
    const block = this.allocate(byteLength);
    try {
      work(block.address);
    } finally {
      this.heap.free(block);
    }
  }
}

/** A program made ready to run on a device. */
export type Runner = (
  inputs: readonly Binding[],
  outputs: readonly BufferHandle[],
  scalars: readonly number[],
) => void;
