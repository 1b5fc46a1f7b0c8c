export type { WebgpuAdapterInfo, WebgpuOptions } from "./adapter.ts";
export type { ProgramTiming } from "./profiler.ts";
export { webgpu } from "./webgpu-backend.ts";
export type { WebgpuBackend, WebgpuCounters } from "./webgpu-backend.ts";
