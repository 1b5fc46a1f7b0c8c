import { watchGpuCalls } from "./gpu-calls.ts";
import { openLocal, type BackendName, type BlockRequest, type Subject } from "./subject.ts";

/** What a page offers to `chromium.ts`; peers' pages offer the same. */
export interface BenchPage {
  open(backend: string): Promise<Subject["identity"]>;
  block: Subject["block"];
}

// The entry of our page: the device is made later, so its calls are counted.
const calls = watchGpuCalls();
let subject: Subject;
const bench: BenchPage = {
  async open(backend) {
    subject = await openLocal(backend as BackendName, calls.totals);
    return subject.identity;
  },
  block: (request: BlockRequest) => subject.block(request),
};
Object.assign(globalThis, { bench });
