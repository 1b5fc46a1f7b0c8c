import type { DType, StorageArray } from "./dtype.ts";
import type { Program } from "./program/program.ts";

/** Bytes on a device. Opaque: only the backend that made it knows what is inside. */
export interface BufferHandle {
  readonly byteLength: number;
}

/** A buffer as a program reads it: element 0 of the layout lies `offset` elements in. */
export interface Binding {
  readonly buffer: BufferHandle;
  readonly offset: number;
}

/** A program made ready to run on one backend. */
export interface Executable {
  readonly program: Program;
}

/** Contiguous elements that host work reads or fills. */
export interface HostOperand extends Binding {
  readonly dtype: DType;
  readonly elementCount: number;
}

/** Fills `result`, which holds anything, from `inputs`. They are the buffers' own, or copies: not to be kept. */
export type HostWork = (inputs: readonly StorageArray[], result: StorageArray) => void;

/** What a backend offers, for those who choose between ways of doing the same. */
export interface Capabilities {
  readonly dtypes: readonly DType[];
  /** Largest single allocation, in bytes. */
  readonly maxBufferBytes: number;
  /** Threads that run a program, the caller's included. */
  readonly threads: number;
}

/** What a backend holds at present, in bytes and buffers. */
export interface BackendMemory {
  /** Handed out by `allocate` and not freed. */
  readonly liveBytes: number;
  readonly liveBuffers: number;
  /** Freed and kept for reuse. */
  readonly pooledBytes: number;
}

/**
 * A connector between tensors and a device: memory, `compile` and `dispatch`. It knows programs,
 * not tensors or gradients, and never checks shapes: programs are valid by construction.
 *
 * There is no synchronous read, because WebGPU has none.
 */
export interface Backend {
  readonly name: string;
  readonly capabilities: Capabilities;
  /** One line about the device and how it is used. */
  readonly info: string;
  /** Contents are undefined. @throws {OutOfMemoryError} */
  allocate(byteLength: number): BufferHandle;
  /** The buffer may be reused once work already dispatched is done. Nothing happens after `dispose`. */
  free(buffer: BufferHandle): void;
  /** Copies bytes into a buffer, after the work that was dispatched before. */
  write(buffer: BufferHandle, bytes: Uint8Array, byteOffset?: number): void;
  /** A copy of the bytes, after all dispatched work. */
  read(buffer: BufferHandle, byteOffset?: number, byteLength?: number): Promise<Uint8Array>;
  /** Cached by the program's identity. */
  compile(program: Program): Executable;
  /**
   * Runs after everything dispatched before. `scalars` are the program's parameters in order.
   * A map program may write over an input that has the same contiguous layout at offset 0.
   */
  dispatch(
    executable: Executable,
    inputs: readonly Binding[],
    outputs: readonly BufferHandle[],
    scalars: readonly number[],
  ): void;
  /**
   * Runs `work` on the host, after everything dispatched before and ahead of everything after: for
   * what no device does well. What it throws comes at once where work is done when `dispatch`
   * returns, and with the next read elsewhere.
   */
  computeOnHost(work: HostWork, inputs: readonly HostOperand[], output: HostOperand): void;
  /** Settles when all dispatched work is done, or rejects with what went wrong. */
  synchronize(): Promise<void>;
  /** What buffers hold at present. */
  memory(): BackendMemory;
  /** Releases the device. Later calls but `free`, which a collector makes late, throw BackendError. */
  dispose(): Promise<void>;
}
