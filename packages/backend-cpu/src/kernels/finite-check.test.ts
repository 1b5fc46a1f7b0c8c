import { expect, it } from "vitest";
import { ModuleBuilder } from "../wasm/module-builder.ts";
import { emitFiniteCheck, type FiniteCheckExports } from "./finite-check.ts";

const largest = 3.4028234663852886e38;

it("finds what is not finite at every place, and nothing else", () => {
  const module = new ModuleBuilder({ sharedMemory: false, fusedMultiplyAdd: false });
  emitFiniteCheck(module);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
  const compiled = new WebAssembly.Module(module.finish());
  const instance = new WebAssembly.Instance(compiled, { env: { memory } });
  const hasNonFinite = instance.exports["hasNonFinite"] as FiniteCheckExports["hasNonFinite"];
  const numbers = new Float32Array(memory.buffer);
  const finite = [0, -0, 1e-45, -largest, largest, 1];
  for (let length = 0; length < 70; length++) {
    // What lies beyond does not count.
    numbers.fill(NaN);
    for (let i = 0; i < length; i++) numbers[4 + i] = finite[i % finite.length]!;
    expect(hasNonFinite(16, 4 * length)).toBe(0);
    for (let at = 0; at < length; at++)
      for (const poison of [Infinity, -Infinity, NaN]) {
        const before = numbers[4 + at]!;
        numbers[4 + at] = poison;
        expect(hasNonFinite(16, 4 * length)).toBe(1);
        numbers[4 + at] = before;
      }
  }
});
