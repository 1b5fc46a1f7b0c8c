import { InternalError, type Binding, type BufferHandle, type DType } from "@dl/backend";
import type { CpuDevice } from "./cpu-device.ts";
import { argumentsWords } from "./memory/memory-map.ts";

/**
 * Writes a kernel's argument words: addresses of the inputs it reads, of its outputs, its
 * parameters, then sizes and strides, which never change and are kept ready.
 */
export class ArgumentsWriter {
  readonly #device: CpuDevice;
  readonly #inputSlots: readonly number[];
  readonly #outputCount: number;
  readonly #floatParameters: readonly boolean[];
  readonly #geometry: Int32Array;

  constructor(
    device: CpuDevice,
    inputSlots: readonly number[],
    outputCount: number,
    parameters: readonly DType[],
    geometry: readonly number[],
  ) {
    this.#device = device;
    this.#inputSlots = inputSlots;
    this.#outputCount = outputCount;
    this.#floatParameters = parameters.map((dtype) => dtype === "float32");
    this.#geometry = Int32Array.from(geometry);
    const count = inputSlots.length + outputCount + parameters.length + geometry.length;
    if (count > argumentsWords)
      throw new InternalError(
        "cpu",
        `a program needs ${count} argument words, limit ${argumentsWords}.`,
      );
  }

  write(
    inputs: readonly Binding[],
    outputs: readonly BufferHandle[],
    scalars: readonly number[],
  ): void {
    const device = this.#device;
    const { i32, f32 } = device.memory;
    let word = device.argumentsStart;
    const slots = this.#inputSlots;
    for (let i = 0; i < slots.length; i++) i32[word++] = device.bindingAddress(inputs[slots[i]!]!);
    for (let i = 0; i < this.#outputCount; i++) i32[word++] = device.address(outputs[i]!);
    const isFloat = this.#floatParameters;
    for (let i = 0; i < isFloat.length; i++)
      if (isFloat[i]) f32[word++] = scalars[i]!;
      else i32[word++] = scalars[i]!;
    const geometry = this.#geometry;
    for (let i = 0; i < geometry.length; i++) i32[word + i] = geometry[i]!;
  }
}
