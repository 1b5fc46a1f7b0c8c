import { createHash } from "node:crypto";
import { checkpointBlob, type TrainerState } from "@dl/training";

/** A digest of all of a training's state but how long its epochs took, and what watches it. */
export async function stateDigest(state: TrainerState): Promise<string> {
  const history = state.history.map((epoch) => ({ ...epoch, seconds: 0 }));
  const blob = await checkpointBlob({ ...state, history, callbacks: [] });
  return createHash("sha256")
    .update(new Uint8Array(await blob.arrayBuffer()))
    .digest("hex");
}
