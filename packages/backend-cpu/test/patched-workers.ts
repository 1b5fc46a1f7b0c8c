/** A worker that a test may end. */
export interface CaughtWorker {
  readonly threadId: number;
  terminate(): unknown;
}

interface WorkerHost {
  Worker: new (source: string, options: object) => CaughtWorker;
}

/**
 * While `run` runs, new workers of Node are kept in the list given to it; `change` may alter what they
 * run.
 */
export async function catchingWorkers(
  run: (workers: CaughtWorker[]) => Promise<void>,
  change: (source: string) => string = (source) => source,
): Promise<void> {
  const host = process.getBuiltinModule("node:worker_threads") as unknown as WorkerHost;
  const Original = host.Worker;
  const workers: CaughtWorker[] = [];
  host.Worker = class extends Original {
    constructor(source: string, options: object) {
      super(change(source), options);
      workers.push(this);
    }
  };
  try {
    await run(workers);
  } finally {
    host.Worker = Original;
  }
}
