import {
  BackendError,
  DeviceLostError,
  normalTable,
  OutOfMemoryError,
  UnsupportedError,
  type BufferHandle,
  type Program,
} from "@dl/backend";
import type { AcquiredDevice, WebgpuAdapterInfo } from "./adapter.ts";
import { Commands } from "./commands.ts";
import { Faults, refusedBuffer, refusedCommand, refusedProgram } from "./faults.ts";
import { bufferUsage, mapModeRead } from "./gpu-constants.ts";
import { IndexFaults } from "./index-faults.ts";
import type { KernelSource } from "./kernel-builder.ts";
import { BufferPool, type Block, type Operand } from "./memory/buffer-pool.ts";
import { StagingRing } from "./memory/staging.ts";
import { packReads, storageBuffers } from "./pack-reads.ts";
import { PipelineCache, type Kernel } from "./pipelines.ts";
import { Profiler } from "./profiler.ts";
import { normalTableVectors } from "./shared-buffers.ts";

/** A buffer of one device; its block is undefined once it is freed. */
export class WebgpuBuffer implements BufferHandle {
  readonly byteLength: number;
  readonly device: WebgpuDevice;
  block: Block | undefined;

  constructor(byteLength: number, device: WebgpuDevice, block: Block) {
    this.byteLength = byteLength;
    this.device = device;
    this.block = block;
  }
}

const pooledShare = 2 ** 30;

/** One GPU device with its memory, pipelines and queue; a lost one is replaced by a new object. */
export class WebgpuDevice {
  readonly gpuDevice: GPUDevice;
  readonly info: WebgpuAdapterInfo;
  readonly maxBufferBytes: number;
  readonly maxStorageBuffers: number;
  readonly commands: Commands;
  profiler: Profiler | undefined;
  readonly #isOwned: boolean;
  readonly #pool: BufferPool;
  readonly #staging: StagingRing;
  readonly #pipelines: PipelineCache;
  #loss: { readonly problem: string; readonly reason?: string } | undefined;
  readonly #whenLost: Promise<void>;
  #isDisposed = false;
  readonly #faults = new Faults();
  readonly #indexFaults: IndexFaults;
  liveBytes = 0;
  liveBuffers = 0;

  constructor({ device, info, isOwned }: AcquiredDevice, profile: boolean) {
    this.gpuDevice = device;
    this.info = info;
    this.#isOwned = isOwned;
    const { limits } = device;
    // The largest multiple of the block alignment that both limits allow.
    this.maxBufferBytes =
      Math.floor(Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize) / 256) * 256;
    this.maxStorageBuffers = limits.maxStorageBuffersPerShaderStage;
    this.commands = new Commands(device);
    this.#pool = new BufferPool(
      device,
      Math.min(pooledShare, this.maxBufferBytes),
      (error, block) => this.#faults.note(refusedBuffer(error, block, this.liveBytes)),
    );
    this.#staging = new StagingRing(device);
    this.#indexFaults = new IndexFaults(device);
    this.#pipelines = new PipelineCache(device, this.commands.uniformBuffer, {
      normalTable: normalTableBuffer(device),
      indexFault: this.#indexFaults.buffer,
    });
    if (profile && device.features.has("timestamp-query")) this.measure(true);
    this.commands.onSubmit = () => this.profiler?.resolve(this.commands);
    this.#whenLost = device.lost.then((lost) => {
      const why = (lost.message || lost.reason).replace(/\.$/, "");
      this.#loss ??= {
        problem: `the device was lost: ${why}. Its buffers are gone. Call recover() on the backend and load parameters from a snapshot.`,
        reason: lost.reason,
      };
    });
    device.addEventListener("uncapturederror", this.#onError);
  }

  get pooledBytes(): number {
    return this.#pool.pooledBytes;
  }

  get isLost(): boolean {
    return this.#loss !== undefined;
  }

  /** Whether the kernels that follow are measured. @throws {UnsupportedError} */
  measure(isOn: boolean): void {
    if (isOn && !this.gpuDevice.features.has("timestamp-query"))
      throw new UnsupportedError(
        "webgpu",
        "this device has no timestamp queries, so its programs cannot be measured. Measure on the cpu backend, or with the tools of the GPU's vendor.",
      );
    if (isOn) this.profiler ??= new Profiler(this.gpuDevice);
    if (this.profiler !== undefined) this.profiler.isOn = isOn;
  }

  /** @throws {DeviceLostError} */
  checkAlive(): void {
    const error = this.#lossError();
    if (error !== undefined) throw error;
  }

  /** A new one each time: who catches it may add to its message. */
  #lossError(): DeviceLostError | undefined {
    if (this.#loss === undefined) return undefined;
    const { problem, reason } = this.#loss;
    return new DeviceLostError("webgpu", problem, { received: reason });
  }

  /** @throws {OutOfMemoryError} for more than a buffer may have. */
  takeBlock(byteLength: number): Block {
    if (byteLength > this.maxBufferBytes)
      throw new OutOfMemoryError(
        "webgpu",
        `a buffer on this device may have at most ${this.maxBufferBytes} bytes: ${byteLength} asked for. Use smaller tensors, or the cpu backend.`,
        { expected: this.maxBufferBytes, received: byteLength },
      );
    return this.#pool.take(byteLength, this.maxBufferBytes);
  }

  giveBlock(block: Block): void {
    if (this.#isDisposed || this.isLost) return;
    this.#pool.give(block);
    this.#pool.trim(this.commands.batch);
  }

  /** @throws {BackendError} if the buffer is freed or of another backend. @throws {DeviceLostError} */
  block(buffer: BufferHandle): Block {
    if (buffer instanceof WebgpuBuffer && buffer.device === this && buffer.block !== undefined)
      return buffer.block;
    if (!(buffer instanceof WebgpuBuffer))
      throw new BackendError(
        "webgpu",
        "this buffer belongs to another backend. Copy it with read and write.",
      );
    buffer.device.checkAlive();
    throw new BackendError(
      "webgpu",
      buffer.device === this
        ? "this buffer has been freed. Keep it until the last dispatch that uses it."
        : "this buffer belongs to another device. Copy it with read and write.",
    );
  }

  /** @throws {UnsupportedError} if the kernel binds more buffers than the device allows. */
  kernel(source: KernelSource, program: Program): Kernel {
    const bound = packReads(source, this.maxStorageBuffers);
    if (storageBuffers(bound) > this.maxStorageBuffers)
      throw new UnsupportedError(
        "webgpu",
        `a program binds ${storageBuffers(source)} buffers, and this device allows ${this.maxStorageBuffers}. Have intermediate results stored with configure({ eager: true }).`,
        { expected: this.maxStorageBuffers, received: storageBuffers(source) },
      );
    return this.#pipelines.kernel(bound, (error) => {
      const fault = refusedProgram(error, program);
      this.#faults.note(fault);
      return fault;
    });
  }

  /**
   * Queues one kernel over a program's operands: inputs, outputs, scratch.
   *
   * @throws {BackendError} if the device has refused the kernel.
   */
  run(kernel: Kernel, operands: readonly Operand[], scalars: readonly number[]): void {
    if (kernel.groupCount === 0) return;
    if (kernel.built.fault !== undefined) throw kernel.built.fault;
    const { commands } = this;
    const room = commands.uniformRoom(kernel.template.length);
    const bound = kernel.packs.length === 0 ? operands : this.#packed(kernel.packs, operands);
    kernel.fillWords(room, bound, scalars);
    for (const { operand } of kernel.bindings) bound[operand]!.block.lastBatch = commands.batch;
    if (kernel.checksIndices) this.#indexFaults.expect();
    const timestamps = this.profiler?.next();
    commands.dispatch(
      kernel.built.pipeline,
      kernel.bindGroup(bound),
      room.byteOffset,
      kernel.groups,
      timestamps,
    );
    for (const [first] of kernel.packs) this.giveBlock(bound[first!]!.block);
  }

  /** The operands with those of a pack copied behind each other. */
  #packed(packs: Kernel["packs"], operands: readonly Operand[]): readonly Operand[] {
    const bound = [...operands];
    for (const pack of packs) {
      const block = this.takeBlock(
        pack.reduce((sum, operand) => sum + operands[operand]!.block.byteLength, 0),
      );
      let end = 0;
      for (const operand of pack) {
        const { block: source, offset } = operands[operand]!;
        this.commands.copy(source.gpuBuffer, 0, block.gpuBuffer, end, source.byteLength);
        source.lastBatch = this.commands.batch;
        bound[operand] = { block, offset: offset + end / 4 };
        end += source.byteLength;
      }
    }
    return bound;
  }

  write(block: Block, byteOffset: number, bytes: Uint8Array): void {
    this.commands.write(block, byteOffset, bytes);
  }

  /** Copies now, in order with the rest; reads asked for together share a submission. */
  async read(block: Block, byteOffset: number, byteLength: number): Promise<Uint8Array> {
    const start = Math.floor(byteOffset / 4) * 4;
    const length = Math.ceil((byteOffset + byteLength - start) / 4) * 4;
    if (length === 0) {
      await this.synchronize();
      return new Uint8Array(0);
    }
    const bytes = await this.#fetch(length, (staging) => {
      this.commands.copy(block.gpuBuffer, start, staging, 0, length);
      block.lastBatch = this.commands.batch;
    });
    return bytes.subarray(byteOffset - start, byteOffset - start + byteLength);
  }

  /** Bytes that `copy` puts into a buffer, and what kernels have noted of indices behind them. */
  async #fetch(length: number, copy: (staging: GPUBuffer) => void): Promise<Uint8Array> {
    const asksForFault = this.#indexFaults.mayHaveOne;
    const total = length + (asksForFault ? IndexFaults.byteLength : 0);
    const staging = this.#staging.take(total);
    copy(staging);
    if (asksForFault) this.#indexFaults.ask(this.commands, staging, length);
    await Promise.resolve();
    this.commands.submit();
    try {
      await staging.mapAsync(mapModeRead, 0, total);
    } catch (error) {
      throw await this.#failure(error);
    }
    const mapped = staging.getMappedRange(0, total);
    const bytes = new Uint8Array(mapped, 0, length).slice();
    const fault = asksForFault ? IndexFaults.read(new Uint32Array(mapped, length)) : undefined;
    staging.unmap();
    this.#staging.give(staging);
    if (fault !== undefined) this.#faults.note(fault);
    await this.#settle();
    return bytes;
  }

  async synchronize(): Promise<void> {
    this.checkAlive();
    if (this.#indexFaults.mayHaveOne) {
      await this.#fetch(0, () => {});
      return;
    }
    this.commands.submit();
    try {
      await this.gpuDevice.queue.onSubmittedWorkDone();
    } catch (error) {
      throw await this.#failure(error);
    }
    await this.#settle();
  }

  /** Frees what an owner that has forgotten its buffers cannot. */
  dispose(): void {
    this.#isDisposed = true;
    this.gpuDevice.removeEventListener("uncapturederror", this.#onError);
    this.#loss ??= { problem: "the backend was disposed of. Make a new one with webgpu()." };
    this.commands.dispose();
    this.#indexFaults.buffer.destroy();
    this.#pool.trim(Infinity, 0);
    if (this.#isOwned) this.gpuDevice.destroy();
  }

  /** What came of the work: a loss first, else a fault the device reported meanwhile. */
  async #settle(): Promise<void> {
    this.checkAlive();
    try {
      await this.profiler?.collect();
    } catch (error) {
      throw await this.#failure(error);
    }
    const fault = this.#faults.take();
    if (fault !== undefined) throw fault;
  }

  /** A rejected read nearly always means that the device is going; the promise that says so may come later. */
  async #failure(error: unknown): Promise<Error> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, 2000)));
    await Promise.race([this.#whenLost, patience]);
    clearTimeout(timer);
    return (
      this.#lossError() ??
      this.#faults.take() ??
      new BackendError(
        "webgpu",
        `reading failed: ${error instanceof Error ? error.message : String(error)}.`,
      )
    );
  }

  readonly #onError = (event: GPUUncapturedErrorEvent): void => {
    event.preventDefault(); // The next awaited call throws it: no need to print it too.
    this.#faults.noteCommand(refusedCommand(event.error));
  };
}

function normalTableBuffer(device: GPUDevice): GPUBuffer {
  const nodes = new Int32Array(normalTableVectors * 4);
  nodes.set(normalTable());
  const buffer = device.createBuffer({
    size: nodes.byteLength,
    usage: bufferUsage.uniform | bufferUsage.copyTarget,
  });
  device.queue.writeBuffer(buffer, 0, nodes);
  return buffer;
}
