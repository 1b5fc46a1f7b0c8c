import type { FunctionBuilder, Local } from "./wasm/function-builder.ts";

/** How an input lies along the axis that lanes run over. */
export type AccessMode = "contiguous" | "broadcast" | "strided";

export function accessMode(innerStride: number): AccessMode {
  return innerStride === 1 ? "contiguous" : innerStride === 0 ? "broadcast" : "strided";
}

/** Reads one input, four neighbours along the inner axis at a time. */
export class InputReader {
  readonly mode: AccessMode;
  /** Address of the next element. */
  readonly pointer: Local;
  /** Strided: bytes between neighbours. */
  readonly stride: Local | undefined;
  /** Broadcast: the element in all lanes, as {@link loadRow} found it. */
  readonly row: Local | undefined;
  readonly #body: FunctionBuilder;
  /** Strided: distances of lanes 1 to 3 from lane 0, in bytes. */
  readonly #lanes: readonly Local[];
  readonly #step: Local | undefined;

  constructor(body: FunctionBuilder, mode: AccessMode, stride: Local | undefined) {
    this.#body = body;
    this.mode = mode;
    this.stride = stride;
    this.pointer = body.local("i32");
    this.row = mode === "broadcast" ? body.local("v128") : undefined;
    this.#lanes = mode === "strided" ? [0, 1, 2].map(() => body.local("i32")) : [];
    this.#step = mode === "strided" ? body.local("i32") : undefined;
    if (this.#step !== undefined) body.op("i32.shl", stride!, 2).set(this.#step);
  }

  /** For a broadcast input: fetches the row's one element. */
  loadRow(): void {
    if (this.row !== undefined) this.#body.load("v128.load32_splat", this.pointer).set(this.row);
  }

  /** Prepares for full vectors. */
  useAllLanes(): void {
    this.#lanes.forEach((lane, i) => this.#body.op("i32.mul", this.stride!, i + 1).set(lane));
  }

  /**
   * Prepares for a last vector of `count` (1 to 3) elements. Strided lanes past it read element 0
   * again; contiguous ones read on, which is harmless: blocks have slack behind them.
   */
  useLanes(count: Local): void {
    this.#lanes.forEach((lane, i) => {
      const body = this.#body;
      body.op("i32.mul", this.stride!, i + 1).get(0);
      body
        .op("i32.gt_u", count, i + 1)
        .select()
        .set(lane);
    });
  }

  /** Pushes the next four elements, or those `vectors` vectors further (contiguous inputs only). */
  load(vectors = 0): void {
    const body = this.#body;
    if (this.mode === "contiguous") body.load("v128.load", this.pointer, 16 * vectors);
    else if (this.row !== undefined) body.get(this.row);
    else {
      body.scope(() => {
        const vector = body.local("v128");
        const address = body.local("i32");
        body.load("v128.load32_zero", this.pointer).set(vector);
        this.#lanes.forEach((lane, i) => {
          body.op("i32.add", this.pointer, lane).set(address);
          body.memoryLane("v128.load32_lane", i + 1, address, vector).set(vector);
        });
        body.get(vector);
      });
    }
  }

  /** Moves past `vectors` vectors. */
  advance(vectors = 1): void {
    if (this.mode === "contiguous")
      this.#body.op("i32.add", this.pointer, 16 * vectors).set(this.pointer);
    else if (this.#step !== undefined)
      this.#body.op("i32.add", this.pointer, this.#step).set(this.pointer);
  }
}
