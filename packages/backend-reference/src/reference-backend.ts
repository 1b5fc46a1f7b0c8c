import {
  BackendError,
  dtypes,
  elementCount,
  type Backend,
  type BackendMemory,
  type Binding,
  type BufferHandle,
  type Capabilities,
  type Executable,
  type HostOperand,
  type HostWork,
  type InputSpec,
  type Program,
  type StorageArray,
} from "@dl/backend";
import { BufferStore } from "./buffer.ts";
import type { CompiledRun } from "./compiled-run.ts";
import { compileProgram } from "./compile-program.ts";
import type { StridedElements } from "./strided-walk.ts";

/**
 * Plain loops on the host, in double precision: what every other backend is held to.
 *
 * Work is done when `dispatch` returns.
 *
 * @example
 * await tensor([1, 2], { backend: reference(), dtype: "float64" }).sum().item(); // => 3
 */
export function reference(): Backend {
  return new ReferenceBackend();
}

class ReferenceExecutable implements Executable {
  readonly program: Program;
  readonly run: CompiledRun;

  constructor(program: Program) {
    this.program = program;
    this.run = compileProgram(program);
  }
}

class ReferenceBackend implements Backend {
  readonly name = "reference";
  readonly info = "plain loops in double precision, one thread; for checking, not for speed";
  readonly capabilities: Capabilities = {
    dtypes: ["float32", "float64", "int32", "uint32", "bool"],
    maxBufferBytes: 2 ** 33,
    threads: 1,
  };
  private readonly buffers = new BufferStore();
  private readonly executables = new WeakMap<Program, ReferenceExecutable>();
  private isDisposed = false;

  allocate(byteLength: number): BufferHandle {
    this.checkAlive();
    return this.buffers.allocate(byteLength, this.capabilities.maxBufferBytes);
  }

  free(buffer: BufferHandle): void {
    if (!this.isDisposed) this.buffers.free(buffer);
  }

  write(buffer: BufferHandle, bytes: Uint8Array, byteOffset = 0): void {
    this.checkAlive();
    this.buffers.bytes(buffer, byteOffset, bytes.byteLength).set(bytes);
  }

  async read(
    buffer: BufferHandle,
    byteOffset = 0,
    byteLength: number = buffer.byteLength - byteOffset,
  ): Promise<Uint8Array> {
    this.checkAlive();
    return this.buffers.bytes(buffer, byteOffset, byteLength).slice();
  }

  compile(program: Program): Executable {
    this.checkAlive();
    let executable = this.executables.get(program);
    if (executable === undefined) {
      executable = new ReferenceExecutable(program);
      this.executables.set(program, executable);
    }
    return executable;
  }

  dispatch(
    executable: Executable,
    inputs: readonly Binding[],
    outputs: readonly BufferHandle[],
    scalars: readonly number[],
  ): void {
    this.checkAlive();
    if (!(executable instanceof ReferenceExecutable))
      throw new BackendError("reference", "the executable was compiled by another backend.");
    const { program, run } = executable;
    const counts = [inputs.length, outputs.length, scalars.length];
    const wanted = [program.inputs.length, program.outputs.length, program.parameters.length];
    if (counts.some((count, i) => count !== wanted[i]))
      throw new BackendError(
        "reference",
        `the program has ${wanted.join(", ")} inputs, outputs and parameters: ${counts.join(", ")} given.`,
        { expected: wanted, received: counts },
      );
    checkAliasing(program, inputs, outputs);
    run(
      program.inputs.map((spec, i) => this.readable(spec, inputs[i]!)),
      program.outputs.map(({ dtype, shape }, i) => {
        const byteLength = elementCount(shape) * dtypes[dtype].bytesPerElement;
        this.buffers.bytes(outputs[i]!, 0, byteLength);
        return this.buffers.elements(outputs[i]!, dtype);
      }),
      scalars,
    );
  }

  computeOnHost(work: HostWork, inputs: readonly HostOperand[], output: HostOperand): void {
    this.checkAlive();
    const elementsOf = ({
      buffer,
      dtype,
      offset,
      elementCount: count,
    }: HostOperand): StorageArray =>
      this.buffers.elements(buffer, dtype).subarray(offset, offset + count);
    work(inputs.map(elementsOf), elementsOf(output));
  }

  async synchronize(): Promise<void> {
    this.checkAlive();
  }

  memory(): BackendMemory {
    this.checkAlive();
    return this.buffers.memory();
  }

  async dispose(): Promise<void> {
    this.buffers.freeAll();
    this.isDisposed = true;
  }

  /** The elements an input reads, after checking that they all lie in the buffer. */
  private readable({ dtype, layout }: InputSpec, { buffer, offset }: Binding): StridedElements {
    const { shape, strides } = layout;
    if (layout.elementCount > 0) {
      const reach = (sign: 1 | -1): number =>
        shape.reduce((sum, size, i) => sum + (size - 1) * Math.max(sign * strides[i]!, 0), 0);
      const { bytesPerElement } = dtypes[dtype];
      const first = offset - reach(-1);
      const count = 1 + reach(-1) + reach(1);
      this.buffers.bytes(buffer, first * bytesPerElement, count * bytesPerElement);
    }
    return { elements: this.buffers.elements(buffer, dtype), offset, strides };
  }

  private checkAlive(): void {
    if (this.isDisposed)
      throw new BackendError("reference", "the backend was disposed. Make a new one.");
  }
}

/** Only a map may write over what it reads, and only where it reads each element just before. */
function checkAliasing(
  program: Program,
  inputs: readonly Binding[],
  outputs: readonly BufferHandle[],
): void {
  outputs.forEach((output, o) => {
    if (outputs.indexOf(output) !== o)
      throw new BackendError("reference", "two outputs share a buffer.");
    inputs.forEach(({ buffer, offset }, i) => {
      if (buffer !== output) return;
      const { dtype, layout } = program.inputs[i]!;
      const isSafe =
        program.kind === "map" &&
        layout.isContiguous &&
        offset === 0 &&
        dtypes[dtype].bytesPerElement === dtypes[program.outputs[o]!.dtype].bytesPerElement;
      if (!isSafe)
        throw new BackendError("reference", `output ${o} would be written over input ${i}.`);
    });
  });
}
