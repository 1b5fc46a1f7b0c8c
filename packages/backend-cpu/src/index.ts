export { cpu } from "./cpu-backend.ts";
export type { CpuOptions } from "./cpu-backend.ts";
