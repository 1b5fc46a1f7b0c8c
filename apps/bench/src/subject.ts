import type { Backend } from "@dl/backend";
import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import { webgpu, type WebgpuBackend } from "@dl/backend-webgpu";
import { collectGarbage, configure } from "@dl/tensor";
import type { BenchCase, Work } from "./cases/bench-case.ts";
import { trainToAccuracy } from "./cases/mnist-accuracy.ts";
import { caseById } from "./cases/suites.ts";
import { checkCase, type CheckResult } from "./check.ts";
import type { AdapterName, GpuCalls } from "./gpu-calls.ts";

/** A block of steps, as every process is asked for it, one JSON line each. */
export interface BlockRequest {
  readonly case: string;
  readonly kind: string;
  readonly params: Readonly<Record<string, number>>;
  readonly threads: number;
  readonly steps: number;
  /** Compare with the reference, and time nothing; ours only. */
  readonly check?: boolean;
  /** Numbers to start from, for a peer's check: its results are wanted, not its times. */
  readonly given?: readonly string[];
  /** Where MNIST lies, for training to an accuracy. */
  readonly folder?: string;
  /** Longer than usual. */
  readonly timeoutMs?: number;
}

export interface BlockAnswer {
  readonly ns: readonly number[];
  readonly loss?: number | null;
  readonly peakBytes?: number;
  readonly check?: CheckResult;
  /** What a peer's check gave. */
  readonly results?: readonly string[];
  readonly trained?: { readonly steps: number; readonly accuracy: number };
  /** Totals before and after the steps. */
  readonly gpu?: readonly [GpuCalls, GpuCalls];
  /** Why there are no times. */
  readonly error?: string;
}

export interface Identity extends AdapterName {
  readonly lib: string;
  readonly version: string;
  readonly backend: string;
  /** What the library's threads are; a peer that can be told is asked for each of these. */
  readonly threads: readonly number[];
  readonly dtype: string;
  readonly notes?: string;
}

/** Something that runs blocks: our library here or in a process, or another one. */
export interface Subject {
  readonly identity: Identity;
  block(request: BlockRequest): Promise<BlockAnswer>;
  stop(): Promise<void>;
}

export const backendNames = [
  "cpu",
  "cpu-deterministic",
  "cpu-blas",
  "reference",
  "webgpu",
] as const;
export type BackendName = (typeof backendNames)[number];

/**
 * Our library in this process or page. `watch` reads the counters of the GPU's calls.
 *
 * @throws if the backend cannot be had here.
 */
export async function openLocal(
  name: BackendName,
  watch: () => GpuCalls | undefined = () => undefined,
): Promise<Subject> {
  const backend = await makeBackend(name);
  configure({ backend });
  let ready: { readonly key: string; readonly work: Work } | undefined;
  const workFor = (request: BlockRequest): Work => {
    const key = request.case + JSON.stringify(request.params);
    if (ready?.key !== key)
      ready = {
        key,
        work: knownCase(request).build({ backend, dtype: "float32" }, request.params),
      };
    return ready.work;
  };
  return {
    identity: {
      lib: "dl",
      version: "0.0.0",
      backend: name,
      threads: [backend.capabilities.threads],
      dtype: "float32",
      notes: backend.info,
      ...adapterOf(backend),
    },
    async block(request) {
      if (request.check === true)
        return { ns: [], check: await checkCase(knownCase(request), backend) };
      if (request.folder !== undefined) return trainInBlock(backend, request, request.folder);
      const work = workFor(request);
      await collectGarbage();
      const ns: number[] = [];
      let loss: number | undefined;
      const before = watch();
      for (let i = 0; i < request.steps; i++) {
        const started = performance.now();
        loss = await work.step();
        ns.push(Math.round((performance.now() - started) * 1e6));
      }
      const after = watch();
      const peakBytes = peakResidentBytes();
      return {
        ns,
        ...(peakBytes !== undefined && { peakBytes }),
        ...(loss !== undefined && { loss }),
        ...(before && after && { gpu: [before, after] }),
      };
    },
    stop: () => backend.dispose(),
  };
}

async function trainInBlock(
  backend: Backend,
  { params }: BlockRequest,
  folder: string,
): Promise<BlockAnswer> {
  const { ns, ...trained } = await trainToAccuracy(backend, folder, params as never);
  const peakBytes = peakResidentBytes();
  return { ns: [ns], trained, ...(peakBytes !== undefined && { peakBytes }) };
}

function knownCase(request: BlockRequest): BenchCase {
  const bench = caseById(request.case);
  if (bench === undefined) throw new Error(`unknown case ${request.case}`);
  return bench;
}

/** Of the whole process; a page cannot know. */
function peakResidentBytes(): number | undefined {
  return typeof process === "undefined" ? undefined : process.resourceUsage().maxRSS * 1024;
}

function adapterOf(backend: Backend): AdapterName {
  if (!("adapterInfo" in backend)) return {};
  const { vendor, architecture, description, isFallback } = (backend as WebgpuBackend).adapterInfo;
  const words = [vendor, architecture, description].filter((word) => word !== "");
  return { adapter: words.join(" ") || "unnamed", isFallback };
}

async function makeBackend(name: BackendName): Promise<Backend> {
  switch (name) {
    case "cpu":
      return cpu();
    case "cpu-deterministic":
      return cpu({ deterministic: true });
    case "cpu-blas":
      return cpu({ blas: "auto" });
    case "reference":
      return reference();
    case "webgpu":
      return webgpu({ powerPreference: "high-performance" });
  }
}
