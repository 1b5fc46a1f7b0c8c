import { checkpointBlob, type TrainerState } from "@dl/training";

/** A digest of all of a training's state but how long its epochs took, and what watches it. */
export async function stateDigest(state: TrainerState): Promise<string> {
  const history = state.history.map((epoch) => ({ ...epoch, seconds: 0 }));
  const blob = await checkpointBlob({ ...state, history, callbacks: [] });
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
