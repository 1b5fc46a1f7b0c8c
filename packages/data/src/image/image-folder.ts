import {
  ArgumentError,
  checkGiven,
  checkOptions,
  FormatError,
  type OptionKinds,
} from "@dl/backend";
import {
  type DecodedImage,
  type ImageChannels,
  type ImageDecoder,
  type ImageLimits,
  imageToArray,
} from "@dl/formats";
import { checkIndex, checkWhole } from "../check-range.ts";
import { checkFunction, checkIterable } from "../check-given.ts";
import { orderedClasses } from "../class-names.ts";
import type { AsyncDataset, ClassificationSample } from "../dataset.ts";

/** A file that is read when its sample is asked for. */
export interface ImageFile {
  /** With `/` between folders; the last folder names the class. */
  readonly path: string;
  readonly byteLength: number;
  /** All bytes of the file. */
  read(signal?: AbortSignal): Promise<Uint8Array>;
}

/** Size, channels and limits of {@link ImageFolder}. */
export interface ImageFolderOptions extends ImageLimits {
  /** Side of the images, or [height, width]; they are scaled until they cover it, and cut. */
  readonly size: number | readonly [height: number, width: number];
  /** Default 3: red, green, blue. */
  readonly channels?: ImageChannels;
  /** Most bytes a file may have. Default 64 MiB. */
  readonly maxByteLength?: number;
}

export const imageFolderKinds: OptionKinds<ImageFolderOptions> = {
  size: "number|list",
  channels: "number",
  maxByteLength: "number",
  maxPixelCount: "number",
};
/** Left by macOS in archives, by Synology beside images, and by Windows. */
const systemNames: ReadonlySet<string> = new Set([
  "__MACOSX",
  "@eaDir",
  "$RECYCLE.BIN",
  "System Volume Information",
  "Thumbs.db",
  "desktop.ini",
]);

/**
 * Images in folders that are named after their classes, read and decoded when asked for.
 *
 * Files that do not end in .png, .jpg or .jpeg are left out, and so are hidden files and folders:
 * those whose names begin with a dot, and what systems leave behind, such as `__MACOSX`. Classes are
 * numbered in the order of their names, or of their size where all names are numbers; files stand
 * in the order of their paths.
 *
 * Shape: inputs [channels, height, width] from 0 to 1; targets 0 to classes.length − 1.
 *
 * @throws {ArgumentError} if there is no image, or an option is out of range.
 * @example
 * const file = { path: "cats/1.png", byteLength: 90, read: async () => new Uint8Array(90) };
 * const decode = async () => ({ width: 1, height: 1, data: Uint8Array.of(255, 0, 0, 255) });
 * const images = new ImageFolder([file], decode, { size: 1 });
 * images.classes; // => ["cats"]
 * (await images.get(0)).inputs.data; // => [1, 0, 0]
 */
export class ImageFolder implements AsyncDataset {
  readonly length: number;
  /** Names of the classes, in the order of their numbers. */
  readonly classes: readonly string[];
  readonly #files: readonly ImageFile[];
  readonly #decode: ImageDecoder;
  readonly #size: readonly [height: number, width: number];
  readonly #options: ImageFolderOptions;

  constructor(files: Iterable<ImageFile>, decode: ImageDecoder, options: ImageFolderOptions) {
    const { size, maxByteLength = 1 } = checkOptions("ImageFolder", options, imageFolderKinds);
    checkFunction(decode, "decode", "ImageFolder");
    this.#size = typeof size === "object" ? size : [size, size];
    checkWhole(this.#size[0], 1, 2 ** 16, "height", "ImageFolder");
    checkWhole(this.#size[1], 1, 2 ** 16, "width", "ImageFolder");
    checkWhole(maxByteLength, 1, Infinity, "maxByteLength", "ImageFolder");
    checkIterable(files, "the files", "ImageFolder");
    const all = [...files];
    for (const file of all)
      checkGiven("ImageFolder", "a file", file, ["path", "byteLength", "read()"]);
    this.#files = all
      .filter(({ path }) => /\.(png|jpe?g)$/i.test(path) && !isHidden(path))
      .toSorted((a, b) => (a.path < b.path ? -1 : 1));
    if (this.#files.length === 0)
      throw new ArgumentError(
        "ImageFolder",
        `there is no image: received ${all.length} files, none ending in .png, .jpg or .jpeg that is not hidden.`,
        { received: all.length },
      );
    this.classes = orderedClasses(this.#files.map(({ path }) => classOf(path)));
    this.length = this.#files.length;
    this.#decode = decode;
    this.#options = options;
  }

  async get(index: number, signal?: AbortSignal): Promise<ClassificationSample> {
    checkIndex(index, this.length, "ImageFolder.get");
    const file = this.#files[index]!;
    const { size: _, channels = 3, maxByteLength = 2 ** 26, ...limits } = this.#options;
    if (file.byteLength > maxByteLength)
      throw new FormatError(
        "ImageFolder.get",
        `${file.path} is too large: ${file.byteLength} bytes, limit ${maxByteLength}. Raise maxByteLength if you trust it.`,
        { expected: maxByteLength, received: file.byteLength },
      );
    let image: DecodedImage;
    try {
      image = await this.#decode(await file.read(signal), limits);
    } catch (cause) {
      if (!(cause instanceof FormatError)) throw cause;
      const error = new FormatError("ImageFolder.get", `${file.path}: ${cause.message}`);
      error.cause = cause;
      throw error;
    }
    return {
      inputs: imageToArray(image, channels, this.#size),
      targets: this.classes.indexOf(classOf(file.path)),
    };
  }
}

/**
 * The files of a folder chosen in a page, `<input type="file" webkitdirectory>`, without hidden ones.
 *
 * @example
 * pageFiles([new File([Uint8Array.of(1, 2)], "one.png")])[0].byteLength; // => 2
 */
export function pageFiles(files: Iterable<File>): ImageFile[] {
  checkIterable(files, "the files", "pageFiles");
  const all = [...files];
  for (const file of all)
    checkGiven("pageFiles", "a file", file, ["name", "size", "arrayBuffer()"]);
  return all
    .map((file) => ({
      // The chosen folder itself may be a hidden one.
      path: (file.webkitRelativePath || file.name).replace(/^\.[^/]*\//, ""),
      byteLength: file.size,
      read: async () => new Uint8Array(await file.arrayBuffer()),
    }))
    .filter(({ path }) => !isHidden(path));
}

/** Whether a file or a folder above it is hidden, or made by a system beside the user's own files. */
function isHidden(path: string): boolean {
  return path.split("/").some((name) => name.startsWith(".") || systemNames.has(name));
}

function classOf(path: string): string {
  return path.split("/").at(-2) ?? "";
}
