import {
  BackendError,
  OutOfMemoryError,
  storageArray,
  type BackendMemory,
  type BufferHandle,
  type DType,
  type StorageArray,
} from "@dl/backend";

/** Every byte of a fresh buffer: NaN as a float, so that reading before writing shows. */
const unwritten = 0xff;

class ReferenceBuffer implements BufferHandle {
  readonly byteLength: number;
  /** `undefined` once freed. */
  bytes: ArrayBuffer | undefined;

  constructor(bytes: ArrayBuffer) {
    this.byteLength = bytes.byteLength;
    this.bytes = bytes;
  }
}

/** The buffers of one backend. */
export class BufferStore {
  private readonly live = new Set<BufferHandle>();
  private liveBytes = 0;

  /** @throws {OutOfMemoryError} if the engine has no such ArrayBuffer to give. */
  allocate(byteLength: number, maxBufferBytes: number): BufferHandle {
    if (byteLength > maxBufferBytes)
      throw new OutOfMemoryError(
        "reference",
        `a buffer may have at most ${maxBufferBytes} bytes: ${byteLength} asked for. Use smaller tensors.`,
        { expected: maxBufferBytes, received: byteLength },
      );
    let bytes: ArrayBuffer;
    try {
      bytes = new ArrayBuffer(byteLength);
    } catch {
      throw new OutOfMemoryError(
        "reference",
        `the engine gave no ArrayBuffer of ${byteLength} bytes; ${this.liveBytes} are in use. Free some tensors or use smaller ones.`,
        { received: byteLength },
      );
    }
    new Uint8Array(bytes).fill(unwritten);
    const buffer = new ReferenceBuffer(bytes);
    this.live.add(buffer);
    this.liveBytes += byteLength;
    return buffer;
  }

  free(buffer: BufferHandle): void {
    const owned = this.owned(buffer);
    owned.bytes = undefined;
    this.live.delete(owned);
    this.liveBytes -= owned.byteLength;
  }

  freeAll(): void {
    for (const buffer of this.live) this.free(buffer);
  }

  /** Part of a buffer, not a copy. @throws {BackendError} if it reaches outside. */
  bytes(buffer: BufferHandle, byteOffset: number, byteLength: number): Uint8Array {
    const { bytes } = this.owned(buffer);
    if (byteOffset < 0 || byteLength < 0 || byteOffset + byteLength > buffer.byteLength)
      throw new BackendError(
        "reference",
        `bytes ${byteOffset} to ${byteOffset + byteLength} lie outside a buffer of ${buffer.byteLength}.`,
        { expected: buffer.byteLength, received: byteOffset + byteLength },
      );
    return new Uint8Array(bytes!, byteOffset, byteLength);
  }

  /** All elements of a buffer, not a copy. */
  elements(buffer: BufferHandle, dtype: DType): StorageArray {
    const bytes = this.owned(buffer).bytes!;
    return storageArray(dtype, bytes);
  }

  memory(): BackendMemory {
    return { liveBytes: this.liveBytes, liveBuffers: this.live.size, pooledBytes: 0 };
  }

  private owned(buffer: BufferHandle): ReferenceBuffer {
    if (!(buffer instanceof ReferenceBuffer) || !this.live.has(buffer))
      throw new BackendError(
        "reference",
        buffer instanceof ReferenceBuffer && buffer.bytes === undefined
          ? `the buffer of ${buffer.byteLength} bytes was freed. Keep the tensor alive while it is used.`
          : "the buffer belongs to another backend. Move the tensor to this one first.",
        { received: buffer },
      );
    return buffer;
  }
}
