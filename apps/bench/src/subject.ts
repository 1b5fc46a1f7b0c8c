import type { Backend } from "@dl/backend";
import { cpu } from "@dl/backend-cpu";
import { reference } from "@dl/backend-reference";
import { collectGarbage, configure } from "@dl/tensor";
import type { BenchCase, Work } from "./cases/bench-case.ts";
import { caseById } from "./cases/suites.ts";
import { checkCase, type CheckResult } from "./check.ts";

/** A block of steps, as every process is asked for it, one JSON line each. */
export interface BlockRequest {
  readonly case: string;
  readonly kind: string;
  readonly params: Readonly<Record<string, number>>;
  readonly threads: number;
  readonly steps: number;
  /** Compare with the reference first; ours only. */
  readonly check?: boolean;
}

export interface BlockAnswer {
  readonly ns: readonly number[];
  readonly loss?: number | null;
  readonly peakBytes?: number;
  readonly check?: CheckResult;
  /** Why there are no times. */
  readonly error?: string;
}

export interface Identity {
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

export const backendNames = ["cpu", "cpu-deterministic", "reference", "webgpu"] as const;
export type BackendName = (typeof backendNames)[number];

/** Our library in this process. @throws if the backend cannot be had here. */
export async function openLocal(name: BackendName): Promise<Subject> {
  const backend = await makeBackend(name);
  configure({ backend });
  let ready: { readonly key: string; readonly bench: BenchCase; readonly work: Work } | undefined;
  const workFor = (request: BlockRequest): Work => {
    const key = request.case + JSON.stringify(request.params);
    if (ready?.key !== key) {
      const bench = caseById(request.case);
      if (bench === undefined) throw new Error(`unknown case ${request.case}`);
      const work = bench.build({ backend, dtype: "float32" }, request.params);
      ready = { key, bench, work };
    }
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
    },
    async block(request) {
      const bench = caseById(request.case);
      if (bench === undefined) return { ns: [], error: `unknown case ${request.case}` };
      const check = request.check === true ? await checkCase(bench, backend) : undefined;
      if (check?.ok === false)
        return { ns: [], check, error: `wrong answer: off by ${check.maxRel.toExponential(1)}` };
      const work = workFor(request);
      await collectGarbage();
      const ns: number[] = [];
      let loss: number | undefined;
      for (let i = 0; i < request.steps; i++) {
        const started = performance.now();
        loss = await work.step();
        ns.push(Math.round((performance.now() - started) * 1e6));
      }
      return {
        ns,
        peakBytes: process.resourceUsage().maxRSS * 1024,
        ...(loss !== undefined && { loss }),
        ...(check !== undefined && { check }),
      };
    },
    stop: () => backend.dispose(),
  };
}

async function makeBackend(name: BackendName): Promise<Backend> {
  switch (name) {
    case "cpu":
      return cpu({ threads: "auto" });
    case "cpu-deterministic":
      return cpu({ deterministic: true, threads: "auto" });
    case "reference":
      return reference();
    case "webgpu":
      throw new Error("webgpu runs in a page, and this harness has no page host yet");
  }
}
