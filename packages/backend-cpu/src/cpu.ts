import type { ProfiledBackend } from "@dl/backend";
import { cpuWith, type CpuOptions } from "./cpu-backend.ts";
import {
  convolutionKernels,
  deepKernels,
  denseKernels,
  functionKernels,
  indexKernels,
  momentKernels,
  systemBlas,
  workerThreads,
  type CpuParts,
} from "./cpu-parts.ts";

/**
 * A backend on WebAssembly SIMD, in Node and in browsers. It uses the threads there are once work is
 * large enough to gain from them; `info` says whether it does, or why not.
 *
 * @throws {ArgumentError} for a maxMemoryBytes that is not a positive number.
 * @example
 * const backend = await cpu();
 * await tensor([1, 2], { backend }).sum().item(); // => 3
 * await backend.dispose();
 */
export function cpu(options: CpuOptions = {}): Promise<ProfiledBackend> {
  // Leaving a part out does not compile.
  const everything: Required<CpuParts> = {
    ...denseKernels,
    ...deepKernels,
    ...indexKernels,
    ...convolutionKernels,
    ...functionKernels,
    ...momentKernels,
    ...workerThreads,
    ...systemBlas,
  };
  return cpuWith([everything], options);
}
