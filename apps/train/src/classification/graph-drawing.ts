import { graphOf, toDot } from "@dl/autograd";
import { DataLoader, type Dataset } from "@dl/data";
import { crossEntropy, type Sequential } from "@dl/nn";
import { instance } from "@viz-js/viz";
import { writeFile } from "node:fs/promises";
import { UsageError } from "../usage-error.ts";

/**
 * Draws the computation graph of one step, parameters by their names, to a file as SVG.
 *
 * @throws {UsageError} if the file cannot be written.
 */
export async function drawGraph(file: string, model: Sequential, dataset: Dataset): Promise<void> {
  const [batch] = new DataLoader(dataset, { batchSize: 1 });
  const loss = crossEntropy(model.forward(batch!.inputs), batch!.targets);
  const dot = toDot(graphOf(loss, model.namedParameters()));
  const svg = (await instance()).renderString(dot, { format: "svg" });
  try {
    await writeFile(file, svg);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(
      `--graph: cannot write "${file}": ${why}. Give a file in a folder that exists and has room.`,
    );
  }
}
