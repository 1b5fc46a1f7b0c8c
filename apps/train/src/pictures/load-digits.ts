import { loadMnist, type Dataset } from "@dl/data";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { drawnDigits, type Digits } from "./drawn-digits.ts";
import type { TrainOptions } from "../options.ts";
import { UsageError } from "../usage-error.ts";
import { userPath } from "../user-path.ts";

/** Height and width that the networks read. */
const imageSize = 28;
/** Drawn digits per epoch. */
const drawnCount = 40_000;

/** Digits with their classes. @throws {UsageError | FormatError} if the folder or a file is not what it should be. */
export async function loadDigits({ data, examples, seed }: TrainOptions): Promise<Digits> {
  if (data === undefined || data === "digits") return drawnDigits(examples ?? drawnCount, seed);
  if (data === "faces")
    throw new UsageError(
      "--data faces: faces have no classes to read. Take --model autoencoder, vae, vae-conv or vq-vae, or other data.",
    );
  return loadMnistFolder(await findFolder(data), data);
}

/**
 * The folder that the user means.
 *
 * @throws {UsageError} if it is not there, or no folder.
 */
export async function findFolder(data: string): Promise<string> {
  const folder = userPath(data);
  const found = await stat(folder).catch(() => undefined);
  if (found === undefined)
    throw new UsageError(`--data: there is no folder ${folder}. Name one with MNIST's four files.`);
  if (!found.isDirectory())
    throw new UsageError(
      `--data: ${folder} is not a folder. Name the one with MNIST's four files.`,
    );
  return folder;
}

/** MNIST's four files, or others like them. @throws {UsageError | FormatError} if one is not what it should be. */
export async function loadMnistFolder(folder: string, name: string): Promise<Digits> {
  return {
    name,
    train: await loadPart(folder, "train"),
    test: await loadPart(folder, "t10k"),
  };
}

async function loadPart(folder: string, part: "train" | "t10k"): Promise<Dataset> {
  const images = await readEither(folder, `${part}-images-idx3-ubyte`);
  const labels = await readEither(folder, `${part}-labels-idx1-ubyte`);
  const dataset = await loadMnist({ images, labels }).catch((error: unknown) => {
    if (error instanceof Error) error.message = `${part} files in ${folder}: ${error.message}`;
    throw error;
  });
  if (dataset.length === 0)
    throw new UsageError(`--data: the ${part} files in ${folder} hold no images.`);
  const { shape } = dataset.get(0).inputs;
  if (shape[1] !== imageSize || shape[2] !== imageSize)
    throw new UsageError(
      `--data: the ${part} images in ${folder} are ${shape[1]!}x${shape[2]!}, but these networks read ${imageSize}x${imageSize}.`,
    );
  return dataset;
}

async function readEither(folder: string, name: string): Promise<Uint8Array> {
  for (const file of [name, `${name}.gz`]) {
    const bytes = await readFile(join(folder, file)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw new UsageError(
        `--data: cannot read ${file} in ${folder}: ${error.code ?? error.message}.`,
      );
    });
    if (bytes !== undefined) return bytes;
  }
  throw new UsageError(`--data: ${folder} has neither ${name} nor ${name}.gz.`);
}
