import { type HostArray } from "@dl/data";
import { encodePng } from "@dl/formats";
import { open, writeFile } from "node:fs/promises";
import { UsageError } from "../usage-error.ts";
import { userPath } from "../user-path.ts";

/**
 * Makes sure, before anything is learnt, that the file can be written.
 *
 * @throws {UsageError} if it cannot.
 */
export async function checkWritable(file: string): Promise<void> {
  await orRefuse(file, async (path) => (await open(path, "a")).close());
}

/**
 * Writes a picture [channels, height, width] to a file as PNG.
 *
 * @throws {UsageError} if the file cannot be written.
 */
export async function writePicture(file: string, picture: HostArray): Promise<void> {
  const bytes = await encodePng(picture);
  await orRefuse(file, (path) => writeFile(path, bytes));
}

async function orRefuse(file: string, use: (path: string) => Promise<void>): Promise<void> {
  try {
    await use(userPath(file));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(
      `--samples: cannot write "${file}": ${why}. Give a file in a folder that exists and has room.`,
    );
  }
}
