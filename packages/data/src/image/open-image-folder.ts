import { ArgumentError, checkOptions, describeValue } from "@dl/backend";
import { decodeImage } from "@dl/formats/node";
import {
  type ImageFile,
  ImageFolder,
  imageFolderKinds,
  type ImageFolderOptions,
} from "./image-folder.ts";

/**
 * Images on disk, in folders that are named after their classes: `cats/1.png`, `dogs/7.jpg`.
 *
 * Links are not followed, so nothing outside the folder is read; hidden files and folders in it are
 * left out, as by {@link ImageFolder}.
 *
 * @throws {ArgumentError} if there is no image below the folder, or an option is out of range.
 * @example
 * import { openImageFolder } from "@dl/data/node";
 * await openImageFolder("no such folder", { size: 32 }); // throws
 */
export async function openImageFolder(
  folder: string,
  options: ImageFolderOptions,
): Promise<ImageFolder> {
  if (typeof folder !== "string")
    throw new ArgumentError(
      "openImageFolder",
      `the folder must be a path: received ${describeValue(folder)}.`,
      {
        received: folder,
      },
    );
  checkOptions("openImageFolder", options, imageFolderKinds);
  const { readdir, readFile, stat } = await import("node:fs/promises");
  const { join, relative, sep } = await import("node:path");
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry): Promise<ImageFile> => {
        const place = join(entry.parentPath, entry.name);
        const path = relative(folder, place).split(sep).join("/");
        return {
          path,
          byteLength: (await stat(place)).size,
          read: (signal) => readFile(place, { signal }),
        };
      }),
  );
  return new ImageFolder(files, decodeImage, options);
}
