import type { Program } from "@dl/backend";
import { bufferUsage } from "../gpu-constants.ts";
import { sizeClass } from "./size-class.ts";

/** A buffer of the device, alone in its binding: WebGPU allows no reading and writing of one at once. */
export interface Block {
  readonly id: number;
  readonly gpuBuffer: GPUBuffer;
  readonly byteLength: number;
  /** The last batch of commands that uses it. */
  lastBatch: number;
  /** What was first dispatched to write it: said of a buffer that turns out to have no memory. */
  writer: Program | undefined;
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
  readonly #onRefused: (error: GPUError, block: Block) => void;
  /** Those the device had no memory for: never handed out again. */
  readonly #refused = new WeakSet<Block>();
  /** All of them, oldest first, to know which to destroy. */
  readonly #order = new Set<Block>();
  #nextId = 0;
  pooledBytes = 0;

  /** `onRefused` is called, later, when the device has no memory for a new buffer. */
  constructor(
    device: GPUDevice,
    maxBytes: number,
    onRefused: (error: GPUError, block: Block) => void,
  ) {
    this.#device = device;
    this.#maxBytes = maxBytes;
    this.#onRefused = onRefused;
  }

  take(byteLength: number, limit: number): Block {
    const size = Math.min(sizeClass(byteLength), limit);
    const list = this.#free.get(size);
    const block = list?.pop();
    if (block !== undefined) {
      this.pooledBytes -= size;
      this.#order.delete(block);
      return block;
    }
    return this.#create(size);
  }

  #create(size: number): Block {
    this.#device.pushErrorScope("out-of-memory");
    const gpuBuffer = this.#device.createBuffer({
      size,
      usage: bufferUsage.storage | bufferUsage.copySource | bufferUsage.copyTarget,
    });
    const block: Block = {
      id: this.#nextId++,
      gpuBuffer,
      byteLength: size,
      lastBatch: -1,
      writer: undefined,
    };
    void this.#device.popErrorScope().then(
      (error) => {
        if (error === null) return;
        this.#refused.add(block);
        if (this.#order.has(block)) this.#drop(block);
        this.#onRefused(error, block);
      },
      () => {}, // The device is lost, which every later call says.
    );
    return block;
  }

  give(block: Block): void {
    if (this.#refused.has(block)) return;
    const { byteLength } = block;
    let list = this.#free.get(byteLength);
    if (list === undefined) this.#free.set(byteLength, (list = []));
    list.push(block);
    this.pooledBytes += byteLength;
    this.#order.add(block);
  }

  /** Destroys what was given back longest ago while more than the pool's share is kept. */
  trim(currentBatch: number, maxBytes: number = this.#maxBytes): void {
    const isFull = (): boolean => this.pooledBytes > maxBytes || this.#order.size > mostKept;
    if (!isFull()) return;
    for (const block of this.#order) {
      if (!isFull()) return;
      // A buffer that unsubmitted commands name must live until they are submitted.
      if (block.lastBatch === currentBatch) continue;
      this.#drop(block);
    }
  }

  #drop(block: Block): void {
    this.#order.delete(block);
    const list = this.#free.get(block.byteLength)!;
    list.splice(list.indexOf(block), 1);
    this.pooledBytes -= block.byteLength;
    block.gpuBuffer.destroy();
  }
}

/** Free buffers kept whatever their size: each costs a driver more than its bytes. */
const mostKept = 16384;
