import { opRecords } from "../op-samples/records.ts";
import { Suite } from "./suite.ts";
import { webgpuAdapter } from "./webgpu-adapter.ts";

/** Compares every operation on contiguous inputs and posts the misses. */
const backend = await webgpuAdapter.create();
const suite = new Suite(webgpuAdapter, backend, ["contiguous"]);
const misses: string[] = [];
for (const record of opRecords)
  for (const miss of await suite.run(record)) misses.push(`${record.name}: ${miss}`);
await backend.dispose();
postMessage({ isIsolated: crossOriginIsolated, operations: suite.count, misses });
