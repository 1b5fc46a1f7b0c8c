import type { FunctionBuilder, Local } from "./wasm/function-builder.ts";

/**
 * Reads a kernel's arguments, 32-bit words in linear memory, in the order they were written.
 *
 * Arguments go through memory and not through parameters, so that every kernel has one signature,
 * whatever it reads, and a thread can be handed its work as one address.
 */
export class ArgumentReader {
  readonly #body: FunctionBuilder;
  readonly #address: Local;
  #word = 0;

  constructor(body: FunctionBuilder, address: Local) {
    this.#body = body;
    this.#address = address;
  }

  /** The next word as an integer. */
  integer(): Local {
    const local = this.#body.local("i32");
    this.#body.load("i32.load", this.#address, 4 * this.#word++).set(local);
    return local;
  }

  integers(count: number): Local[] {
    return Array.from({ length: count }, () => this.integer());
  }

  /** The next word in all four lanes. */
  splat(): Local {
    const local = this.#body.local("v128");
    this.#body.load("v128.load32_splat", this.#address, 4 * this.#word++).set(local);
    return local;
  }
}
