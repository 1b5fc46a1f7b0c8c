import {
  ArgumentError,
  BackendError,
  checkOptions,
  storageArray,
  TimingTotals,
  type BackendMemory,
  type Binding,
  type BufferHandle,
  type Capabilities,
  type Executable,
  type HostOperand,
  type HostWork,
  type MomentsBackend,
  type OptionKinds,
  type ProfiledBackend,
  type Program,
  type ProgramTiming,
  type StorageArray,
} from "@dl/backend";
import type { SystemBlas } from "./blas/system-blas.ts";
import { Compiler } from "./compile.ts";
import { CpuBuffer, CpuDevice, type Runner } from "./cpu-device.ts";
import { denseKernels, type CpuParts } from "./cpu-parts.ts";
import { outOfMemory } from "./memory/heap.ts";
import { missingPart } from "./missing-part.ts";
import type { Threads } from "./threads/choose-threads.ts";
import { hasRelaxedSimd } from "./wasm/relaxed-simd.ts";

/** Threads, memory and exactness of {@link cpu}. */
export interface CpuOptions {
  /** Leaves fused multiply-add out, so that every machine and engine gives the same bits. */
  readonly deterministic?: boolean;
  /**
   * Most threads that run a program, the caller's included. When absent or "auto": up to 4, as the
   * machine has cores, started once there has been work enough to gain from them. A number starts
   * them with the first work that can be shared; 1 never starts any. Results are the same bits for
   * any number. Where there is no SharedArrayBuffer (pages without the headers COOP and COEP), one
   * thread runs, and `info` says so.
   */
  readonly threads?: number | "auto";
  /** Most bytes that buffers may take together; 4 GiB less 1 MiB when absent, and at most. */
  readonly maxMemoryBytes?: number;
  /**
   * "auto": in Node, large matrix products run in the system's BLAS (OpenBLAS, MKL, BLIS or
   * Accelerate), called through the package `koffi` where it is installed; `info` says which, or why
   * not. The bits of such products are the library's, so with `deterministic` it is left alone.
   */
  readonly blas?: "auto";
  /**
   * Keeps an infinity or NaN in an image or gradient to the outputs whose window holds it: faster ways
   * to convolve, which combine neighbouring windows, are left out.
   */
  readonly strictNonFinite?: boolean;
  /** Measures programs from the start, as `isProfiling` does later; see `timings()`. */
  readonly profile?: boolean;
}

const cpuKinds: OptionKinds<CpuOptions> = {
  deterministic: "boolean",
  threads: 'number|"auto"',
  maxMemoryBytes: "number",
  blas: '"auto"',
  strictNonFinite: "boolean",
  profile: "boolean",
};

/** All that 32-bit addresses reach, less what lies below the heap and what loads may overshoot. */
const largestHeap = 2 ** 32 - 2 ** 20;

/** What rounding to block sizes and fragments may add to the buffers, and room for scratch. */
const heapOverhead = 1.25;
const spareHeap = 32 * 2 ** 20;

/**
 * {@link cpu} of chosen parts, so that bundlers leave the others out of a program.
 *
 * Networks of linear layers need none beyond the backend's own: `cpuWith([])`, on one thread. Others add
 * `deepKernels`, `convolutionKernels`, `indexKernels`, `functionKernels`, `workerThreads` or
 * `systemBlas`; what is missing is an error that names it.
 *
 * @throws {ArgumentError} for a maxMemoryBytes that is not a positive number.
 * @throws {UnsupportedError} for threads or BLAS without their part.
 * @example
 * const backend = await cpuWith([functionKernels]);
 * await tensor([0], { backend }).sin().item(); // => 0
 * await tensor([2], { backend }).cumsum(0).item(); // throws
 */
export async function cpuWith(
  parts: readonly CpuParts[],
  options: CpuOptions = {},
): Promise<ProfiledBackend> {
  const { maxMemoryBytes: limit = largestHeap } = checkOptions("cpu", options, cpuKinds);
  if (!(limit > 0))
    throw new ArgumentError("cpu", `maxMemoryBytes must be above 0: received ${limit}.`, {
      received: limit,
    });
  const own: CpuParts = Object.assign({}, denseKernels, ...parts);
  const threads = threadsOf(own, options);
  const limitBytes = Math.min(Math.floor(limit), largestHeap);
  const blas = await blasOf(own, options, threads.count);
  try {
    return new CpuBackend(limitBytes, options, own, threads, blas);
  } catch (error) {
    // Some engines reserve all that a shared memory may grow to, and cannot.
    if (threads.count === 1 || !(error instanceof RangeError)) throw error;
    const one = { count: 1, whyOne: "no shared memory" };
    return new CpuBackend(limitBytes, options, own, one, blas);
  }
}

function threadsOf({ threads: threadsFor }: CpuParts, { threads }: CpuOptions): Threads {
  if (threads === 1) return { count: 1 };
  if (threadsFor !== undefined) return threadsFor(threads ?? "auto");
  if (threads === undefined) return { count: 1, whyOne: "no workerThreads" };
  throw missingPart("threads", "workerThreads");
}

/** The library, or why there is none although one was wanted. */
async function blasOf(
  { blas: findSystemBlas }: CpuParts,
  { blas, deterministic }: CpuOptions,
  threads: number,
): Promise<SystemBlas | string | undefined> {
  if (blas === undefined) return undefined;
  if (deterministic === true) return "deterministic";
  if (findSystemBlas === undefined) throw missingPart("BLAS", "systemBlas");
  return findSystemBlas(threads);
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

class CpuBackend implements ProfiledBackend {
  readonly name = "cpu";
  isProfiling: boolean;
  /** Where its part is there. */
  readonly rowMoments?: MomentsBackend["rowMoments"];
  readonly #totals = new TimingTotals();
  readonly #limit: number;
  readonly #relaxedSimd: string;
  readonly #whyOneThread: string | undefined;
  readonly #blas: SystemBlas | string | undefined;
  #device: CpuDevice | undefined;
  #compiler: Compiler | undefined;
  /** By the program's id: programs are interned and their ids small. */
  #executables: (CpuExecutable | undefined)[] = [];
  #liveBuffers = 0;

  constructor(
    limit: number,
    { deterministic = false, strictNonFinite = false, profile = false }: CpuOptions,
    parts: CpuParts,
    threads: Threads,
    blas: SystemBlas | string | undefined,
  ) {
    const relaxed = !deterministic && hasRelaxedSimd();
    this.#limit = limit;
    this.isProfiling = profile;
    const heapEnd = Math.min(limit * heapOverhead + spareHeap, largestHeap);
    this.#device = new CpuDevice(
      heapEnd,
      relaxed,
      parts,
      threads.makePool,
      typeof blas === "string" ? undefined : blas,
      strictNonFinite,
    );
    this.#compiler = new Compiler(this.#device, parts);
    const { rowMoments } = parts;
    if (rowMoments !== undefined)
      this.rowMoments = async (matrix, rows, columns) => {
        await this.synchronize();
        return rowMoments(this.#alive(), matrix, rows, columns);
      };
    this.#relaxedSimd = deterministic ? "no (deterministic)" : relaxed ? "yes" : "no (unavailable)";
    this.#whyOneThread = threads.whyOne;
    this.#blas = blas;
  }

  get capabilities(): Capabilities {
    return {
      dtypes: ["float32", "int32", "uint32", "bool"],
      maxBufferBytes: this.#limit,
      threads: this.#device?.pool?.threads ?? 1,
    };
  }

  get info(): string {
    const pool = this.#device?.pool;
    const { threads } = this.capabilities;
    const why = pool?.whyNone ?? this.#whyOneThread;
    const many = `${pool?.isStarted ? "" : "up to "}${threads} threads`;
    const count = threads > 1 ? many : why ? `1 thread (${why})` : "1 thread";
    const blas = this.#blas;
    const products =
      blas === undefined ? "" : `, BLAS: ${typeof blas === "string" ? `no (${blas})` : blas.title}`;
    return `WebAssembly SIMD, ${count}, relaxed SIMD: ${this.#relaxedSimd}${products}`;
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
    device.release(own.block!);
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
    if (device.pool?.failure !== undefined) throw await device.recover();
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
    const device = this.#device ?? this.#alive();
    if (!(executable instanceof CpuExecutable) || executable.owner !== this)
      throw new BackendError("dispatch", "this executable belongs to another backend.");
    // After a failure inputs may be wrong: nothing runs until someone has been told.
    if (device.pool?.failure !== undefined) return;
    if (!this.isProfiling) {
      executable.run(inputs, outputs, scalars);
      return;
    }
    const started = performance.now();
    executable.run(inputs, outputs, scalars);
    this.#totals.add(executable.program, performance.now() - started);
  }

  computeOnHost(work: HostWork, inputs: readonly HostOperand[], output: HostOperand): void {
    const device = this.#alive();
    if (device.pool?.failure !== undefined) return;
    const started = performance.now();
    const elementsOf = (operand: HostOperand): StorageArray =>
      storageArray(
        operand.dtype,
        device.memory.u8.buffer,
        device.bindingAddress(operand),
        operand.elementCount,
      );
    work(inputs.map(elementsOf), elementsOf(output));
    if (this.isProfiling) this.#totals.add("host", performance.now() - started);
  }

  /** Work is done when `dispatch` returns, so there is nothing to wait for, only failures to tell. */
  async synchronize(): Promise<void> {
    const device = this.#alive();
    if (device.pool?.failure !== undefined) throw await device.recover();
  }

  timings(): readonly ProgramTiming[] {
    return this.#totals.take();
  }

  memory(): BackendMemory {
    return {
      liveBytes: this.#device?.liveBytes ?? 0,
      liveBuffers: this.#liveBuffers,
      pooledBytes: this.#device?.heap.freeBytes ?? 0,
    };
  }

  async dispose(): Promise<void> {
    const pool = this.#device?.pool;
    this.#device = undefined;
    this.#compiler = undefined;
    this.#executables = [];
    this.#liveBuffers = 0;
    await pool?.dispose();
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
