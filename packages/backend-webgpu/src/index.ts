export type { WebgpuAdapterInfo, WebgpuOptions } from "./adapter.ts";
export { webgpu } from "./webgpu-backend.ts";
export type { WebgpuBackend, WebgpuCounters } from "./webgpu-backend.ts";
