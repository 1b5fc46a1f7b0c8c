import {
  ArgumentError,
  BackendError,
  checkOptions,
  storageArray,
  type BackendMemory,
  type Binding,
  type BufferHandle,
  type Capabilities,
  type Executable,
  type HostOperand,
  type HostWork,
  type ProfiledBackend,
  type Program,
  type ProgramTiming,
} from "@dl/backend";
import {
  acquireDevice,
  webgpuKinds,
  type WebgpuAdapterInfo,
  type WebgpuOptions,
} from "./adapter.ts";
import { compileProgram } from "./compile.ts";
import { WebgpuBuffer, WebgpuDevice } from "./gpu-device.ts";
import { HostQueue } from "./host-queue.ts";
import type { Operand } from "./memory/buffer-pool.ts";
import type { Runner } from "./runner.ts";

/** What the queue has been given so far. */
export interface WebgpuCounters {
  readonly dispatches: number;
  readonly submissions: number;
}

export interface WebgpuBackend extends ProfiledBackend {
  readonly adapterInfo: WebgpuAdapterInfo;
  readonly isLost: boolean;
  /** Work given to the device so far. */
  counters(): WebgpuCounters;
  /**
   * A fresh device after a loss, behind the same object. Buffers of the old one stay lost:
   * load parameters from a snapshot. Nothing happens while the device is there.
   *
   * @throws {UnsupportedError} if there is no device to be had.
   */
  recover(): Promise<void>;
}

/**
 * A backend on WebGPU, in pages, workers and Node (with the optional package `webgpu`).
 *
 * @throws {UnsupportedError} saying why there is no device and what to do.
 * @example
 * const backend = await webgpu({ powerPreference: "high-performance" });
 * console.log(backend.info);
 */
export async function webgpu(options: WebgpuOptions = {}): Promise<WebgpuBackend> {
  checkOptions("webgpu", options, webgpuKinds);
  const acquired = await acquireDevice(options);
  return new GpuBackend(options, new WebgpuDevice(acquired, options.profile ?? false));
}

class WebgpuExecutable implements Executable {
  readonly program: Program;
  readonly owner: GpuBackend;
  /** Compiled for this device; a recovered backend compiles again. */
  device: WebgpuDevice;
  run: Runner;

  constructor(program: Program, owner: GpuBackend, device: WebgpuDevice) {
    this.program = program;
    this.owner = owner;
    this.device = device;
    this.run = compileProgram(device, program);
  }

  on(device: WebgpuDevice): Runner {
    if (this.device !== device) {
      this.run = compileProgram(device, this.program);
      this.device = device;
    }
    return this.run;
  }
}

class GpuBackend implements WebgpuBackend {
  readonly name = "webgpu";
  readonly #options: WebgpuOptions;
  #device: WebgpuDevice;
  #host = new HostQueue();
  /** By the program's id: programs are interned and their ids small. */
  #executables: (WebgpuExecutable | undefined)[] = [];
  #recovery: Promise<void> | undefined;
  #isDisposed = false;

  constructor(options: WebgpuOptions, device: WebgpuDevice) {
    this.#options = options;
    this.#device = device;
  }

  get capabilities(): Capabilities {
    return {
      dtypes: ["float32", "int32", "uint32", "bool"],
      maxBufferBytes: this.#device.maxBufferBytes,
      threads: 1,
    };
  }

  get adapterInfo(): WebgpuAdapterInfo {
    return this.#device.info;
  }

  get info(): string {
    const { vendor, architecture, description, isFallback, features, usesSubgroups } =
      this.#device.info;
    const name = [vendor, architecture, description].filter((part) => part !== "").join(" ");
    const used = [
      ...(usesSubgroups ? ["subgroups"] : []),
      ...["timestamp-query", "shader-f16"].filter((feature) => features.includes(feature)),
    ];
    return `WebGPU on ${name || "an unnamed adapter"}${isFallback ? " (fallback, slow)" : ""}, buffers up to ${Math.floor(this.#device.maxBufferBytes / 2 ** 20)} MiB, ${used.length > 0 ? used.join(", ") : "no optional features"}`;
  }

  get isLost(): boolean {
    return this.#device.isLost;
  }

  allocate(byteLength: number): BufferHandle {
    const device = this.#alive();
    if (!Number.isInteger(byteLength) || byteLength < 0)
      throw new ArgumentError("allocate", `needs a whole number of bytes: received ${byteLength}.`);
    const block = device.takeBlock(byteLength);
    device.liveBytes += byteLength;
    device.liveBuffers++;
    return new WebgpuBuffer(byteLength, device, block);
  }

  free(buffer: BufferHandle): void {
    if (this.#isDisposed) return;
    // What was made on a lost device went with it.
    if (buffer instanceof WebgpuBuffer && buffer.device.isLost) {
      buffer.block = undefined;
      return;
    }
    const block = this.#device.block(buffer);
    const own = buffer as WebgpuBuffer;
    own.block = undefined;
    own.device.liveBytes -= own.byteLength;
    own.device.liveBuffers--;
    this.#host.inOrder(() => own.device.giveBlock(block));
  }

  write(buffer: BufferHandle, bytes: Uint8Array, byteOffset = 0): void {
    const device = this.#alive();
    const block = device.block(buffer);
    checkRange("write", buffer, byteOffset, bytes.length);
    if (bytes.length === 0) return;
    const isAtEnd = byteOffset + bytes.length === buffer.byteLength;
    if (byteOffset % 4 !== 0 || (bytes.length % 4 !== 0 && !isAtEnd))
      throw new BackendError(
        "write",
        `WebGPU writes whole words: received ${bytes.length} bytes at ${byteOffset}. Use multiples of 4.`,
        { received: [byteOffset, bytes.length] },
      );
    let whole = bytes;
    if (bytes.length % 4 !== 0) {
      whole = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
      whole.set(bytes);
    }
    const kept = this.#host.isHeld ? whole.slice() : whole;
    this.#host.inOrder(() => device.write(block, byteOffset, kept));
  }

  async read(
    buffer: BufferHandle,
    byteOffset = 0,
    byteLength: number = buffer.byteLength - byteOffset,
  ): Promise<Uint8Array> {
    const device = this.#alive();
    const block = device.block(buffer);
    checkRange("read", buffer, byteOffset, byteLength);
    return this.#afterHost(() => device.read(block, byteOffset, byteLength));
  }

  compile(program: Program): Executable {
    const known = this.#executables[program.id];
    if (known !== undefined) return known;
    const executable = new WebgpuExecutable(program, this, this.#alive());
    this.#executables[program.id] = executable;
    return executable;
  }

  dispatch(
    executable: Executable,
    inputs: readonly Binding[],
    outputs: readonly BufferHandle[],
    scalars: readonly number[],
  ): void {
    const device = this.#alive();
    if (!(executable instanceof WebgpuExecutable) || executable.owner !== this)
      throw new BackendError("dispatch", "this executable belongs to another backend.");
    const operands: Operand[] = [];
    for (const { buffer, offset } of inputs) operands.push({ block: device.block(buffer), offset });
    for (const buffer of outputs) {
      const block = device.block(buffer);
      block.writer ??= executable.program;
      operands.push({ block, offset: 0 });
    }
    const run = executable.on(device);
    this.#host.inOrder(() => {
      device.profiler?.begin(executable.program);
      run(operands, scalars);
    });
  }

  computeOnHost(work: HostWork, inputs: readonly HostOperand[], output: HostOperand): void {
    const device = this.#alive();
    const sources = inputs.map((operand) => ({ ...operand, block: device.block(operand.buffer) }));
    const target = device.block(output.buffer);
    const compute = async (): Promise<void> => {
      const result = storageArray(output.dtype, new ArrayBuffer(4 * output.elementCount));
      result.fill(NaN);
      try {
        const elements = await Promise.all(
          sources.map(async ({ block, dtype, offset, elementCount }) => {
            const bytes = await device.read(block, 4 * offset, 4 * elementCount);
            return storageArray(dtype, bytes.buffer, bytes.byteOffset, elementCount);
          }),
        );
        work(elements, result);
      } finally {
        if (!device.isLost) device.write(target, 4 * output.offset, new Uint8Array(result.buffer));
      }
    };
    this.#host.inOrder(() => this.#host.hold(compute));
  }

  async synchronize(): Promise<void> {
    const device = this.#alive();
    await this.#afterHost(() => device.synchronize());
  }

  /** Work on the device in its turn; what went wrong on the host before it comes out here. */
  async #afterHost<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = await new Promise<Result>((resolve, reject) => {
      this.#host.inOrder(() => work().then(resolve, reject));
    });
    const fault = this.#host.takeFault();
    if (fault !== undefined) throw fault;
    return result;
  }

  memory(): BackendMemory {
    const { liveBytes, liveBuffers, pooledBytes } = this.#device;
    return { liveBytes, liveBuffers, pooledBytes };
  }

  counters(): WebgpuCounters {
    const { dispatches, submissions } = this.#device.commands;
    return { dispatches, submissions };
  }

  get isProfiling(): boolean {
    return this.#device.profiler?.isOn ?? false;
  }

  set isProfiling(isOn: boolean) {
    this.#device.measure(isOn);
  }

  timings(): readonly ProgramTiming[] {
    return this.#device.profiler?.timings() ?? [];
  }

  async recover(): Promise<void> {
    this.#checkNotDisposed();
    if (!this.isLost) return;
    // Everybody who met the loss may ask.
    this.#recovery ??= this.#replaceDevice().finally(() => (this.#recovery = undefined));
    await this.#recovery;
  }

  async #replaceDevice(): Promise<void> {
    // Neither a given device nor an adapter that has given its one device can serve again.
    const { powerPreference, gpu, subgroups } = this.#options;
    const acquired = await acquireDevice({
      ...(powerPreference && { powerPreference }),
      ...(gpu && { gpu }),
      ...(subgroups !== undefined && { subgroups }),
    });
    const old = this.#device;
    this.#device = new WebgpuDevice(acquired, old.profiler?.isOn ?? false);
    this.#host = new HostQueue();
    this.#executables = this.#executables.map(() => undefined);
    old.dispose();
  }

  async dispose(): Promise<void> {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.#executables = [];
    this.#device.dispose();
  }

  #alive(): WebgpuDevice {
    this.#checkNotDisposed();
    this.#device.checkAlive();
    return this.#device;
  }

  #checkNotDisposed(): void {
    if (this.#isDisposed)
      throw new BackendError(
        "webgpu",
        "this backend has been disposed of. Make a new one with webgpu().",
      );
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
