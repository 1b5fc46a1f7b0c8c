import { bufferUsage } from "../gpu-constants.ts";

/** Buffers the host can read, reused from read to read. */
export class StagingRing {
  readonly #device: GPUDevice;
  readonly #free: GPUBuffer[] = [];

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** The smallest kept buffer that is large enough, but not wastefully so. */
  take(byteLength: number): GPUBuffer {
    let best = -1;
    this.#free.forEach(({ size }, i) => {
      if (size >= byteLength && size <= 8 * byteLength + smallest)
        if (best < 0 || size < this.#free[best]!.size) best = i;
    });
    if (best >= 0) return this.#free.splice(best, 1)[0]!;
    return this.#device.createBuffer({
      size: Math.max(smallest, 2 ** Math.ceil(Math.log2(byteLength))),
      usage: bufferUsage.mapRead | bufferUsage.copyTarget,
    });
  }

  give(buffer: GPUBuffer): void {
    this.#free.push(buffer);
    if (this.#free.length > mostKept) this.#free.shift()!.destroy();
  }
}

const smallest = 4096;
const mostKept = 8;
