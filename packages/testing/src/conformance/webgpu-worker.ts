import { foundIndexFaults } from "./index-faults.ts";
import { recordsIn } from "./part.ts";
import { Suite } from "./suite.ts";
import { inWorker, webgpuAdapter } from "./webgpu-adapter.ts";

/** Compares the worker's share of the operations and posts the misses. */
const backend = await webgpuAdapter.create();
const suite = await Suite.of(webgpuAdapter, backend);
const indexFaults = await foundIndexFaults(backend);
const misses: string[] = [];
for (const record of recordsIn(inWorker))
  for (const miss of await suite.run(record)) misses.push(`${record.name}: ${miss}`);
await backend.dispose();
postMessage({
  isIsolated: crossOriginIsolated,
  operations: suite.count,
  indexFaults,
  misses,
  unused: suite.unused(),
});
