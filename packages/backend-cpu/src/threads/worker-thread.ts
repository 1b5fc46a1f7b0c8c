import { workerSource } from "./worker-source.ts";

/** A compiled module and the functions of it that get numbers, in their order. */
export interface PostedModule {
  readonly module: WebAssembly.Module;
  readonly names: readonly string[];
}

interface WorkerMessage {
  /** In the first message only. */
  readonly memory?: WebAssembly.Memory;
  readonly modules: readonly PostedModule[];
}

/** A worker of Node or of a browser. */
export interface WorkerThread {
  post(message: WorkerMessage): void;
  /** Settles when it no longer touches memory. */
  terminate(): Promise<void>;
}

export interface WorkerEvents {
  ready(): void;
  /** It ended, or can no longer be used; `byItself` where an error of its own ended it. */
  ended(reason: string, byItself: boolean): void;
}

interface NodeWorker {
  on(event: string, listener: (value: unknown) => void): void;
  postMessage(message: WorkerMessage): void;
  terminate(): Promise<number>;
  unref(): void;
}

interface NodeBuiltins {
  "node:worker_threads": {
    Worker: new (source: string, options: { eval: true; execArgv: string[] }) => NodeWorker;
  };
  "node:os": { availableParallelism(): number };
}

interface NodeProcess {
  getBuiltinModule?<Name extends keyof NodeBuiltins>(name: Name): NodeBuiltins[Name] | undefined;
}

const host = globalThis as {
  readonly process?: NodeProcess;
  readonly crossOriginIsolated?: boolean;
  readonly navigator?: { readonly hardwareConcurrency?: number };
};

const nodeBuiltin = <Name extends keyof NodeBuiltins>(name: Name): NodeBuiltins[Name] | undefined =>
  host.process?.getBuiltinModule?.(name);

/** Why there can be only one thread here; undefined where there can be more. */
export function whyNoThreads(): string | undefined {
  if (typeof SharedArrayBuffer === "undefined" || host.crossOriginIsolated === false)
    return "no COOP/COEP";
  if (nodeBuiltin("node:worker_threads") === undefined && typeof Worker === "undefined")
    return "no workers";
  return undefined;
}

/** Threads that run at the same time on this machine. */
export function hardwareThreads(): number {
  return nodeBuiltin("node:os")?.availableParallelism() ?? host.navigator?.hardwareConcurrency ?? 1;
}

/** Starts a worker that runs {@link workerSource}; it does not keep a process alive. */
export function startWorker(events: WorkerEvents): WorkerThread {
  const node = nodeBuiltin("node:worker_threads");
  return node === undefined ? startWebWorker(events) : startNodeWorker(node.Worker, events);
}

function startNodeWorker(
  NodeWorkerClass: NodeBuiltins["node:worker_threads"]["Worker"],
  events: WorkerEvents,
): WorkerThread {
  // Loaders and other flags of the process are no business of the worker's.
  const worker = new NodeWorkerClass(workerSource(), { eval: true, execArgv: [] });
  let failure: string | undefined;
  worker.on("message", () => events.ready());
  worker.on("error", (error) => (failure = String(error)));
  worker.on("exit", (code) =>
    events.ended(failure ?? `exit code ${String(code)}`, failure !== undefined),
  );
  worker.unref();
  return {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin
    post: (message) => worker.postMessage(message),
    terminate: async () => {
      await worker.terminate();
    },
  };
}

/** Browsers stop a worker soon after `terminate`, but do not say when. */
const webTerminationMs = 50;

function startWebWorker(events: WorkerEvents): WorkerThread {
  const url = URL.createObjectURL(new Blob([workerSource()], { type: "text/javascript" }));
  const worker = new Worker(url, { name: "@dl/backend-cpu" });
  worker.addEventListener("message", () => {
    URL.revokeObjectURL(url);
    events.ready();
  });
  worker.addEventListener("error", (event) => {
    event.preventDefault(); // reported by us
    worker.terminate();
    events.ended(event.message || "it could not be loaded", true);
  });
  return {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin
    post: (message) => worker.postMessage(message),
    terminate: async () => {
      worker.terminate();
      await new Promise((resolve) => setTimeout(resolve, webTerminationMs));
    },
  };
}
