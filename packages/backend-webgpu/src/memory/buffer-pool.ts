import { bufferUsage } from "../gpu-constants.ts";
import { sizeClass } from "./size-class.ts";

/** A buffer of the device, alone in its binding: WebGPU allows no reading and writing of one at once. */
export interface Block {
  readonly id: number;
  readonly gpuBuffer: GPUBuffer;
  readonly byteLength: number;
  /** The last batch of commands that uses it. */
  lastBatch: number;
}

/** A program's operand as a kernel sees it. */
export interface Operand {
  readonly block: Block;
  /** In elements. */
  readonly offset: number;
}

/**
 * Freed buffers kept for reuse, by size class. A buffer may be handed out again while commands that
 * use it are still queued: the queue runs in order, so what comes later cannot disturb them.
 */
export class BufferPool {
  readonly #device: GPUDevice;
  readonly #free = new Map<number, Block[]>();
  readonly #maxBytes: number;
  /** Oldest first, to know which to destroy. */
  #order: Block[] = [];
  #nextId = 0;
  pooledBytes = 0;

  constructor(device: GPUDevice, maxBytes: number) {
    this.#device = device;
    this.#maxBytes = maxBytes;
  }

  take(byteLength: number, limit: number): Block {
    const size = Math.min(sizeClass(byteLength), limit);
    const list = this.#free.get(size);
    const block = list?.pop();
    if (block !== undefined) {
      this.pooledBytes -= size;
      return block;
    }
    const gpuBuffer = this.#device.createBuffer({
      size,
      usage: bufferUsage.storage | bufferUsage.copySource | bufferUsage.copyTarget,
    });
    return { id: this.#nextId++, gpuBuffer, byteLength: size, lastBatch: -1 };
  }

  give(block: Block): void {
    const { byteLength } = block;
    let list = this.#free.get(byteLength);
    if (list === undefined) this.#free.set(byteLength, (list = []));
    list.push(block);
    this.pooledBytes += byteLength;
    this.#order.push(block);
  }

  /** Destroys what was given back longest ago while more than the pool's share is kept. */
  trim(currentBatch: number, maxBytes: number = this.#maxBytes): void {
    if (this.pooledBytes <= maxBytes) {
      if (this.#order.length > 4096) this.#order = [...this.#free.values()].flat();
      return;
    }
    const kept: Block[] = [];
    for (const block of this.#order) {
      const list = this.#free.get(block.byteLength)!;
      const place = list.indexOf(block);
      if (place < 0) continue; // in use again
      // A buffer that unsubmitted commands name must live until they are submitted.
      if (this.pooledBytes <= maxBytes || block.lastBatch === currentBatch) {
        if (!kept.includes(block)) kept.push(block);
        continue;
      }
      list.splice(place, 1);
      this.pooledBytes -= block.byteLength;
      block.gpuBuffer.destroy();
    }
    this.#order = kept;
  }
}
