import { MAXIMUM_MEMORY_PAGES } from "../wasm/module-builder.ts";

const pageBytes = 65536;

/**
 * The one `WebAssembly.Memory` of a backend and typed-array views of all of it.
 *
 * Growth leaves old views empty, or short where memory is shared, so nobody keeps one: always read `memory.f32` afresh.
 */
export class LinearMemory {
  readonly memory: WebAssembly.Memory;
  u8!: Uint8Array;
  i32!: Int32Array;
  u32!: Uint32Array;
  f32!: Float32Array;

  /** `isShared`: for several threads, which may all use it while one, always the same, makes it grow. */
  constructor(initialBytes: number, isShared = false) {
    this.memory = new WebAssembly.Memory({
      initial: Math.ceil(initialBytes / pageBytes),
      maximum: MAXIMUM_MEMORY_PAGES,
      shared: isShared,
    });
    this.#renewViews();
  }

  get byteLength(): number {
    return this.u8.length;
  }

  /** Makes the memory at least `byteLength` long; false where the engine refuses. */
  ensure(byteLength: number): boolean {
    const missing = Math.ceil((byteLength - this.byteLength) / pageBytes);
    if (missing <= 0) return true;
    // A quarter more than needed, so that many small allocations seldom grow it.
    const spare = Math.min(
      MAXIMUM_MEMORY_PAGES - this.byteLength / pageBytes,
      Math.max(missing, Math.ceil(this.byteLength / pageBytes / 4)),
    );
    if (!this.#grow(spare) && !this.#grow(missing)) return false;
    this.#renewViews();
    return true;
  }

  #grow(pages: number): boolean {
    try {
      this.memory.grow(pages);
      return true;
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
  }

  #renewViews(): void {
    const { buffer } = this.memory;
    this.u8 = new Uint8Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.u32 = new Uint32Array(buffer);
    this.f32 = new Float32Array(buffer);
  }
}
