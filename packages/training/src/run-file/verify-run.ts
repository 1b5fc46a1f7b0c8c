import { ArgumentError, checkOptions } from "@dl/backend";
import type { Callback } from "../callback.ts";
import type { Trainer } from "../trainer.ts";
import { digestsOf, type RunFile, type StepDigests } from "./run-file.ts";

/** What came of repeating a run. */
export interface Verification {
  /** Whether every checksum that was compared agreed. */
  readonly agrees: boolean;
  /** Steps whose checksums were compared. */
  readonly compared: number;
  /** The first step that differs, and its parts that do. */
  readonly difference?: { readonly step: number; readonly parts: readonly string[] };
}

/** Where a repetition begins. */
export interface VerifyRunOptions {
  /** Number of the checkpoint to begin at, from 0, the beginning of the run. Default 0. */
  readonly from?: number;
}

/**
 * Repeats a run from one of its checkpoints and compares the checksums of its state: the first step that differs
 * is named, with the tensors that do. Bits agree on the backend that the run was made on.
 *
 * `make` gives the trainer of the run, made the same way, with the callback that it is given in the place where
 * the recorder stood.
 *
 * @throws {ArgumentError} if there is no such checkpoint, or the trainer is made differently.
 * @example
 * const data = [{ inputs, targets }];
 * const make = (watch) => {
 *   const network = new Linear(4, 3, { generator: new Generator(1) });
 *   const own = new SGD(network.parameters(), { learningRate: 0.1 });
 *   const step = supervised(network, { loss: crossEntropy, optimizer: own });
 *   return new Trainer(step, { data, epochs: 2, callbacks: [watch] });
 * };
 * const recorder = recordRun({ program: "an example" });
 * await make(recorder).fit();
 * (await verifyRun(await openRun(await recorder.blob()), make)).agrees; // => true
 */
export async function verifyRun<Batch>(
  run: RunFile,
  make: (watch: Callback) => Trainer<Batch>,
  options: VerifyRunOptions = {},
): Promise<Verification> {
  const { from = 0 } = checkOptions("verifyRun", options, { from: "number" });
  const begin = run.checkpoints[from];
  if (begin === undefined)
    throw new ArgumentError(
      "verifyRun",
      `there is no checkpoint ${from}: the run has ${run.checkpoints.length}, from 0 on.`,
      { expected: run.checkpoints.length, received: from },
    );
  const comparison = compareRun(run, begin.step);
  const trainer = make(comparison.callback);
  trainer.loadStateDict(begin);
  await trainer.fit();
  return comparison.result();
}

/**
 * What compares a training with a run while it goes on, and stops it where it differs.
 *
 * @example
 * const run = { description: { program: "" }, backend: "cpu", history: [], steps: [], checkpoints: [] };
 * compareRun(run, 0).result(); // => { agrees: true, compared: 0 }
 */
export function compareRun(
  run: RunFile,
  fromStep: number,
): { readonly callback: Callback; result(): Verification } {
  const expected = new Map(
    run.steps.filter(({ step }) => step > fromStep).map(({ step, digests }) => [step, digests]),
  );
  let compared = 0;
  let difference: Verification["difference"];
  const callback: Callback = {
    async afterStep({ step }, training) {
      const known = expected.get(step);
      if (known === undefined || difference !== undefined) return;
      compared++;
      const parts = differing(known, await digestsOf("verifyRun", training.stateDict()));
      if (parts.length === 0) return;
      difference = { step, parts };
      training.stop();
    },
    stateDict: (): readonly StepDigests[] => [],
    loadStateDict() {},
  };
  return {
    callback,
    result: () => ({
      agrees: difference === undefined,
      compared,
      ...(difference && { difference }),
    }),
  };
}

function differing(known: StepDigests["digests"], found: StepDigests["digests"]): string[] {
  const names = new Set([...Object.keys(known), ...Object.keys(found)]);
  return [...names].filter((name) => known[name] !== found[name]);
}
