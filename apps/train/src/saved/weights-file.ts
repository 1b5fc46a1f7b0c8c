import { openSafetensors, type FileSource } from "@dl/formats";
import { loadModel, saveModel } from "@dl/training";
import { modelNames, type ModelName } from "../names.ts";
import { UsageError } from "../usage-error.ts";
import { userPath } from "../user-path.ts";
import type { PictureShape, PictureShapes, Trained } from "./trained.ts";

/** What a file of weights says of itself. */
export interface WeightsNote extends PictureShapes {
  readonly model: ModelName;
}

const keys = { model: "dl.model", shape: "dl.shape", from: "dl.from" };

/** Writes the networks to a safetensors file, with what they are. @throws {UsageError} if it cannot be written. */
export async function exportWeights(
  file: string,
  { module }: Trained,
  { model, shape, from }: WeightsNote,
): Promise<void> {
  const metadata = {
    [keys.model]: model,
    [keys.shape]: shape.join(" "),
    ...(from && { [keys.from]: from.join(" ") }),
  };
  await saveModel(module, userPath(file), { metadata }).catch((error: unknown) => {
    throw new UsageError(
      `--export: cannot write "${file}": ${error instanceof Error ? error.message : String(error)}.`,
    );
  });
}

/** What the file says of itself; `undefined` for one that another program wrote. */
export async function weightsNote(file: string): Promise<WeightsNote | undefined> {
  if (/\.pth?$/.test(file)) return undefined;
  const opened = await openSafetensors(sourceOf(file));
  await opened.close();
  const model = modelNames.find((name) => name === opened.metadata[keys.model]);
  const [shape, from] = [shapeOf(opened.metadata[keys.shape]), shapeOf(opened.metadata[keys.from])];
  if (model === undefined || shape === undefined) return undefined;
  return { model, shape, ...(from && { from }) };
}

/** Takes over the weights of a file, by its own names or PyTorch's. */
export async function loadWeights(file: string, { module, follows }: Trained): Promise<void> {
  await loadModel(module, sourceOf(file));
  follows?.loadStateDict(module.stateDict());
}

const sourceOf = (file: string): FileSource =>
  /^https?:/.test(file) ? new URL(file) : userPath(file);

function shapeOf(text: string | undefined): PictureShape | undefined {
  const sizes = text?.split(" ").map(Number) ?? [];
  const [channels, height, width] = sizes;
  const isShape =
    sizes.length === 3 &&
    sizes.every((size) => Number.isInteger(size) && size >= 1 && size <= 4096);
  return isShape ? [channels!, height!, width!] : undefined;
}
