import {
  ArgumentError,
  BackendError,
  type Backend,
  type BackendMemory,
  type Binding,
  type BufferHandle,
  type Capabilities,
  type Executable,
  type Program,
} from "@dl/backend";
import { Compiler } from "./compile.ts";
import { outOfMemory } from "./memory/heap.ts";
import { CpuBuffer, CpuDevice, type Runner } from "./cpu-device.ts";
import { hasRelaxedSimd } from "./wasm/relaxed-simd.ts";

export interface CpuOptions {
  /** Leaves fused multiply-add out, so that every machine and engine gives the same bits. */
  readonly deterministic?: boolean;
  /** Most bytes that buffers may take together; 4 GiB less 1 MiB when absent, and at most. */
  readonly maxMemoryBytes?: number;
}

/** All that 32-bit addresses reach, less what lies below the heap and what loads may overshoot. */
const largestHeap = 2 ** 32 - 2 ** 20;

/** What rounding to block sizes and fragments may add to the buffers, and room for scratch. */
const heapOverhead = 1.25;
const spareHeap = 32 * 2 ** 20;

/**
 * A backend on WebAssembly SIMD, in Node and in browsers.
 *
 * @throws {ArgumentError} for a maxMemoryBytes that is not a positive number.
 */
export async function cpu(options: CpuOptions = {}): Promise<Backend> {
  const limit = options.maxMemoryBytes ?? largestHeap;
  if (!(limit > 0))
    throw new ArgumentError("cpu", `maxMemoryBytes must be above 0: received ${limit}.`, {
      received: limit,
    });
  const deterministic = options.deterministic ?? false;
  return new CpuBackend(Math.min(Math.floor(limit), largestHeap), deterministic);
}

class CpuExecutable implements Executable {
  readonly program: Program;
  readonly owner: CpuBackend;
  readonly run: Runner;

  constructor(program: Program, owner: CpuBackend, run: Runner) {
    this.program = program;
    this.owner = owner;
    this.run = run;
  }
}

class CpuBackend implements Backend {
  readonly name = "cpu";
  readonly capabilities: Capabilities;
  readonly info: string;
  readonly #limit: number;
  #device: CpuDevice | undefined;
  #compiler: Compiler | undefined;
  /** By the program's id: programs are interned and their ids small. */
  #executables: (CpuExecutable | undefined)[] = [];
  #liveBuffers = 0;

  constructor(limit: number, deterministic: boolean) {
    const relaxed = !deterministic && hasRelaxedSimd();
    this.#limit = limit;
    const heapEnd = Math.min(limit * heapOverhead + spareHeap, largestHeap);
    this.#device = new CpuDevice(heapEnd, relaxed);
    this.#compiler = new Compiler(this.#device);
    this.capabilities = {
      dtypes: ["float32", "int32", "uint32", "bool"],
      maxBufferBytes: limit,
      threads: 1,
    };
    const why = deterministic
      ? "no (deterministic)"
      : relaxed
        ? "yes"
        : "no (this engine does not offer it)";
    this.info = `WebAssembly SIMD, 1 thread, relaxed SIMD: ${why}`;
  }

  allocate(byteLength: number): BufferHandle {
    const device = this.#alive();
    if (!Number.isInteger(byteLength) || byteLength < 0)
      throw new ArgumentError("allocate", `needs a whole number of bytes: received ${byteLength}.`);
    if (device.liveBytes + byteLength > this.#limit)
      throw outOfMemory(byteLength, device.liveBytes, this.#limit);
    const block = device.allocate(byteLength);
    device.liveBytes += byteLength;
    this.#liveBuffers++;
    return new CpuBuffer(byteLength, device, block);
  }

  free(buffer: BufferHandle): void {
    const device = this.#device;
    if (device === undefined) return;
    device.address(buffer);
    const own = buffer as CpuBuffer;
    device.heap.free(own.block!);
    own.block = undefined;
    device.liveBytes -= own.byteLength;
    this.#liveBuffers--;
  }

  write(buffer: BufferHandle, bytes: Uint8Array, byteOffset = 0): void {
    const device = this.#alive();
    const address = device.address(buffer);
    checkRange("write", buffer, byteOffset, bytes.length);
    device.memory.u8.set(bytes, address + byteOffset);
  }

  async read(
    buffer: BufferHandle,
    byteOffset = 0,
    byteLength: number = buffer.byteLength - byteOffset,
  ): Promise<Uint8Array> {
    const device = this.#alive();
    const start = device.address(buffer) + byteOffset;
    checkRange("read", buffer, byteOffset, byteLength);
    return device.memory.u8.slice(start, start + byteLength);
  }

  compile(program: Program): Executable {
    const known = this.#executables[program.id];
    if (known !== undefined) return known;
    this.#alive();
    const executable = new CpuExecutable(program, this, this.#compiler!.compile(program));
    this.#executables[program.id] = executable;
    return executable;
  }

  dispatch(
    executable: Executable,
    inputs: readonly Binding[],
    outputs: readonly BufferHandle[],
    scalars: readonly number[],
  ): void {
    if (this.#device === undefined) this.#alive();
    if (!(executable instanceof CpuExecutable) || executable.owner !== this)
      throw new BackendError("dispatch", "this executable belongs to another backend.");
    executable.run(inputs, outputs, scalars);
  }

  /** Work is done when `dispatch` returns, so there is nothing to wait for. */
  async synchronize(): Promise<void> {
    this.#alive();
  }

  memory(): BackendMemory {
    return {
      liveBytes: this.#device?.liveBytes ?? 0,
      liveBuffers: this.#liveBuffers,
      pooledBytes: this.#device?.heap.freeBytes ?? 0,
    };
  }

  async dispose(): Promise<void> {
    this.#device = undefined;
    this.#compiler = undefined;
    this.#executables = [];
    this.#liveBuffers = 0;
  }

  #alive(): CpuDevice {
    if (this.#device === undefined)
      throw new BackendError(
        "cpu",
        "this backend has been disposed of. Make a new one with cpu().",
      );
    return this.#device;
  }
}

function checkRange(
  op: string,
  buffer: BufferHandle,
  byteOffset: number,
  byteLength: number,
): void {
  if (byteOffset < 0 || byteLength < 0 || byteOffset + byteLength > buffer.byteLength)
    throw new BackendError(
      op,
      `bytes ${byteOffset} to ${byteOffset + byteLength} lie outside a buffer of ${buffer.byteLength} bytes.`,
      { expected: buffer.byteLength, received: [byteOffset, byteLength] },
    );
}
