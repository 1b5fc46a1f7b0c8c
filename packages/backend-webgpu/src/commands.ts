import { bufferUsage } from "./gpu-constants.ts";
import { Backlog } from "./memory/backlog.ts";
import type { Block } from "./memory/buffer-pool.ts";

/** Where a dispatch's uniform data is written before the batch is submitted. */
export interface UniformRoom {
  readonly words: Uint32Array;
  readonly floats: Float32Array;
  /** Index of the first word. */
  readonly start: number;
  readonly byteOffset: number;
}

const uniformBytes = 256 * 1024;
/** Writes up to this size into a buffer that queued commands use travel inside the batch. */
const uploadBytes = 1 << 20;
/** A batch is submitted at this many dispatches, so that a device is not left idle. */
const mostDispatches = 128;

/**
 * Commands not yet submitted: one encoder, dispatches in one compute pass. Uniform data and small
 * uploads are gathered on the host and written once, before the batch: the queue runs in order, so
 * the same buffers serve every batch.
 */
export class Commands {
  readonly #device: GPUDevice;
  readonly #alignment: number;
  readonly #backlog: Backlog;
  readonly uniformBuffer: GPUBuffer;
  readonly #uniforms = new ArrayBuffer(uniformBytes);
  readonly #words = new Uint32Array(this.#uniforms);
  readonly #floats = new Float32Array(this.#uniforms);
  #uniformEnd = 0;
  readonly #uploadBuffer: GPUBuffer;
  readonly #uploads = new Uint8Array(uploadBytes);
  #uploadEnd = 0;
  #encoder: GPUCommandEncoder | undefined;
  #pass: GPUComputePassEncoder | undefined;
  /** Number of the batch being gathered. */
  batch = 0;
  #dispatchesInBatch = 0;
  dispatches = 0;
  submissions = 0;
  onSubmit: () => void = () => {};

  constructor(device: GPUDevice) {
    this.#device = device;
    this.#backlog = new Backlog(device.queue);
    this.#alignment = device.limits.minUniformBufferOffsetAlignment;
    this.uniformBuffer = device.createBuffer({
      size: uniformBytes,
      usage: bufferUsage.uniform | bufferUsage.copyTarget,
    });
    this.#uploadBuffer = device.createBuffer({
      size: uploadBytes,
      usage: bufferUsage.copySource | bufferUsage.copyTarget,
    });
  }

  /**
   * Room for one dispatch's uniform data; submits what is there when there is none.
   *
   * @throws {BackendError} if the device is too far behind.
   */
  uniformRoom(wordCount: number): UniformRoom {
    this.#backlog.check();
    const bytes = Math.ceil((wordCount * 4) / this.#alignment) * this.#alignment;
    if (this.#uniformEnd + bytes > uniformBytes || this.#dispatchesInBatch >= mostDispatches)
      this.submit();
    const byteOffset = this.#uniformEnd;
    this.#uniformEnd += bytes;
    return { words: this.#words, floats: this.#floats, start: byteOffset / 4, byteOffset };
  }

  dispatch(
    pipeline: GPUComputePipeline,
    group: GPUBindGroup,
    uniformOffset: number,
    groups: readonly [number, number],
    timestamps?: GPUComputePassTimestampWrites,
  ): void {
    if (timestamps !== undefined) this.#endPass();
    this.#pass ??= this.#currentEncoder().beginComputePass(
      timestamps && { timestampWrites: timestamps },
    );
    this.#pass.setPipeline(pipeline);
    this.#pass.setBindGroup(0, group, [uniformOffset]);
    this.#pass.dispatchWorkgroups(groups[0], groups[1]);
    if (timestamps !== undefined) this.#endPass();
    this.#dispatchesInBatch++;
    this.dispatches++;
  }

  /**
   * Bytes into a buffer, after every command so far. Offsets and lengths are multiples of 4.
   *
   * @throws {BackendError} if the device is too far behind.
   */
  write(block: Block, byteOffset: number, bytes: Uint8Array): void {
    this.#backlog.check();
    this.#backlog.addWrite(bytes.length);
    if (block.lastBatch === this.batch && bytes.length <= uploadBytes) {
      if (this.#uploadEnd + bytes.length > uploadBytes) this.submit();
      else {
        this.#uploads.set(bytes, this.#uploadEnd);
        this.copy(this.#uploadBuffer, this.#uploadEnd, block.gpuBuffer, byteOffset, bytes.length);
        this.#uploadEnd += bytes.length;
        return;
      }
    } else if (block.lastBatch === this.batch) this.submit();
    const { buffer, byteOffset: from, byteLength } = bytes;
    this.#device.queue.writeBuffer(block.gpuBuffer, byteOffset, buffer, from, byteLength);
  }

  copy(
    from: GPUBuffer,
    fromOffset: number,
    to: GPUBuffer,
    toOffset: number,
    byteLength: number,
  ): void {
    this.#endPass();
    this.#currentEncoder().copyBufferToBuffer(from, fromOffset, to, toOffset, byteLength);
  }

  /** Zeros, after every command so far. */
  clear(buffer: GPUBuffer): void {
    this.#endPass();
    this.#currentEncoder().clearBuffer(buffer);
  }

  resolveQueries(queries: GPUQuerySet, count: number, to: GPUBuffer): void {
    this.#endPass();
    this.#currentEncoder().resolveQuerySet(queries, 0, count, to, 0);
  }

  /** Hands everything gathered to the queue. */
  submit(): void {
    if (this.#encoder === undefined) return;
    this.#endPass();
    this.onSubmit();
    this.#endPass();
    const { queue } = this.#device;
    if (this.#uniformEnd > 0)
      queue.writeBuffer(this.uniformBuffer, 0, this.#uniforms, 0, this.#uniformEnd);
    if (this.#uploadEnd > 0)
      queue.writeBuffer(this.#uploadBuffer, 0, this.#uploads.buffer, 0, this.#uploadEnd);
    queue.submit([this.#encoder.finish()]);
    this.#backlog.addSubmission();
    this.#encoder = undefined;
    this.#uniformEnd = 0;
    this.#uploadEnd = 0;
    this.#dispatchesInBatch = 0;
    this.batch++;
    this.submissions++;
  }

  dispose(): void {
    this.#encoder = undefined;
    this.#pass = undefined;
    this.uniformBuffer.destroy();
    this.#uploadBuffer.destroy();
  }

  #currentEncoder(): GPUCommandEncoder {
    return (this.#encoder ??= this.#device.createCommandEncoder());
  }

  #endPass(): void {
    this.#pass?.end();
    this.#pass = undefined;
  }
}
