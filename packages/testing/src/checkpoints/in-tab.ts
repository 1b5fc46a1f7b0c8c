import { cpu } from "@dl/backend-cpu";
import { configure } from "@dl/tensor";
import { CheckpointStore, keepCheckpoints, resume } from "@dl/training";
import { stateDigest } from "./state-digest.ts";
import { trainings } from "./trainings.ts";

/** What a tab that lived to the end of a training tells. */
export interface TabReport {
  readonly from: number;
  readonly digest: string;
  /** What was said of damage. */
  readonly warnings: readonly string[];
}

/**
 * Trains the VAE in this page, resumed from a folder of the page's own file system where there is one, and keeps
 * every step in it. Told where it begins.
 */
export async function trainInTab(
  folder: string | undefined,
  told: (from: number) => void = () => {},
): Promise<TabReport> {
  configure({ backend: await cpu({ threads: 1 }) });
  const warnings: string[] = [];
  const warn = (message: string): void => void warnings.push(message);
  const epochs = 8;
  if (folder === undefined) {
    const whole = trainings.vae({ epochs });
    await whole.fit();
    return { from: 0, digest: await stateDigest(whole.stateDict()), warnings };
  }
  const root = await navigator.storage.getDirectory();
  const place = await root.getDirectoryHandle(folder, { create: true });
  const store = new CheckpointStore(place, { warn });
  const trainer = trainings.vae({ epochs, callbacks: [keepCheckpoints(store, { everySteps: 1 })] });
  const from = (await resume(trainer, store, { warn }))?.state.step ?? 0;
  told(from);
  await trainer.fit();
  return { from, digest: await stateDigest(trainer.stateDict()), warnings };
}
