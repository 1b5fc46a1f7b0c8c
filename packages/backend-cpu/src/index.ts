export { cpu } from "./cpu.ts";
export { cpuWith } from "./cpu-backend.ts";
export type { CpuOptions } from "./cpu-backend.ts";
export {
  convolutionKernels,
  deepKernels,
  functionKernels,
  indexKernels,
  momentKernels,
  systemBlas,
  workerThreads,
} from "./cpu-parts.ts";
export type { CpuParts } from "./cpu-parts.ts";
