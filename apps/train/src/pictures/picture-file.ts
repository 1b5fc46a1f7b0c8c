import { encodePng, type HostArray } from "@dl/data";
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { UsageError } from "../usage-error.ts";

/**
 * Writes a picture [channels, height, width] to a file as PNG.
 *
 * @throws {UsageError} if the file cannot be written.
 */
export async function writePicture(file: string, picture: HostArray): Promise<void> {
  const path = resolve(process.env["INIT_CWD"] ?? process.cwd(), file);
  try {
    await writeFile(path, await encodePng(picture));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(
      `--samples: cannot write "${file}": ${why}. Give a file in a folder that exists and has room.`,
    );
  }
}
